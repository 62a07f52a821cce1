import type { Dialect, Kysely } from 'kysely';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { SqlDialect } from '../sql-session.ts';
import type { SchemaStep } from './index.ts';
import { schemaSteps } from './index.ts';

/** Where the applied steps are noted; the name is part of the schema. */
export const migrationTable = 'schema_migrations';

/**
 * Compares the steps that a database has with those that this version knows. Throws a `StorageError` that names the step when
 * the database has one that is unknown here: a newer version wrote it, and an older one could damage it.
 */
export function hasPendingSteps(applied: readonly string[], steps: readonly SchemaStep[] = schemaSteps): boolean {
  const unknown = applied.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    throw new StorageError(
      'failed',
      `The database was written by a newer version of Longshore: it has the schema migration '${unknown.join("', '")}', which this version does not know. Run the newer version.`,
      { retryable: false },
    );
  }
  return applied.length < steps.length;
}

/**
 * Applies the missing steps through `dialect`, whose one connection has a transaction open that keeps every other process
 * from doing the same; the caller commits it or, when this throws, rolls it back.
 */
export async function applyPendingSteps(dialect: Dialect, name: SqlDialect, steps: readonly SchemaStep[] = schemaSteps): Promise<void> {
  // Loading kysely takes longer than everything else at start, and most starts have nothing to apply.
  const [{ Kysely }, { Migrator }] = await Promise.all([import('kysely'), import('kysely/migration')]);
  const db = new Kysely<unknown>({ dialect });
  const provider = {
    getMigrations: async () =>
      Object.fromEntries(steps.map((step) => [step.name, { up: async (target: Kysely<unknown>) => (await step.load()).up(target, name) }])),
  };
  const migrator = new Migrator({
    db,
    provider,
    migrationTableName: migrationTable,
    migrationLockTableName: `${migrationTable}_lock`,
    disableTransactions: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
