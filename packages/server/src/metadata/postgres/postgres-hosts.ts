import pg from 'pg';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { DatabaseAddress } from './connection-settings.ts';
import { connectionSettings } from './connection-settings.ts';
import { toStorageError } from './postgres-errors.ts';

/** A connection may take that long to be made before a server counts as silent; a look may be cut off earlier. */
const connectMs = 10_000;
const attributes = ['any', 'read-write', 'primary'];

/** Ends a look that takes longer than that; whoever looked is told how long it was, and what to do. */
export function noLongerThan(limitMs: number, advice: string): AbortSignal {
  const late = new AbortController();
  const reason = new StorageError('unreachable', `no answer within ${limitMs / 1000} s; ${advice}`);
  setTimeout(() => late.abort(reason), limitMs).unref();
  return late.signal;
}

/** The servers that an address names. */
export interface PostgresHosts {
  readonly addresses: readonly DatabaseAddress[];
  /** Only a server that takes writes will do. */
  readonly needsWriter: boolean;
}

/**
 * Reads `postgres://USER:PASSWORD@ONE:5432,TWO:5432/DATABASE?target_session_attrs=read-write` as libpq does, except that several hosts
 * mean `read-write` unless it is said otherwise: a registry writes. Throws a `StorageError` when the text cannot be read so.
 */
export function readHosts({ url, password }: DatabaseAddress): PostgresHosts {
  const [, scheme, user = '', hosts = '', rest = ''] = /^(postgres(?:ql)?:\/\/)([^/?#]*@)?([^/?#@]*)(.*)$/s.exec(url) ?? [];
  if (scheme === undefined) throw refusal('it does not read postgres://USER:PASSWORD@HOST:PORT/DATABASE');
  const urls = hosts.split(',').map((host) => {
    const one = host === '' && hosts !== '' ? null : URL.parse(scheme + user + host + rest);
    if (one === null) throw refusal('a host or a port in it cannot be read');
    return one;
  });
  const wanted = urls[0]?.searchParams.get('target_session_attrs') ?? (urls.length > 1 ? 'read-write' : 'any');
  if (!attributes.includes(wanted)) throw refusal(`target_session_attrs must be one of ${attributes.join(', ')}, since a registry writes`);
  for (const one of urls) one.searchParams.delete('target_session_attrs');
  return { addresses: urls.map(({ href }) => ({ url: href, password })), needsWriter: wanted !== 'any' };
}

/**
 * Asks all servers at once; resolves to the first that can be used. One that only reads, since it follows another or was told to,
 * cannot be used where a writer is needed. Rejects with a `StorageError` that has what each of them said: `unreachable` when that may pass.
 * One that is silent until the signal ends the look says its reason.
 */
export async function findHost({ addresses, needsWriter }: PostgresHosts, signal?: AbortSignal): Promise<DatabaseAddress> {
  const found = new AbortController();
  const stop = signal === undefined ? found.signal : AbortSignal.any([signal, found.signal]);
  try {
    return await Promise.any(addresses.map((address) => inspect(address, needsWriter, stop)));
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error;
    const refusals = error.errors.map(toStorageError).filter((reason) => reason instanceof StorageError);
    const said = refusals.map(({ message }, at) => (addresses.length > 1 ? `${nameOf(addresses[at])}: ${message}` : message)).join('; ');
    const lasting = refusals.find(({ retryable }) => !retryable);
    if (lasting !== undefined) throw new StorageError('failed', said, { retryable: false, cause: lasting });
    throw new StorageError('unreachable', said, { cause: error.errors[0] });
  } finally {
    found.abort();
  }
}

async function inspect(address: DatabaseAddress, needsWriter: boolean, signal: AbortSignal): Promise<DatabaseAddress> {
  const client = new pg.Client(connectionSettings(address, connectMs));
  client.on('error', () => undefined);
  const stop = () => void client.connection.stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await client.connect();
    // Also says that it answers statements, where a pooler takes connections without a server.
    const { rows } = await client.query<{ reads: string }>("select current_setting('transaction_read_only') as reads");
    if (needsWriter && rows[0]?.reads !== 'off') {
      throw new StorageError('unreachable', 'this server takes no writes: it follows another one, or was told to');
    }
    return address;
  } catch (error) {
    throw signal.aborted && signal.reason instanceof StorageError ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

function nameOf(address: DatabaseAddress | undefined): string {
  return URL.parse(address?.url ?? '')?.host ?? '';
}

function refusal(problem: string): StorageError {
  return new StorageError('failed', `The address of the database cannot be used: ${problem}.`, { retryable: false });
}
