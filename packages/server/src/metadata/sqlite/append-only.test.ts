import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { migrateSqlite } from './sqlite-schema.ts';

test('not even who has the database file open changes or deletes an entry of the audit log in passing', async () => {
  const db = new DatabaseSync(':memory:');
  await migrateSqlite(db, ':memory:');
  db.exec(`insert into audit_log (at, actor, credential, action, resource_kind, resource, outcome, reason, count, detail)
    values (5, 'user:1:eve', 'password', 'push', 'registry', '', 1, 'no', 1, '{}')`);
  const refused = /append-only/;
  assert.throws(() => db.exec("update audit_log set actor = 'user:2:bob'"), refused);
  assert.throws(() => db.exec('delete from audit_log'), refused);
  assert.deepEqual({ ...db.prepare('select actor, count(*) as entries from audit_log').get() }, { actor: 'user:1:eve', entries: 1 });
  db.close();
});
