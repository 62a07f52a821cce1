import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { leakQueries } from './leak-queries.ts';

/** What a comparison of a data directory with its database found, one sentence each. Nobody may be writing meanwhile. */
export interface DiskAudit {
  /** Files, and rows about them, that nothing needs after a sweep without grace. */
  readonly leaked: string[];
  /** Live placements whose bytes are not there in full. */
  readonly lost: string[];
  readonly placements: number;
}

/** Compares the files of the stores with the live placements; `stores`: directories of others than `default`, by name. */
export function auditDisk(data: string, stores: Readonly<Record<string, string>> = {}): DiskAudit {
  const database = new DatabaseSync(databaseIn(data), { readOnly: true });
  try {
    const files = new Map<string, number>(
      Object.entries({ default: storeIn(data), ...stores }).flatMap(([store, directory]) =>
        ['blobs', 'uploads']
          .flatMap((name) => filesBelow(join(directory, name)))
          .map((path) => [`${store} ${relative(directory, path)}`, statSync(path).size] as [string, number]),
      ),
    );
    const live = rows<{ location: string; size: number }>(
      database,
      `select stores.name || ' ' || location as location, size from blob_placements
       join blobs on blobs.id = blob_placements.blob_id join stores on stores.id = store_id where state = 'live'`,
    );
    const lost = live
      .filter(({ location, size }) => files.get(location) !== size)
      .map(({ location }) => `${location} is missing or cut short`);
    const wanted = new Set(live.map(({ location }) => location));
    const leaked = [...files.keys()].filter((file) => !wanted.has(file)).map((file) => `file ${file}`);
    return { leaked: [...leaked, ...leakedRows(database)], lost, placements: live.length };
  } finally {
    database.close();
  }
}

/** The rows that a `select` finds in the database of a data directory. */
export function queryDatabase<Row>(data: string, select: string): Row[] {
  const database = new DatabaseSync(databaseIn(data), { readOnly: true });
  try {
    return rows<Row>(database, select);
  } finally {
    database.close();
  }
}

/** Makes unfinished uploads look long abandoned, and leases of processes and on content run out, instead of waiting for it. */
export function letTimePass(data: string): void {
  const past = ['update uploads set touched_at = 0', 'update leases set expires_at = 0', 'update content_leases set expires_at = 0'];
  past.push("update jobs set available_at = 0 where state = 'running'");
  executeInDatabase(data, past.join(';'));
}

/** Changes the database of a data directory, beside a server if need be. */
export function executeInDatabase(data: string, statements: string): void {
  const database = new DatabaseSync(databaseIn(data), { timeout: 10_000 });
  try {
    database.exec(statements);
  } finally {
    database.close();
  }
}

function leakedRows(database: DatabaseSync): string[] {
  return Object.entries(leakQueries).flatMap(([name, sql]) =>
    rows<{ what: string | number }>(database, sql).map(({ what }) => `row: ${name}: ${what}`),
  );
}

function rows<T>(database: DatabaseSync, sql: string): T[] {
  return database.prepare(sql).all() as T[];
}

function databaseIn(data: string): string {
  const found = filesBelow(data).find((path) => isSqlite(path));
  if (found === undefined) throw new Error(`There is no database in ${data}.`);
  return found;
}

function storeIn(data: string): string {
  const directories = [
    data,
    ...readdirSync(data, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(data, entry.name)] : [])),
  ];
  const found = directories.find((directory) => existsSync(join(directory, 'uploads')) && existsSync(join(directory, 'blobs')));
  if (found === undefined) throw new Error(`There is no store in ${data}.`);
  return found;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function isSqlite(path: string): boolean {
  const header = Buffer.alloc(16);
  const file = openSync(path, 'r');
  try {
    return readSync(file, header, 0, 16, 0) === 16 && header.toString() === 'SQLite format 3\0';
  } finally {
    closeSync(file);
  }
}
