import type { Logger } from '../../registry/ports/logger.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import type { WriteObserver } from '../../registry/ports/write-observer.ts';
import type { CommandInput, CommandName, CommandOutput, Execute } from '../commands/index.ts';
import { startUploadInKnown } from '../commands/uploads.ts';
import { observedExecute } from '../observed-execute.ts';
import { reads } from '../reads/index.ts';
import { createSqlMetadataStore } from '../sql-metadata-store.ts';
import type { SqlSession } from '../sql-session.ts';
import type { ChangeCache, ChangeCacheFigures } from './change-cache.ts';
import { openChangeCache } from './change-cache.ts';
import type { DatabaseAddress } from './connection-settings.ts';
import { GuardedPool } from './guarded-pool.ts';
import { isPooled } from './pooled-connection.ts';
import { lateAdvice, toStorageError } from './postgres-errors.ts';
import { findHost, noLongerThan, type PostgresHosts, readHosts } from './postgres-hosts.ts';
import type { PostgresConnectionOptions } from './postgres-pool.ts';
import { connectWithoutTimeout, defaultTimeoutMs } from './postgres-pool.ts';
import { migratePostgres } from './postgres-schema.ts';
import { PostgresSession } from './postgres-session.ts';
import { executeCommand, limitsOf, withSnapshot } from './postgres-transactions.ts';
import { StatementCache } from './statement-cache.ts';

export interface PostgresMetadataOptions extends PostgresConnectionOptions {
  /** Reaches the server itself where `url` leads through a pooler, to hear what other replicas change. */
  readonly listenUrl?: string | undefined;
  /** Whether the server keeps statements prepared; `auto`, the default: unless a pooler is in between. */
  readonly preparedStatements?: 'auto' | 'on' | 'off' | undefined;
  /** Memory for answers that are given again until the database tells of a change; 0, the default: none. */
  readonly cacheBytes?: number | undefined;
  /** Told when the database is away or changes cannot be heard, and when they can again. */
  readonly logger?: Logger | undefined;
  readonly observer?: WriteObserver | undefined;
}

export interface PostgresMetadata extends MetadataStore {
  /** What the cache did; undefined without one. */
  readonly cacheFigures: (() => ChangeCacheFigures) | undefined;
  /** Whether it is known that the database cannot be reached, so that whatever is asked is refused. */
  readonly isAway: () => boolean;
}

/**
 * Connects to PostgreSQL 15 or newer and brings the schema up to date. Any number of processes may use the database. Throws a
 * `StorageError` when it cannot be reached, and when a newer version took away what this one needs.
 */
export async function openPostgresMetadata(options: PostgresMetadataOptions): Promise<PostgresMetadata> {
  const { timeoutMs = defaultTimeoutMs, preparedStatements = 'auto' } = options;
  const { maxConnections, logger = silent } = options;
  const hosts = readHosts(options);
  const { first, isBehindPooler } = await prepareSchema(hosts, timeoutMs);
  const pool = new GuardedPool({ hosts, first, maxConnections, timeoutMs, isBehindPooler, logger });
  const statements = new StatementCache(preparedStatements === 'auto' ? !isBehindPooler : preparedStatements === 'on');
  const transactions = { pool, statements, afterBegin: isBehindPooler ? limitsOf(timeoutMs) : '' };
  const reader = new PostgresSession(pool, statements);
  const quick = new PostgresSession({ query: (statement) => pool.quickQuery(statement) }, statements);
  const cache = openCache(options, pool, isBehindPooler);
  const execute = startingQuickly(quick, (name, input) => executeCommand(transactions, name, input));
  let closed: Promise<void> | undefined;
  const all = createSqlMetadataStore({
    reader,
    execute: observedExecute(cache === undefined ? execute : cache.noting(execute), options.observer),
    snapshot: (work) => withSnapshot(transactions, work),
    close: () => (closed ??= closeBoth(cache, pool)),
  });
  const store = { ...all, ...quickReads(quick) };
  return { ...store, ...cache?.reads(store, quick), cacheFigures: cache?.figures, isAway: () => pool.isAway };
}

/**
 * Uploads begin without a transaction and without waiting for a sync where that makes nothing but the upload's row, which a crash of
 * the server may undo. A new repository may make a project, to whose id tokens are bound: no other project may ever get that.
 */
function startingQuickly(quick: SqlSession, execute: Execute): Execute {
  return async <N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> => {
    const started = name === 'startUpload' ? await startUploadInKnown(quick, input as CommandInput<'startUpload'>) : undefined;
    return started === undefined ? execute(name, input) : (started as CommandOutput<N>);
  };
}

/** Those of one row by its key, of which every request needs some. */
function quickReads(sql: SqlSession) {
  return {
    findBlob: reads.findBlob.bind(undefined, sql),
    findManifest: reads.findManifest.bind(undefined, sql),
    findManifestInfo: reads.findManifestInfo.bind(undefined, sql),
    findUpload: reads.findUpload.bind(undefined, sql),
    findUser: reads.findUser.bind(undefined, sql),
    findAccessToken: reads.findAccessToken.bind(undefined, sql),
    findAccess: reads.findAccess.bind(undefined, sql),
  } satisfies Partial<MetadataStore>;
}

async function closeBoth(cache: ChangeCache | undefined, pool: GuardedPool): Promise<void> {
  await cache?.close();
  await pool.end();
}

async function prepareSchema(hosts: PostgresHosts, timeoutMs: number): Promise<{ first: DatabaseAddress; isBehindPooler: boolean }> {
  try {
    const first = await findHost(hosts, noLongerThan(timeoutMs, lateAdvice));
    const client = await connectWithoutTimeout({ ...first, timeoutMs });
    try {
      await migratePostgres(client);
      return { first, isBehindPooler: await isPooled(client) };
    } finally {
      await client.end();
    }
  } catch (error) {
    throw toStorageError(error);
  }
}

/** Without a way to hear of changes there is no cache. */
function openCache(options: PostgresMetadataOptions, pool: GuardedPool, isBehindPooler: boolean): ChangeCache | undefined {
  const { cacheBytes = 0, listenUrl, url, password, logger = silent } = options;
  if (cacheBytes === 0) return undefined;
  if (isBehindPooler && listenUrl === undefined) {
    logger.warn(
      'metadata.url leads through a pooler, which passes no changes on: set metadata.listenUrl, or every read asks the database.',
    );
    return undefined;
  }
  return openChangeCache({ hosts: readHosts({ url: listenUrl ?? url, password }), pool, logger, mostBytes: cacheBytes });
}

const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
