import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { ClientConfig } from 'pg';
import pg from 'pg';
import { StorageError } from '../../registry/ports/blob-store.ts';

/** The parameters of a URL that say how its connections are encrypted, https://www.postgresql.org/docs/15/libpq-ssl.html */
const tlsParameters = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'ssl', 'uselibpqcompat'];

const { types } = pg;

/** Where a database is, as libpq's URLs say it. */
export interface DatabaseAddress {
  /** `postgres://user:password@host:port/database?sslmode=...` */
  readonly url: string;
  /** Of the user, when the URL has none. */
  readonly password?: string | undefined;
}

/** What every connection has, to whatever it is for. Throws a `StorageError` when the URL asks for what there is not. */
export function connectionSettings({ url, password }: DatabaseAddress, connectTimeoutMs: number): ClientConfig {
  const address = new URL(url);
  const ssl = tlsOf(address.searchParams);
  for (const name of tlsParameters) address.searchParams.delete(name);
  if (address.password === '' && password !== undefined) address.password = encodeURIComponent(password);
  return {
    connectionString: address.href,
    ssl,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    application_name: 'longshore',
    types: { getTypeParser: parserOf as typeof types.getTypeParser },
  };
}

/**
 * What libpq's `sslmode` asks for. The client's own reading of it is not used: it differs from libpq's and is about to change. libpq's
 * default, `prefer`, encrypts nothing when somebody in between says so, hence it has to be said which it shall be.
 */
function tlsOf(parameters: URLSearchParams): ConnectionOptions | false {
  const mode = parameters.get('sslmode') ?? 'disable';
  if (mode === 'disable') return false;
  const ca = fileOf(parameters, 'sslrootcert');
  const options: ConnectionOptions = { ca, cert: fileOf(parameters, 'sslcert'), key: fileOf(parameters, 'sslkey') };
  const anyName = { ...options, checkServerIdentity: () => undefined };
  if (mode === 'verify-full') return options;
  if (mode === 'verify-ca' && ca !== undefined) return anyName;
  if (mode === 'verify-ca') throw refusal('sslmode=verify-ca needs sslrootcert=FILE; with a public authority use verify-full');
  // As libpq does it: with an authority at hand `require` checks it, without one anybody's certificate will do.
  if (mode === 'require') return ca === undefined ? { ...options, rejectUnauthorized: false } : anyName;
  throw refusal(`sslmode=${mode.slice(0, 20)} is not one of disable, require, verify-ca, verify-full`);
}

function fileOf(parameters: URLSearchParams, name: string): string | undefined {
  const path = parameters.get(name);
  if (path === null || (name === 'sslrootcert' && path === 'system')) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw refusal(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

function refusal(problem: string, cause?: unknown): StorageError {
  return new StorageError('failed', `The address of the database cannot be used: ${problem}`, { retryable: false, cause });
}

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
