import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { migrateSqlite } from './sqlite-schema.ts';

const db = new DatabaseSync(':memory:');
await migrateSqlite(db, ':memory:');
after(() => db.close());
const entry = "5, 'user:1:eve', 'password', 'push', 'registry', '', 1, 'no', 1, '{}'";
const columns = 'at, actor, credential, action, resource_kind, resource, outcome, reason, count, detail';
db.exec(`insert into audit_log (${columns}) values (${entry})`);
const kept = () => ({ ...db.prepare('select id, actor, (select count(*) from audit_log) as entries from audit_log').get() });

for (const statement of [
  "update audit_log set actor = 'user:2:bob'",
  'update audit_log set id = 9',
  'delete from audit_log',
  'delete from audit_log where at < 6',
  `insert or replace into audit_log (id, ${columns}) values (1, ${entry.replace('eve', 'bob')})`,
  `replace into audit_log (id, ${columns}) values (1, ${entry.replace('eve', 'bob')})`,
  `insert into audit_log (id, ${columns}) values (1, ${entry}) on conflict (id) do update set actor = 'user:2:bob'`,
]) {
  test(`who has the database file open changes no entry of the audit log in passing: ${statement.slice(0, 40)}`, () => {
    assert.throws(() => db.exec(statement), /append-only/);
    assert.deepEqual(kept(), { id: 1, actor: 'user:1:eve', entries: 1 });
  });
}

test('who owns the file can take the protection away first: what is to be safe from him is forwarded', () => {
  db.exec("savepoint owner; drop trigger audit_log_unchanged; update audit_log set actor = 'user:2:bob'");
  assert.equal(kept()['actor'], 'user:2:bob');
  db.exec('rollback to owner');
});
