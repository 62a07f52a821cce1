import type { Socket } from 'node:net';
import type { Client, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import pg from 'pg';
import { isLate } from './postgres-errors.ts';
import type { PostgresConnectionOptions } from './postgres-pool.ts';
import { sessionSettings } from './postgres-pool.ts';

/** A read of a row takes milliseconds. The address may have moved to another machine, and nobody says so on what leads to the first. */
const silenceMs = 3000;

/**
 * One connection on which statements are sent without waiting for the answers of those before: for reads of a row or two, which cost
 * both sides less than half of what they do on connections of their own, since many travel in one packet. Each waits for those
 * before it, so nothing long belongs here. A write here is answered before it is synced: a crash of the server may undo it, unless a
 * later commit of anybody was synced. Made when it is needed, and again when it broke.
 */
export class PipelinedConnection {
  readonly #options: PostgresConnectionOptions;
  readonly #openSocket: () => Socket;
  readonly #onSilence: () => void;
  #client: Promise<Client> | undefined;

  /** `onSilence`: nothing was answered on it, and another is to take its place. */
  constructor(options: PostgresConnectionOptions, openSocket: () => Socket, onSilence: () => void) {
    this.#options = options;
    this.#openSocket = openSocket;
    this.#onSilence = onSilence;
  }

  async query<T extends QueryResultRow>(statement: string | QueryConfig): Promise<QueryResult<T>> {
    this.#client ??= this.#connect();
    try {
      return await (await this.#client).query<T>(statement);
    } catch (error) {
      if (!isLate(error)) throw error;
      this.#onSilence();
      throw new Error(`no answer within ${silenceMs} ms`, { cause: error });
    }
  }

  /** What was sent is answered before. */
  async end(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    await client?.end();
  }

  #connect(): Promise<Client> {
    const client = new pg.Client({
      ...sessionSettings(this.#options),
      query_timeout: silenceMs,
      options: '-c synchronous_commit=off',
      stream: this.#openSocket,
      pipeline: true,
    });
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
