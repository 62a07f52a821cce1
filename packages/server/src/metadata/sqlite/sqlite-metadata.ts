import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import type { WriteObserver } from '../../registry/ports/write-observer.ts';
import { observedExecute } from '../observed-execute.ts';
import { createSqlMetadataStore } from '../sql-metadata-store.ts';
import type { SqlSession } from '../sql-session.ts';
import type { Durability } from './connection.ts';
import { openReader, openSnapshot } from './connection.ts';
import { prepareDirectory } from './prepare-directory.ts';
import { reachWriter } from './reach-writer.ts';
import { ReadCache } from './read-cache.ts';
import { rememberedReads } from './remembered-reads.ts';
import { ReplaceableWriter } from './replaceable-writer.ts';
import { SqliteSession } from './sqlite-session.ts';
import { connectToThread } from './thread-connection.ts';
import { WriterClient } from './writer-client.ts';
import type { Group } from './writer-messages.ts';

/** For those whose waiting troubles nobody. */
const longPatienceMs = 86_400_000;

/** Where the database is and how careful it is. */
export interface SqliteMetadataOptions {
  /** The database file; its directory is created when it is missing. */
  readonly path: string;
  readonly durability: Durability;
  /** For crash tests: where the writer kills the process, as `armFailpoint` takes it. */
  readonly failpoint?: string | undefined;
  /** Socket of the writer process of this host (`startWriterProcess`); without it a thread of this process writes. */
  readonly writerSocket?: string | undefined;
  readonly observer?: WriteObserver;
  /** A write that is not committed by then is rejected as `stalled`; a day by default. */
  readonly patienceMs?: number | undefined;
}

/**
 * Opens the embedded database. The writer creates it or brings its schema up to date, away from this thread's event loop. Several
 * processes of one machine may have it open. Throws a `StorageError` when the file cannot be used, when it is on a network file
 * system, and when a newer version took away what this one needs.
 */
export async function openSqliteMetadata(options: SqliteMetadataOptions): Promise<MetadataStore> {
  const { path } = options;
  prepareDirectory(path);
  const writer = await ReplaceableWriter.start(() => findWriter(options));
  const reader = openReader(path);
  const store = createSqlMetadataStore({
    reader: new SqliteSession(reader, path),
    execute: observedExecute((name, input) => writer.execute(name, input), options.observer),
    snapshot: (work) => withSnapshot(path, work),
    close: async () => {
      // The reader first: whoever closes last moves the log into the database, and that belongs on the writer's thread.
      if (reader.isOpen) reader.close();
      await writer.close();
    },
  });
  const cache = new ReadCache(reader);
  return { ...store, ...rememberedReads(store, cache), changeMark: () => cache.changeMark() };
}

function findWriter({
  path,
  durability,
  failpoint,
  writerSocket,
  observer,
  patienceMs = longPatienceMs,
}: SqliteMetadataOptions): Promise<WriterClient> {
  const onGroup = ({ calls, seconds }: Group) => observer?.committed(calls, seconds);
  if (writerSocket !== undefined) return reachWriter(writerSocket, { onGroup, patienceMs });
  return WriterClient.start(connectToThread({ path, durability, failpoint }), { onGroup, patienceMs });
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
