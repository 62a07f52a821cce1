import type { Dialect, Kysely } from 'kysely';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { SqlDialect } from '../sql-session.ts';
import type { SchemaStep } from './index.ts';
import { foreseenContractions, schemaSteps } from './index.ts';

/** Where the applied steps are noted; the name is part of the schema. */
export const migrationTable = 'schema_migrations';

/**
 * Compares the steps that a database has with those that this version knows. A newer version may have applied more: those that only
 * add something are no concern of this one. Throws a `StorageError` that names the step when one took something away that is
 * needed here.
 */
export function hasPendingSteps(
  applied: readonly string[],
  steps: readonly SchemaStep[] = schemaSteps,
  foreseen: readonly string[] = foreseenContractions,
): boolean {
  const known = new Set([...steps.map(({ name }) => name), ...foreseen]);
  const harmful = applied.filter((name) => isContraction(name) && !known.has(name));
  if (harmful.length > 0) {
    throw new StorageError(
      'failed',
      `The database was changed by a newer version of Longshore in a way that this version cannot work with, by the schema migration '${harmful.join("', '")}'. Run the newer version.`,
      { retryable: false },
    );
  }
  const done = new Set(applied);
  return steps.some(({ name }) => !done.has(name));
}

/** Whether a step takes away what older versions may use; it says so in its name, which is all that they see of it. */
export function isContraction(name: string): boolean {
  return /^\d{4}-contract-/.test(name);
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
