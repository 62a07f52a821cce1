import type { Client } from 'pg';
import { applyPendingSteps, hasPendingSteps, migrationTable } from '../migrations/migrate.ts';

/** Held while migrating, so that replicas that start together do it one after the other. Any number, but always this one. */
const migrationLock = 5_104_171_503;

/** Brings the schema up to date in one transaction. Throws a `StorageError` when a newer version took away what this one needs. */
export async function migratePostgres(client: Client): Promise<void> {
  if (!hasPendingSteps(await appliedSteps(client))) return;
  const { PostgresDialect } = await import('kysely');
  const connection = { query: client.query.bind(client), release: () => undefined };
  const pool = { options: {}, connect: async () => connection, end: async () => undefined };
  const dialect = new PostgresDialect({ pool: pool as never });
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
    if (hasPendingSteps(await appliedSteps(client))) await applyPendingSteps(dialect, 'postgres');
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function appliedSteps(client: Client): Promise<string[]> {
  const table = await client.query<{ known: boolean }>('select to_regclass($1) is not null as known', [migrationTable]);
  if (table.rows[0]?.known !== true) return [];
  return (await client.query<{ name: string }>(`select name from ${migrationTable}`)).rows.map((row) => row.name);
}
