import { DatabaseSync } from 'node:sqlite';
import { isBusy, toStorageError } from './sqlite-errors.ts';

/** `full`: an acknowledged write survives power loss. `relaxed`: it survives the death of the process, not of the machine. */
export type Durability = 'full' | 'relaxed';

/** How long a writer waits for another process to let go of the database. */
const writerWaitMs = 10_000;
const readerWaitMs = 2_000;
/** Of each connection. A page that is not there comes from the kernel's cache, at a cost that more than this does not lower (docs/performance.md). */
const cacheKib = 8_192;

/** Opens the connection that writes. Only one of a process; other processes may have theirs. */
export function openWriter(path: string, durability: Durability): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 0 });
  // With several processes the first ones race for the switch to WAL, in which SQLite does not always ask the busy timeout.
  whenFree(writerWaitMs, () => db.exec('pragma journal_mode = wal'));
  db.exec(`
    pragma synchronous = ${durability === 'full' ? 'full' : 'normal'};
    pragma foreign_keys = on;
    pragma cache_size = -${cacheKib};
    pragma temp_store = memory;
    pragma wal_autocheckpoint = 4000;
    pragma journal_size_limit = 67108864`);
  return db;
}

/** Opens a connection that only reads, of a database that a writer has opened before. */
export function openReader(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: readerWaitMs });
  db.exec(`pragma query_only = on; pragma cache_size = -${cacheKib}; pragma temp_store = memory`);
  return db;
}

/** Opens a connection in a transaction that sees the database as it is now. Temporary tables are all that may be written. */
export function openSnapshot(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: readerWaitMs });
  // The snapshot is taken by the first read, not by `begin`.
  db.exec('pragma temp_store = memory; begin; select 1 from sqlite_master limit 1');
  return db;
}

/**
 * Opens a write transaction, waiting up to `waitMs` for other processes; throws a retryable `StorageError` after that. Immediate: a deferred one fails at once, whatever
 * the timeout, when another process wrote between its first read and its first write.
 */
export function beginWrite(db: DatabaseSync, path: string, waitMs = writerWaitMs): void {
  try {
    whenFree(waitMs, () => db.exec('begin immediate'));
  } catch (error) {
    throw toStorageError(error, path);
  }
}

/** Retries in short steps: SQLite's own waiting grows to 100 ms a step and starves behind a writer that is never idle for long. */
function whenFree(waitMs: number, action: () => void): void {
  const nap = new Int32Array(new SharedArrayBuffer(4));
  const deadline = performance.now() + waitMs;
  for (;;) {
    try {
      return action();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      Atomics.wait(nap, 0, 0, 1 + Math.random() * 3);
    }
  }
}
