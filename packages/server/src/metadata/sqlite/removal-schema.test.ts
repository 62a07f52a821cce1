// Whatever a table keeps of a project or a repository goes with it. Reads the schema, so a table that somebody adds is held to it too.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openWriter } from './connection.ts';
import { migrateSqlite } from './sqlite-schema.ts';

const directory = await mkdtemp(join(tmpdir(), 'longshore-schema-'));
const path = join(directory, 'metadata.db');
const db = openWriter(path, 'relaxed');
await migrateSqlite(db, path);
after(async () => {
  db.close();
  await rm(directory, { recursive: true });
});

/** What `removeRemains` empties in batches, or has emptied, before it removes the row that these refer to. */
const emptied = new Set([
  'repositories.project_id',
  'project_blobs.project_id',
  'uploads.project_id',
  'uploads.repository_id',
  'tags.repository_id',
  'tags.manifest_id',
  'tag_history.repository_id',
  'released_manifests.repository_id',
  'manifests.repository_id',
  'manifest_references.repository_id',
  'repository_blobs.repository_id',
  // Goes with the deletion itself.
  'projects.promotes_to',
  // Of the same project as its role, and both go with it.
  'role_bindings.role_id',
]);
/** Tells what happened, and goes by its own age. */
const outliving = new Set(['events.project_id', 'audit_log.project_id']);
/** Stands beside the id of a repository of that project, with which its row goes. */
const besideRepository = new Set(['repository_words.project_id', 'image_words.project_id']);

interface Reference {
  readonly table: string;
  readonly column: string;
  readonly parent: string;
  readonly onDelete: string;
}

const rows = (text: string) => db.prepare(text).all() as Record<string, string>[];
const tables = rows(`select name from sqlite_schema where type = 'table' and name not like 'sqlite%'`).map(({ name }) => String(name));
const references = tables.flatMap((table) =>
  rows(`pragma foreign_key_list(${table})`).map(
    ({ from, table: parent, on_delete: onDelete }): Reference => ({
      table,
      column: `${table}.${from}`,
      parent: String(parent),
      onDelete: String(onDelete),
    }),
  ),
);

/** Tables with rows that go when a project or repository does, and what refers to these rows. */
function doomed(): Reference[] {
  const gone = new Set(['projects', 'repositories']);
  for (let before = 0; before !== gone.size; ) {
    before = gone.size;
    for (const { table, column, parent, onDelete } of references) {
      if (gone.has(parent) && (onDelete === 'CASCADE' || emptied.has(column))) gone.add(table);
    }
  }
  return references.filter(({ parent }) => gone.has(parent));
}

test('what refers to a project or a repository, or to what goes with it, goes too', () => {
  const left = doomed().filter(({ column, onDelete }) => onDelete === 'NO ACTION' && !emptied.has(column));
  assert.deepEqual(left, [], 'let it cascade, or empty the table in commands/remains.ts');
  assert.ok(doomed().length > 25, 'the schema was not read');
});

test('the id of a project or repository is a reference', () => {
  const referring = new Set(references.map(({ column }) => column));
  const columns = tables.flatMap((table) =>
    rows(`pragma table_info(${table})`)
      .map(({ name }) => String(name))
      .filter((name) => /(^|_)(project|repository)_id$/.test(name))
      .map((name) => `${table}.${name}`),
  );
  assert.deepEqual(
    columns.filter((column) => !referring.has(column) && !outliving.has(column) && !besideRepository.has(column)),
    [],
  );
});

test('what cascades finds its rows by an index', () => {
  const slow = doomed().filter(({ table, column }) => {
    const indexes = rows(`pragma index_list(${table})`).map(({ name }) => rows(`pragma index_info(${name})`)[0]?.['name']);
    const [key] = rows(`pragma table_info(${table})`).filter(({ pk }) => Number(pk) === 1);
    return ![...indexes, key?.['name']].includes(column.slice(table.length + 1));
  });
  assert.deepEqual(slow, []);
});
