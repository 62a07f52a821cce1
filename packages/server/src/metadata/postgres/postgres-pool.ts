import type { Socket } from 'node:net';
import type { Client, ClientConfig, Pool } from 'pg';
import pg from 'pg';
import type { DatabaseAddress } from './connection-settings.ts';
import { connectionSettings } from './connection-settings.ts';

/** How to reach a PostgreSQL database. */
export interface PostgresConnectionOptions extends DatabaseAddress {
  /** Connections of this process at most; further work waits for one. */
  readonly maxConnections?: number | undefined;
  /** How long a statement may run, and how long a connection may take to be made, in milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/** Unless it is said otherwise. */
export const defaultTimeoutMs = 10_000;
const answerMs = 5_000;
const idleMs = 60_000;
/** A listener waits no longer than that, to be made again. */
export const listenerMs = 3_000;

/**
 * Connections are made when they are needed, each on a socket of `openSocket`. `isPooled`: a pooler is in between, which refuses settings
 * of a session. Whoever makes it listens for errors.
 */
export function createPostgresPool(
  { maxConnections = 10, ...options }: PostgresConnectionOptions,
  isPooled: boolean,
  openSocket: () => Socket,
): Pool {
  const settings = isPooled ? pooledSettings(options) : sessionSettings(options);
  return new pg.Pool({ ...settings, stream: openSocket, max: maxConnections, idleTimeoutMillis: idleMs, pipeline: !isPooled });
}

/** Of a connection to the server itself that others wait for. */
export function sessionSettings(options: PostgresConnectionOptions): ClientConfig {
  const { timeoutMs = defaultTimeoutMs } = options;
  // Should the process freeze inside a transaction, its locks must not outlive the patience of everybody else.
  return { ...pooledSettings(options), statement_timeout: timeoutMs, idle_in_transaction_session_timeout: timeoutMs };
}

function pooledSettings({ timeoutMs = defaultTimeoutMs, ...address }: PostgresConnectionOptions): ClientConfig {
  // The server ends a statement in time; this is for a server that has vanished without a word.
  return { ...connectionSettings(address, timeoutMs), query_timeout: timeoutMs + answerMs };
}

/** One connection for work that takes as long as it takes. */
export function connectWithoutTimeout({ timeoutMs = defaultTimeoutMs, ...address }: PostgresConnectionOptions): Promise<Client> {
  return connect(new pg.Client(connectionSettings(address, timeoutMs)));
}

/** One connection on which everything is answered at once or never. */
export function connectListener(address: DatabaseAddress): Promise<Client> {
  const settings = connectionSettings(address, listenerMs);
  return connect(new pg.Client({ ...settings, query_timeout: listenerMs, application_name: 'longshore listener' }));
}

async function connect(client: Client): Promise<Client> {
  // What breaks fails the statements that follow; the event alone would end the process.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
