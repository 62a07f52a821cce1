import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config/schema.ts';
import type { MetadataCacheFigures } from './observability/cache-metrics.ts';
import { type Log, openLog } from './observability/logger.ts';
import { WriteMetrics } from './observability/write-metrics.ts';
import { openStores, requireStoresOfProjects } from './open-stores.ts';
import type { HostWriter } from './processes/writer-keeper.ts';
import { armFailpoint } from './registry/failpoints.ts';
import type { BlobStore } from './registry/ports/blob-store.ts';
import type { Logger } from './registry/ports/logger.ts';
import type { MetadataStore } from './registry/ports/metadata-store.ts';
import type { WriteObserver } from './registry/ports/write-observer.ts';
import { untilReachable } from './registry/until-reachable.ts';

const databaseFile = 'longshore.db';

/** What holds state: every command opens it, the server adds the rest. */
export interface Backends {
  readonly metadata: MetadataStore;
  readonly stores: ReadonlyMap<string, BlobStore>;
  readonly log: Log;
  readonly writes: WriteMetrics;
  /** What the cache of the database did; undefined without one. */
  readonly metadataCache: (() => MetadataCacheFigures) | undefined;
  /** Whether it is known that the database cannot be reached; undefined where nobody needs to be. */
  readonly isDatabaseAway: (() => boolean) | undefined;
  readonly logger: Logger;
  close(): Promise<void>;
}

/** Whether there is a registry to open; a database server is asked when it is opened, so it counts as one. */
export function hasRegistry({ metadata, data }: Config): boolean {
  return metadata.kind !== 'sqlite' || existsSync(join(data, databaseFile));
}

/** Starts the process that writes to SQLite for every worker of this host; it listens at `socket`. */
export type StartWriter = (config: Config, socket: string, logger: Logger) => Promise<HostWriter>;

/** See `StartWriter`; migrates the database when needed. */
export const startWriter: StartWriter = async ({ data, durability, failpoint, limits }, socket, logger) => {
  const { startWriterProcess } = await import('./metadata/sqlite/start-writer-process.ts');
  return startWriterProcess(
    { path: join(data, databaseFile), durability, failpoint, socket },
    { stuckMs: limits.stuckSeconds * 1000, logger },
  );
};

/** How writes to SQLite are done, and what for. */
export interface WriteSettings {
  /** Whether requests for any content will be served: then every store that has some must be configured. */
  readonly toServe?: boolean;
  /** Where the writer process listens, when there is one. */
  readonly socket?: string | undefined;
  /** A write that is not committed by then is given up; a server cannot let its clients wait for ever, a command can. */
  readonly patienceMs?: number;
  /** A database that cannot be reached yet is waited for no longer than that, whatever the setting says. */
  readonly mostWaitMs?: number | undefined;
}

/** Opens database and blob store; creates the data directory and migrates the database when needed. */
export async function openBackends(config: Config, writing: WriteSettings = {}): Promise<Backends> {
  if (config.failpoint !== undefined) armFailpoint(config.failpoint);
  const log = openLog(config.log);
  await makeDataDirectory(config.data);
  const writes = new WriteMetrics();
  const { metadata, metadataCache, isDatabaseAway } = await openMetadata(config, log.logger, writes, writing);
  const stores = await openStores(config, metadata, log.logger);
  if (writing.toServe === true) await requireStoresOfProjects(stores, metadata);
  return {
    metadata,
    stores,
    log,
    writes,
    metadataCache,
    isDatabaseAway,
    logger: log.logger,
    close: async () => {
      await Promise.all([...stores.values()].map((store) => store.close()));
      await metadata.close();
      await log.flush();
    },
  };
}

/** Makes the directory that holds everything when it is missing. */
export async function makeDataDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o750 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The data directory '${path}' cannot be made: ${reason}. Allow it to this user, or choose another with --data.`, {
      cause: error,
    });
  }
}

// Adapters are imported when the configuration names them: the clients of a database server and of S3 cost as much time and memory
// at start as all the rest.

async function openMetadata(
  { metadata, data, durability, failpoint }: Config,
  logger: Logger,
  observer: WriteObserver,
  { socket, patienceMs, mostWaitMs = Number.POSITIVE_INFINITY }: WriteSettings,
): Promise<Pick<Backends, 'metadata' | 'metadataCache' | 'isDatabaseAway'>> {
  if (metadata.kind === 'postgres') {
    const { openPostgresMetadata } = await import('./metadata/postgres/postgres-metadata.ts');
    const { kind: _kind, poolSize, timeoutSeconds, waitSeconds, ...database } = metadata;
    const timeoutMs = Math.round(timeoutSeconds * 1000);
    const store = await untilReachable(() => openPostgresMetadata({ ...database, maxConnections: poolSize, timeoutMs, logger, observer }), {
      what: 'The PostgreSQL database',
      setting: 'metadata.waitSeconds',
      limitMs: Math.min(waitSeconds * 1000, mostWaitMs),
      logger,
    });
    return { metadata: store, metadataCache: store.cacheFigures, isDatabaseAway: store.isAway };
  }
  const { openSqliteMetadata } = await import('./metadata/sqlite/sqlite-metadata.ts');
  const path = join(data, databaseFile);
  const store = await openSqliteMetadata({ path, durability, failpoint, writerSocket: socket, observer, patienceMs });
  return { metadata: store, metadataCache: undefined, isDatabaseAway: undefined };
}
