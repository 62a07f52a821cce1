import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { app, by, foreign, StoreSteps, web } from '../contract/contract-steps.ts';
import { openSqliteMetadata } from '../sqlite/sqlite-metadata.ts';

test('a project is charged once for a blob, until its last repository lets go of it', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-usage-'));
  const path = join(directory, 'metadata.db');
  const store = await openSqliteMetadata({ path, durability: 'relaxed' });
  const watcher = new DatabaseSync(path);
  t.after(async () => {
    watcher.close();
    await store.close();
    await rm(directory, { recursive: true });
  });
  const usage = () =>
    Object.fromEntries(
      watcher
        .prepare('select p.name, u.bytes from usage u join projects p on p.id = u.project_id')
        .all()
        .map((row) => [row['name'], row['bytes']]),
    );
  const steps = new StoreSteps(store);
  const digest = await steps.blob(app);
  await steps.blob(app, digest);
  await steps.blob(web, digest);
  await steps.blob(app);
  assert.deepEqual(usage(), { team: 200 });
  await store.mountBlob({ digest, from: app, to: foreign, by, at: steps.at });
  assert.deepEqual(usage(), { team: 200, other: 100 });
  await store.deleteBlob({ repository: app, digest, by, at: steps.at });
  assert.deepEqual(usage(), { team: 200, other: 100 }, 'another repository of the project still has it');
  const links = (await store.listUnreferencedLinks(steps.at + 1, undefined, 10)).items;
  assert.equal(await store.removeUnreferencedLinks({ before: steps.at + 1, links }), 3);
  assert.deepEqual(usage(), { team: 0, other: 0 });
  assert.equal(watcher.prepare('select count(*) as count from project_blobs').get()?.['count'], 0);
});
