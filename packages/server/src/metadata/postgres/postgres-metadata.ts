import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import type { WriteObserver } from '../../registry/ports/write-observer.ts';
import { observedExecute } from '../observed-execute.ts';
import { createSqlMetadataStore } from '../sql-metadata-store.ts';
import { toStorageError } from './postgres-errors.ts';
import type { PostgresMetadataOptions } from './postgres-pool.ts';
import { connectWithoutTimeout, createPostgresPool } from './postgres-pool.ts';
import { migratePostgres } from './postgres-schema.ts';
import { PostgresSession } from './postgres-session.ts';
import { executeCommand, withSnapshot } from './postgres-transactions.ts';
import { StatementCache } from './statement-cache.ts';

/**
 * Connects to PostgreSQL 15 or newer and brings the schema up to date. Any number of processes may use the database. Throws a
 * `StorageError` when it cannot be reached, and when a newer version took away what this one needs.
 */
export async function openPostgresMetadata(options: PostgresMetadataOptions & { observer?: WriteObserver }): Promise<MetadataStore> {
  await prepareSchema(options);
  const pool = createPostgresPool(options);
  const statements = new StatementCache();
  let closed: Promise<void> | undefined;
  return createSqlMetadataStore({
    reader: new PostgresSession(pool, statements),
    execute: observedExecute((name, input) => executeCommand(pool, statements, name, input), options.observer),
    snapshot: (work) => withSnapshot(pool, statements, work),
    close: () => (closed ??= pool.end()),
  });
}

async function prepareSchema(options: PostgresMetadataOptions): Promise<void> {
  try {
    const client = await connectWithoutTimeout(options);
    try {
      await migratePostgres(client);
    } finally {
      await client.end();
    }
  } catch (error) {
    throw toStorageError(error);
  }
}
