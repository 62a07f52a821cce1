import type { Client, ClientConfig, Pool } from 'pg';
import pg from 'pg';

/** How to reach a PostgreSQL database. */
export interface PostgresMetadataOptions {
  /** `postgres://user:password@host:port/database?...`, as libpq takes it. */
  readonly url: string;
  /** Connections of this process at most; further work waits for one. */
  readonly maxConnections?: number;
  /** How long a statement may run, and how long a connection may take to be made, in milliseconds. */
  readonly timeoutMs?: number;
}

const { types } = pg;
const defaultTimeoutMs = 10_000;
const answerMs = 5_000;

/** Integers as numbers (ours are ids, sizes and instants, all below 2^53), bytes as plain `Uint8Array`s. */
function parserOf(oid: number, format?: 'text' | 'binary'): unknown {
  if (format !== 'binary' && oid === types.builtins.INT8) return Number;
  if (format !== 'binary' && oid === types.builtins.BYTEA) {
    return (text: string) => {
      const bytes = Buffer.from(text.slice(2), 'hex');
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    };
  }
  return types.getTypeParser(oid, format as never);
}

/** Connections are made when they are needed. */
export function createPostgresPool({ url, maxConnections = 10, timeoutMs = defaultTimeoutMs }: PostgresMetadataOptions): Pool {
  const pool = new pg.Pool({
    ...connectionSettings(url, timeoutMs),
    max: maxConnections,
    statement_timeout: timeoutMs,
    // The server ends a statement in time; this is for a server that has vanished without a word.
    query_timeout: timeoutMs + answerMs,
    // Should the process freeze inside a transaction, its locks must not outlive the patience of everybody else.
    idle_in_transaction_session_timeout: timeoutMs,
  });
  // A connection that breaks while it is idle has left the pool already, and one that breaks in use fails the query that it runs:
  // whoever is concerned hears of it. Without these listeners the event alone would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return pool;
}

/** One connection for work that takes as long as it takes. */
export async function connectWithoutTimeout({ url, timeoutMs = defaultTimeoutMs }: PostgresMetadataOptions): Promise<Client> {
  const client = new pg.Client(connectionSettings(url, timeoutMs));
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function connectionSettings(url: string, timeoutMs: number): ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    keepAlive: true,
    application_name: 'longshore',
    types: { getTypeParser: parserOf as typeof types.getTypeParser },
  };
}
