import type { Socket } from 'node:net';
import type { Client, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import pg from 'pg';
import type { PostgresConnectionOptions } from './postgres-pool.ts';
import { sessionSettings } from './postgres-pool.ts';

/**
 * One connection on which statements are sent without waiting for the answers of those before: for reads of a row or two, which cost
 * both sides less than half of what they do on connections of their own, since many travel in one packet. Each waits for those
 * before it, so nothing long belongs here. Made when it is needed, and again when it broke.
 */
export class PipelinedConnection {
  readonly #options: PostgresConnectionOptions;
  readonly #openSocket: () => Socket;
  #client: Promise<Client> | undefined;

  constructor(options: PostgresConnectionOptions, openSocket: () => Socket) {
    this.#options = options;
    this.#openSocket = openSocket;
  }

  async query<T extends QueryResultRow>(statement: string | QueryConfig): Promise<QueryResult<T>> {
    this.#client ??= this.#connect();
    return (await this.#client).query<T>(statement);
  }

  /** What was sent is answered before. */
  async end(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    await client?.end();
  }

  #connect(): Promise<Client> {
    const client = new pg.Client({ ...sessionSettings(this.#options), stream: this.#openSocket, pipeline: true });
    const connecting = client.connect().then(() => client);
    const forget = () => {
      if (this.#client === connecting) this.#client = undefined;
    };
    // What it ran fails; whoever comes next gets another.
    client.on('error', forget);
    client.on('end', forget);
    connecting.catch(forget);
    return connecting;
  }
}
