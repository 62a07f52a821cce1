import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { StorageError } from '../../registry/ports/blob-store.ts';

const primary = { busy: 5, locked: 6, readOnly: 8, ioError: 10, full: 13, cannotOpen: 14 } as const;
const spaceForOneWrite = 64 * 1024;

/** The result code of an error that SQLite raised, undefined for any other error. https://www.sqlite.org/rescode.html */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/** true when somebody else holds the lock that a statement needed. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === primary.busy || code === primary.locked;
}

/** Turns what SQLite raised on the database at `path` into a `StorageError`; passes on everything else as it is. */
export function toStorageError(error: unknown, path: string): unknown {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE') {
    return new StorageError('failed', 'The metadata store is closed', { retryable: false, cause: error });
  }
  const code = sqliteCode(error);
  if (code === undefined) return error;
  const detail = `${path}: ${error instanceof Error ? error.message : String(error)}`;
  if (code === primary.busy || code === primary.locked) {
    return new StorageError('failed', `The metadata database is busy: ${detail}`, { retryable: true, cause: error });
  }
  if (code === primary.full) return new StorageError('full', `The disk of the metadata database is full: ${detail}`, { cause: error });
  if (code === primary.readOnly) return new StorageError('read-only', `The metadata database is read-only: ${detail}`, { cause: error });
  // SQLite reports a full disk as an I/O error when it is met anywhere but in a write (growing the shared index, fsync).
  if ((code === primary.ioError || code === primary.cannotOpen) && isDiskFull(path)) {
    return new StorageError('full', `The disk of the metadata database is full: ${detail}`, { cause: error });
  }
  return new StorageError('failed', `The metadata database failed: ${detail}`, { cause: error });
}

function isDiskFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < spaceForOneWrite;
  } catch {
    // The directory itself cannot be read, which is not the same as full.
    return false;
  }
}
