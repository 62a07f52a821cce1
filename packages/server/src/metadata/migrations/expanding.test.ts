import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { type Kysely, sql } from 'kysely';
import { migrateSqlite } from '../sqlite/sqlite-schema.ts';
import { type SchemaStep, schemaSteps } from './index.ts';
import { hasPendingSteps, isContraction } from './migrate.ts';

interface Table {
  readonly columns: ReadonlyMap<string, { readonly type: string; readonly required: boolean; readonly filled: boolean }>;
  /** Columns that are unique together, and columns that refer to another table. */
  readonly unique: ReadonlySet<string>;
  readonly references: ReadonlySet<string>;
  readonly triggers: ReadonlySet<string>;
}

/** A trigger that writes down elsewhere what was stored, and refuses nothing: nobody notices it. */
const onlyNotes = /^create trigger \w+ after insert on \w+ begin insert into \w+ [^;]+ on conflict [^;]+ do nothing; end$/i;

/** What programs can rely on, by the database's own account. */
function describeSchema(db: DatabaseSync): Map<string, Table> {
  const rows = (text: string, ...params: string[]) => db.prepare(text).all(...params);
  const names = rows("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'").map(({ name }) => String(name));
  return new Map(
    names.map((table) => {
      const columns = rows('select name, type, "notnull", dflt_value from pragma_table_info(?)', table).map((column) => {
        const { name, type, notnull, dflt_value } = column;
        return [String(name), { type: String(type), required: notnull === 1, filled: dflt_value !== null }] as const;
      });
      const unique = rows('select name from pragma_index_list(?) where "unique" = 1', table).map(({ name }) =>
        rows('select name from pragma_index_info(?)', String(name))
          .map((column) => column['name'])
          .join(', '),
      );
      const references = rows('select "from", "table" from pragma_foreign_key_list(?)', table).map(
        (key) => `${key['from']} -> ${key['table']}`,
      );
      const triggers = rows("select name, sql from sqlite_master where type = 'trigger' and tbl_name = ?", table)
        .filter((trigger) => !onlyNotes.test(String(trigger['sql'])))
        .map(({ name }) => String(name));
      return [
        table,
        { columns: new Map(columns), unique: new Set(unique), references: new Set(references), triggers: new Set(triggers) },
      ] as const;
    }),
  );
}

/** What a program that knows only `before` cannot do any more on `after`. */
function brokenPromises(before: ReadonlyMap<string, Table>, after: ReadonlyMap<string, Table>): string[] {
  return [...before].flatMap(([name, old]) => {
    const now = after.get(name);
    return now === undefined ? [`${name} is gone`] : brokenByTable(name, old, now);
  });
}

function brokenByTable(name: string, old: Table, now: Table): string[] {
  const broken: string[] = [];
  for (const [column, { type, required }] of old.columns) {
    const kept = now.columns.get(column);
    if (kept === undefined) broken.push(`${name}.${column} is gone`);
    else if (kept.type !== type) broken.push(`${name}.${column} has another type`);
    else if (kept.required && !required) broken.push(`${name}.${column} must not be null any more`);
  }
  for (const [column, { required, filled }] of now.columns) {
    if (!old.columns.has(column) && required && !filled) broken.push(`${name}.${column} is new and must be given`);
  }
  // `on conflict` needs them.
  for (const unique of old.unique) if (!now.unique.has(unique)) broken.push(`${name} (${unique}) is not unique any more`);
  // Rows of an older version leave a new column empty, and what is empty equals nothing.
  const staysEmpty = (column: string) => !old.columns.has(column) && now.columns.get(column)?.filled === false;
  for (const unique of now.unique) {
    if (!old.unique.has(unique) && !unique.split(', ').some(staysEmpty)) broken.push(`${name} (${unique}) is unique now`);
  }
  for (const reference of now.references) {
    const [column = ''] = reference.split(' ');
    if (!old.references.has(reference) && old.columns.has(column)) broken.push(`${name}.${reference} must be there now`);
  }
  for (const trigger of now.triggers) if (!old.triggers.has(trigger)) broken.push(`${name} has the trigger ${trigger}`);
  return broken;
}

async function migrated(steps: readonly SchemaStep[]): Promise<Map<string, Table>> {
  const db = new DatabaseSync(':memory:');
  try {
    await migrateSqlite(db, ':memory:', undefined, steps);
    return describeSchema(db);
  } finally {
    db.close();
  }
}

const step = (name: string, change: (db: Kysely<unknown>) => Promise<unknown>): SchemaStep => ({
  name,
  load: async () => ({
    up: async (db) => {
      await change(db);
    },
  }),
});

test('every step only adds, so that the version before it goes on beside it', async () => {
  for (const [at, { name }] of schemaSteps.entries()) {
    if (at === 0 || isContraction(name)) continue;
    const [before, after] = [await migrated(schemaSteps.slice(0, at)), await migrated(schemaSteps.slice(0, at + 1))];
    assert.deepEqual(brokenPromises(before, after), [], `${name}: see docs/decisions/0009-migrations-expand.md`);
  }
});

test('what takes something away is seen', async () => {
  const before = await migrated(schemaSteps);
  const changes: readonly [string, ...string[]][] = [
    ['alter table leases drop column fencing_token', 'leases.fencing_token is gone'],
    ['alter table leases rename column holder to owner', 'leases.holder is gone', 'leases.owner is new and must be given'],
    ['drop table write_probes', 'write_probes is gone'],
    ['create unique index one_repository on tags (name)', 'tags (name) is unique now'],
    ['create trigger strict_names before insert on tags begin select 1; end', 'tags has the trigger strict_names'],
    [
      'create trigger noted after insert on tags begin insert into write_probes (id) values (new.manifest_id); end',
      'tags has the trigger noted',
    ],
    ['create trigger noted after insert on tags begin insert into write_probes (id) values (1) on conflict (id) do nothing; end'],
  ];
  for (const [text, ...broken] of changes) {
    const after = await migrated([...schemaSteps, step('9999-careless', (db) => sql.raw(text).execute(db))]);
    assert.deepEqual(brokenPromises(before, after), broken);
  }
  const column = { type: 'TEXT', required: true, filled: false };
  const grown = (change: object): Map<string, Table> => {
    const leases = before.get('leases') ?? assert.fail();
    return new Map([...before, ['leases', { ...leases, columns: new Map([...leases.columns, ['more', { ...column, ...change }]]) }]]);
  };
  assert.deepEqual(brokenPromises(before, grown({})), ['leases.more is new and must be given']);
  assert.deepEqual(brokenPromises(before, grown({ filled: true })), []);
  assert.deepEqual(brokenPromises(grown({ required: false }), grown({})), ['leases.more must not be null any more']);
});

test('a step of a newer version is no concern of this one, unless it takes away what is used here', () => {
  const steps = [step('0001-one', async () => undefined), step('0002-two', async () => undefined)];
  assert.equal(hasPendingSteps(['0001-one', '0002-two', '0003-three'], steps), false);
  assert.equal(hasPendingSteps(['0001-one', '0003-three'], steps), true);
  const contracted = ['0001-one', '0002-two', '0004-contract-four'];
  assert.throws(() => hasPendingSteps(contracted, steps), /'0004-contract-four'. Run the newer version/);
  assert.equal(hasPendingSteps(contracted, steps, ['0004-contract-four']), false);
});
