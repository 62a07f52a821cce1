import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import { createSqlMetadataStore } from '../sql-metadata-store.ts';
import type { SqlSession } from '../sql-session.ts';
import type { Durability } from './connection.ts';
import { openReader, openSnapshot, openWriter } from './connection.ts';
import { refuseNetworkFileSystem } from './network-file-system.ts';
import { ReplaceableWriter } from './replaceable-writer.ts';
import { toStorageError } from './sqlite-errors.ts';
import { migrateSqlite } from './sqlite-schema.ts';
import { SqliteSession } from './sqlite-session.ts';

/** Where the database is and how careful it is. */
export interface SqliteMetadataOptions {
  /** The database file; its directory is created when it is missing. */
  readonly path: string;
  readonly durability: Durability;
  /** For crash tests: where the writer kills the process, as `armFailpoint` takes it. */
  readonly failpoint?: string;
}

/**
 * Opens the embedded database, creates it or brings its schema up to date, and starts the thread that writes. Several processes
 * of one machine may have it open. Throws a `StorageError` when the file cannot be used, when it is on a network file system, and
 * when a newer version has written it.
 */
export async function openSqliteMetadata(options: SqliteMetadataOptions): Promise<MetadataStore> {
  const { path, durability, failpoint } = options;
  await prepareDatabase(path, durability);
  const writer = await ReplaceableWriter.start({ path, durability, failpoint });
  const reader = openReader(path);
  return createSqlMetadataStore({
    reader: new SqliteSession(reader, path),
    execute: (name, input) => writer.execute(name, input),
    snapshot: (work) => withSnapshot(path, work),
    close: async () => {
      // The reader first: whoever closes last moves the log into the database, and that belongs on the writer's thread.
      if (reader.isOpen) reader.close();
      await writer.close();
    },
  });
}

async function withSnapshot(path: string, work: (sql: SqlSession) => Promise<void>): Promise<void> {
  const db = openSnapshot(path);
  try {
    await work(new SqliteSession(db, path));
  } finally {
    // Ends the transaction too; the temporary tables were in memory.
    db.close();
  }
}

async function prepareDatabase(path: string, durability: Durability): Promise<void> {
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
  try {
    const db = openWriter(path, durability);
    try {
      await migrateSqlite(db, path);
    } finally {
      db.close();
    }
  } catch (error) {
    throw toStorageError(error, path);
  }
}

/** SQLite would make files that everybody may read; its log takes over the mode of the database. */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch {
    // One that is there stays as its owner wants it, and what else is wrong SQLite says when it opens the file.
  }
}
