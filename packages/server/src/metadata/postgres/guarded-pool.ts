import { Socket } from 'node:net';
import type { Pool, PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { Logger } from '../../registry/ports/logger.ts';
import { type Patience, Reachability } from '../../registry/reachability.ts';
import type { DatabaseAddress } from './connection-settings.ts';
import { PipelinedConnection } from './pipelined-connection.ts';
import { isAnswer, isCut, isReadOnly } from './postgres-errors.ts';
import { findHost, type PostgresHosts } from './postgres-hosts.ts';
import { createPostgresPool, type PostgresConnectionOptions } from './postgres-pool.ts';

/** A request that meets a silent server is refused within two seconds: see `Reachability`. */
const patience: Patience = { quietMs: 700, lookMs: 1000, againMs: 400 };

/** One connection, until it is released; `isBroken`: nobody else can use it. */
export interface GuardedConnection {
  query<T extends QueryResultRow>(statement: string | QueryConfig): Promise<QueryResult<T>>;
  /** Sends all of them before the first is answered, where nothing is in between; fails with the first that does. */
  queryTogether(statements: readonly (string | QueryConfig)[]): Promise<QueryResult[]>;
  release(isBroken: boolean): void;
}

/** What a pool is made of. */
export interface GuardedPoolOptions extends Omit<PostgresConnectionOptions, 'url' | 'password'> {
  readonly hosts: PostgresHosts;
  /** One of the hosts that answered a moment ago. */
  readonly first: DatabaseAddress;
  /** A pooler is in between. */
  readonly isBehindPooler: boolean;
  readonly logger: Logger;
}

/**
 * Connections to whichever server of several is to be used, and nobody waits for one that does not answer: what needs the database
 * fails as `unreachable` within two seconds, and at once from then on, until a server can be used again. A server that begins to refuse
 * writes is left for another where a writer is needed.
 */
export class GuardedPool {
  readonly #options: GuardedPoolOptions;
  readonly #reachability: Reachability;
  readonly #sockets = new Set<Socket>();
  #address: DatabaseAddress;
  /** Those who wait for a connection of the pool, to be told when it is left. */
  readonly #waiting = new Set<() => void>();
  #pool: Pool;
  #quick: PipelinedConnection | undefined;
  /** Its connections lead to a server that only reads by now. */
  #isStale = false;

  constructor(options: GuardedPoolOptions) {
    this.#options = options;
    this.#address = options.first;
    this.#reachability = new Reachability({
      what: 'The PostgreSQL database',
      look: (signal) => this.#look(signal),
      isAnswer: (error) => isAnswer(error) && !this.#mustLeave(error),
      onAway: () => this.#replacePool(true),
      logger: options.logger,
      patience,
    });
    this.#pool = this.#createPool();
    this.#quick = this.#createQuick();
  }

  /** Whether no server can be used now, as far as is known. */
  get isAway(): boolean {
    return this.#reachability.isAway;
  }

  /** Runs one statement that may be run twice: it is, when the connection breaks under the first. */
  query<T extends QueryResultRow>(statement: string | QueryConfig): Promise<QueryResult<T>> {
    return this.#askTwice(() => this.#run<T>(statement));
  }

  /** The same for one that takes no time: see `PipelinedConnection`. A pooler gets its statements one by one. */
  quickQuery<T extends QueryResultRow>(statement: string | QueryConfig): Promise<QueryResult<T>> {
    return this.#askTwice(() => this.#quick?.query<T>(statement) ?? this.#run<T>(statement));
  }

  async #askTwice<T>(run: () => Promise<T>): Promise<T> {
    const ask = () => this.#reachability.ask(run);
    try {
      return await ask();
    } catch (error) {
      if (!isCut(error)) throw error;
      return ask();
    }
  }

  async connect(): Promise<GuardedConnection> {
    let isWanted = true;
    try {
      return await this.#reachability.ask(async () => {
        const client = await this.#acquire();
        if (!isWanted) client.release(true);
        return this.#guard(client);
      });
    } catch (error) {
      isWanted = false;
      throw error;
    }
  }

  async end(): Promise<void> {
    this.#reachability.close();
    await Promise.all([this.#pool.end(), this.#quick?.end()]);
  }

  async #run<T extends QueryResultRow>(statement: string | QueryConfig): Promise<QueryResult<T>> {
    const client = await this.#acquire();
    let isBroken = true;
    try {
      const result = await client.query<T>(statement);
      isBroken = false;
      return result;
    } catch (error) {
      isBroken = !isAnswer(error);
      throw error;
    } finally {
      client.release(isBroken);
    }
  }

  /** A pool that ends forgets who waits for one of its connections: those fail as cut, and come again. */
  async #acquire(): Promise<PoolClient> {
    const { promise, resolve, reject } = Promise.withResolvers<PoolClient>();
    let isWanted = true;
    const leave = (): void => {
      isWanted = false;
      reject(new Error('the connections were made anew'));
    };
    this.#waiting.add(leave);
    this.#pool.connect().then((client) => (isWanted ? resolve(client) : client.release(true)), reject);
    return promise.finally(() => this.#waiting.delete(leave));
  }

  #guard(client: PoolClient): GuardedConnection {
    const together = async (statements: readonly (string | QueryConfig)[]): Promise<QueryResult[]> => {
      if (!this.#options.isBehindPooler) return inOnePacket(client, () => statements.map((statement) => client.query(statement)));
      const results: QueryResult[] = [];
      for (const statement of statements) results.push(await client.query(statement));
      return results;
    };
    return {
      query: (statement) => this.#reachability.ask(() => client.query(statement)),
      queryTogether: (statements) => this.#reachability.ask(() => together(statements)),
      release: (isBroken) => client.release(isBroken),
    };
  }

  async #look(signal: AbortSignal): Promise<void> {
    const address = await findHost(this.#options.hosts, signal);
    if (signal.aborted || (address.url === this.#address.url && !this.#isStale)) return;
    this.#address = address;
    this.#isStale = false;
    this.#replacePool(false);
  }

  #mustLeave(error: unknown): boolean {
    const must = this.#options.hosts.needsWriter && isReadOnly(error);
    this.#isStale ||= must;
    return must;
  }

  /** Connections that are in use are cut, or else finish what they are at. */
  #replacePool(isCut: boolean): void {
    const [old, oldQuick, sockets] = [this.#pool, this.#quick, [...this.#sockets]];
    this.#pool = this.#createPool();
    this.#quick = this.#createQuick();
    // Ends when its last connection does, and nobody waits for that.
    void old.end();
    void oldQuick?.end();
    for (const leave of this.#waiting) leave();
    if (isCut) for (const socket of sockets) socket.destroy();
  }

  #createPool(): Pool {
    const { hosts: _hosts, first: _first, isBehindPooler, logger, ...options } = this.#options;
    const pool = createPostgresPool({ ...options, ...this.#address }, isBehindPooler, () => this.#openSocket());
    // A connection that breaks while it is idle has left the pool already, and one that breaks in use fails the query that it runs.
    // Without these listeners the event alone would end the process.
    pool.on('error', (error) => {
      if (pool === this.#pool) this.#reachability.suspect(error);
    });
    pool.on('connect', (client) => void client.on('error', () => undefined));
    return pool;
  }

  #createQuick(): PipelinedConnection | undefined {
    const { hosts: _hosts, first: _first, isBehindPooler, logger: _logger, ...options } = this.#options;
    if (isBehindPooler) return undefined;
    const quick = new PipelinedConnection(
      { ...options, ...this.#address },
      () => this.#openSocket(),
      () => {
        // What is idle in the pool leads to the same place.
        if (quick === this.#quick) this.#replacePool(false);
      },
    );
    return quick;
  }

  #openSocket(): Socket {
    const socket = new Socket();
    this.#sockets.add(socket);
    return socket.once('close', () => this.#sockets.delete(socket));
  }
}

/** A write to a socket costs more than a statement, so there is one for all of them. */
function inOnePacket(client: PoolClient, send: () => Promise<QueryResult>[]): Promise<QueryResult[]> {
  const { stream } = (client as PoolClient & { readonly connection: { readonly stream: Socket } }).connection;
  stream.cork();
  try {
    return Promise.all(send());
  } finally {
    stream.uncork();
  }
}
