import assert from 'node:assert/strict';
import { test } from 'node:test';
import { app } from '../contract/contract-steps.ts';
import { PostgresBench } from './postgres-bench.ts';

const bench = PostgresBench.forThisFile();

if (bench !== undefined) {
  test('not even a superuser changes, deletes or truncates entries of the audit log in passing', async () => {
    await bench.withStore(async (_store, steps, url) => {
      await steps.push(app, { tags: ['v1'] });
      const kept = () => bench.query(url, 'select * from audit_log order by id');
      const before = await kept();
      assert.equal(before.length, 3);
      for (const statement of [
        "update audit_log set actor = 'user:2:bob'",
        "update audit_log set actor = 'user:2:bob' where false",
        'delete from audit_log',
        'truncate audit_log',
        'truncate audit_log, audit_unforwarded cascade',
        `insert into audit_log overriding system value select * from audit_log on conflict (id) do update set actor = 'user:2:bob'`,
        `merge into audit_log a using audit_log b on a.id = b.id when matched then delete`,
        `with gone as (delete from audit_log returning id) select count(*) from gone`,
      ]) {
        await assert.rejects(bench.query(url, statement), /append-only/, statement);
      }
      assert.deepEqual(await kept(), before);
    });
  });

  test('who owns the tables can take the protection away first: what is to be safe from him is forwarded', async () => {
    await bench.withStore(async (_store, steps, url) => {
      await steps.push(app);
      await bench.query(url, 'alter table audit_log disable trigger audit_log_kept');
      await bench.query(url, 'delete from audit_log');
      assert.deepEqual(await bench.query(url, 'select id from audit_log'), []);
    });
  });
}
