import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { schemaSteps } from '../migrations/index.ts';
import { applyPendingSteps, hasPendingSteps, migrationTable } from '../migrations/migrate.ts';
import { beginWrite } from './connection.ts';

/**
 * Brings the schema up to date, in one transaction that keeps other processes out. Calls `onOldData` before it does that to a database
 * that holds something, which may take long. Throws a `StorageError` when a newer version took away what this one needs.
 */
export async function migrateSqlite(
  db: DatabaseSync,
  path: string,
  onOldData: () => void = () => undefined,
  steps = schemaSteps,
): Promise<void> {
  const applied = appliedSteps(db);
  if (!hasPendingSteps(applied, steps)) return;
  if (applied.length > 0) onOldData();
  const { SqliteDialect } = await import('kysely');
  const dialect = new SqliteDialect({ database: { close: () => undefined, prepare: (text) => adaptStatement(db, text) } });
  beginWrite(db, path);
  try {
    // Another process may have been faster while this one waited.
    if (hasPendingSteps(appliedSteps(db), steps)) await applyPendingSteps(dialect, 'sqlite', steps);
    db.exec('commit');
  } catch (error) {
    if (db.isTransaction) db.exec('rollback');
    throw error;
  }
}

function appliedSteps(db: DatabaseSync): string[] {
  const table = db.prepare("select 1 from sqlite_master where type = 'table' and name = ?").get(migrationTable);
  if (table === undefined) return [];
  return db
    .prepare(`select name from ${migrationTable}`)
    .all()
    .map((row) => String(row['name']));
}

function adaptStatement(db: DatabaseSync, text: string) {
  const statement = db.prepare(text);
  return {
    reader: statement.columns().length > 0,
    all: (params: readonly unknown[]) => statement.all(...(params as readonly SQLInputValue[])),
    run: (params: readonly unknown[]) => statement.run(...(params as readonly SQLInputValue[])),
    iterate: (params: readonly unknown[]) => statement.iterate(...(params as readonly SQLInputValue[])),
  };
}
