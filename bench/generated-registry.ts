import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { blobOf, digestOfNumber, type RegistrySize, registryRows } from '../packages/server/src/metadata/large-registry-bench.ts';
import type { SqlDialect } from '../packages/server/src/metadata/sql-session.ts';
import { executePostgres } from '../test/tools/postgres-query.ts';
import { runProgram } from '../test/tools/run-program.ts';
import type { Contender } from './contender.ts';

const pushedBeforeMs = 24 * 60 * 60_000;

/**
 * Fills the empty registry of a contender that does not run, by rows and files instead of pushes, which would take hours. Everything was
 * pushed a day ago, as the rows have it; every blob has a file of its own size, and all are on the disk when this resolves.
 */
export async function generateRegistry(contender: Contender, directory: string, size: RegistrySize): Promise<void> {
  const at = Date.now() - pushedBeforeMs;
  await fillDatabase(contender, directory, (dialect) => registryRows(dialect, size, at));
  await writeFiles(join(directory, 'data'), size.blobs);
  await runProgram('sync', []);
}

/** Runs the statements in the database of a contender that does not run. */
export async function fillDatabase(contender: Contender, directory: string, rows: (dialect: SqlDialect) => string[]): Promise<void> {
  if (contender.databaseOf === undefined) fillSqlite(join(directory, 'data', 'longshore.db'), rows('sqlite'));
  else await fillPostgres(await contender.databaseOf(directory), rows('postgres'));
}

function fillSqlite(path: string, statements: readonly string[]): void {
  const db = new DatabaseSync(path);
  db.function('digest_of_number', { deterministic: true }, (number) => digestOfNumber(Number(number)));
  db.exec(`
    pragma foreign_keys = off; pragma synchronous = off; pragma cache_size = -4000000;
    begin; ${statements.join(';')}; commit;
    pragma wal_checkpoint(truncate)`);
  db.close();
}

async function fillPostgres(url: string, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await executePostgres(url, statement);
  // As autovacuum would within a minute, and then in the middle of a measurement.
  await executePostgres(url, 'vacuum analyze');
}

async function writeFiles(data: string, count: number): Promise<void> {
  const bytes = Buffer.alloc(2000, 'longshore ');
  const shards = new Set<string>();
  for (let index = 0; index < count; index++) {
    const { location, sizeBytes } = blobOf(index);
    const path = join(data, location);
    const shard = path.slice(0, path.lastIndexOf('/'));
    if (!shards.has(shard)) mkdirSync(shard, { recursive: true });
    shards.add(shard);
    const file = openSync(path, 'wx');
    writeSync(file, bytes, 0, sizeBytes);
    closeSync(file);
    // Whoever is to end this process gets a chance.
    if (index % 10_000 === 0) await nextTurn();
  }
}
