import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { refuseNetworkFileSystem } from './network-file-system.ts';

/** Makes the directory of the database, and the file for its owner only. Throws a `StorageError` when it cannot be used. */
export function prepareDirectory(path: string): void {
  const directory = dirname(path);
  try {
    mkdirSync(directory, { recursive: true });
    refuseNetworkFileSystem(directory);
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw new StorageError('failed', `The directory of the metadata database cannot be used: ${directory}`, {
      cause: error,
      retryable: false,
    });
  }
  createPrivately(path);
}

/** SQLite would make files that everybody may read; its log takes over the mode of the database. */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch {
    // One that is there stays as its owner wants it, and what else is wrong SQLite says when it opens the file.
  }
}
