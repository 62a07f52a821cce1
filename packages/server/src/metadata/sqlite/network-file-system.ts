import { statfsSync } from 'node:fs';
import { StorageError } from '../../registry/ports/blob-store.ts';

/** Types as statfs(2) reports them. FUSE (0x65735546) is not among them: most FUSE mounts are local. */
const networkFileSystems = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x00c36400, 'CephFS'],
]);

/**
 * Throws a `StorageError` when `directory` is on a network file system: SQLite's write-ahead log needs memory that all its
 * processes share, which two machines never do, and the database would be damaged silently.
 */
export function refuseNetworkFileSystem(directory: string, typeOf: (path: string) => number = (path) => statfsSync(path).type): void {
  const name = networkFileSystems.get(typeOf(directory) >>> 0);
  if (name === undefined) return;
  throw new StorageError(
    'failed',
    `SQLite cannot be used on a network file system: ${directory} is on ${name}. Put the database on a local disk, or use PostgreSQL.`,
    { retryable: false },
  );
}
