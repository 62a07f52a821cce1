import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { usageQueries } from '../../../../../test/crash/leak-queries.ts';
import { app, by, foreign, StoreSteps, web } from '../contract/contract-steps.ts';
import { openSqliteMetadata } from '../sqlite/sqlite-metadata.ts';
import { migrateSqlite } from '../sqlite/sqlite-schema.ts';
import { schemaSteps } from './index.ts';

const step = schemaSteps.findIndex(({ name }) => name === '0016-bytes-of-manifests');

test('accounts get the bytes of manifests that are there, and are counted once more when no older version runs any longer', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-migration-'));
  const path = join(directory, 'metadata.db');
  const older = new DatabaseSync(path);
  t.after(() => rm(directory, { recursive: true }));
  await migrateSqlite(older, path, undefined, schemaSteps.slice(0, step));
  older.exec(`insert into projects (name, store_id, created_at, created_by) values ('team', 1, 1, 'x'), ('other', 1, 1, 'x'), ('empty', 1, 1, 'x');
    insert into usage (project_id, bytes) select id, 0 from projects;
    insert into repositories (project_id, name, created_at)
      select p.id, p.name || '/' || r.name, 1 from projects p join (select 'app' as name union select 'web') r where p.name <> 'empty';
    insert into manifests (repository_id, digest, media_type, size, pushed_at, pushed_by, renewed_at, bytes)
      select id, cast('d' || id as blob), 'm', 10 * id, 1, 'x', 1, x'00' from repositories`);
  const old = openSqliteMetadata({ path, durability: 'relaxed' });
  const store = await old;
  t.after(() => store.close());
  const wrong = () => Object.values(usageQueries).flatMap((query) => older.prepare(query).all());
  assert.deepEqual(wrong(), []);
  assert.ok(Number(older.prepare('select sum(bytes) as bytes from usage').get()?.['bytes']) > 0);
  const job = older.prepare("select available_at - created_at as wait from jobs where name = 'recount-usage'").get();
  assert.equal(job?.['wait'], 24 * 60 * 60_000);

  // As an older version does.
  older.exec(
    "delete from manifests where id = (select min(id) from manifests); update usage set tags = 3 where project_id = (select id from projects where name = 'empty')",
  );
  assert.equal(wrong().length, 2);
  const corrected: string[] = [];
  const steps = new StoreSteps(store);
  for (let after = 0; ; ) {
    const recount = await store.recountUsage({ after, at: steps.at });
    if (recount === undefined) break;
    after = recount.projectId;
    if (recount.isCorrected) corrected.push(recount.project);
  }
  assert.equal(corrected.length, 2);
  assert.deepEqual(wrong(), []);
  for (const repository of [app, web, foreign]) await steps.push(repository);
  assert.deepEqual(wrong(), []);
  assert.equal(await store.setQuota({ project: 'team', limits: { bytes: 1 }, version: 'any', by, at: steps.at }), 'set');
});
