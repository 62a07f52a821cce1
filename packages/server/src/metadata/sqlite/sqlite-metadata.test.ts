import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { Tag } from '@longshore/oci';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import { namesOfProject } from '../../registry/repository-pattern.ts';
import { pulledBy } from '../contract/access.ts';
import { app, StoreSteps } from '../contract/contract-steps.ts';
import { openSqliteMetadata } from './sqlite-metadata.ts';

async function newPath(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-sqlite-'));
  t.after(() => rm(directory, { recursive: true }));
  return join(directory, 'data', 'metadata.db');
}

async function open(t: TestContext, path: string): Promise<MetadataStore> {
  const store = await openSqliteMetadata({ path, durability: 'full' });
  t.after(() => store.close());
  return store;
}

/** Runs code in another process, with the store's module at hand; answers how it ended. */
async function inProcess(path: string, code: string): Promise<{ code: number | null; signal: string | null }> {
  const open = JSON.stringify(new URL('./sqlite-metadata.ts', import.meta.url).href);
  const steps = JSON.stringify(new URL('../contract/contract-steps.ts', import.meta.url).href);
  const source = `import { openSqliteMetadata } from ${open}; import { app, by, StoreSteps } from ${steps}; const path = ${JSON.stringify(path)}; ${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], { stdio: ['ignore', 'ignore', 'inherit'], env: {} });
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return { code: exitCode, signal };
}

test('what was acknowledged is there after opening again, and the directory is made', async (t) => {
  const path = await newPath(t);
  const first = await openSqliteMetadata({ path, durability: 'full' });
  const digest = await new StoreSteps(first).push(app, { tags: ['v1'] });
  await first.close();
  const second = await open(t, path);
  assert.equal((await second.findManifestInfo(app, { tag: 'v1' as never }))?.digest, digest);
});

test('nobody but the owner may read the files, which hold password hashes', { skip: process.platform === 'win32' }, async (t) => {
  const path = await newPath(t);
  const store = await open(t, path);
  await new StoreSteps(store).push(app);
  for (const suffix of ['', '-wal', '-shm']) assert.equal((await stat(path + suffix)).mode & 0o077, 0, suffix);
});

test('a write is seen by a read that begins when it is acknowledged, whoever reads', async (t) => {
  const path = await newPath(t);
  const [one, two] = [await open(t, path), await open(t, path)];
  for (let count = 0; count < 20; count += 1) {
    const digest = await new StoreSteps(count % 2 === 0 ? one : two).push(app);
    for (const store of [one, two]) assert.notEqual(await store.findManifestInfo(app, { digest }), undefined);
  }
});

test('what is remembered is never older than an acknowledged write, by this process or by another', async (t) => {
  const path = await newPath(t);
  const store = await open(t, path);
  const steps = new StoreSteps(store);
  const blob = await steps.blob(app);
  const tag = 'moving' as Tag;
  const look = async () => ({
    manifest: (await store.findManifest(app, { tag }))?.digest,
    info: (await store.findManifestInfo(app, { tag }))?.digest,
    tags: (await store.listTags(app, { limit: 9 }))?.items.join(),
    repositories: (await store.listRepositories({ kind: 'everything' }, { limit: 9 })).items.join(),
    blob: (await store.findBlob(app, blob)) !== undefined,
    project: (await store.findAccess({ kind: 'user', id: 1 }, { project: 'other', ...namesOfProject('other') })).project !== undefined,
  });
  const remembered = async () => {
    // Asked often enough to be remembered, and once more to be given from there.
    for (let round = 0; round < 3; round += 1) await look();
    return look();
  };
  for (let round = 0; round < 3; round += 1) {
    const digest = await steps.push(app, { tags: [tag, `v${round}`] });
    const seen = await remembered();
    assert.deepEqual([seen.manifest, seen.info, seen.tags?.split(',').length, seen.blob], [digest, digest, round + 2, true]);
  }
  const before = await remembered();
  assert.deepEqual([before.repositories, before.project], [app, false]);
  const mark = store.changeMark();
  const code = `
    const store = await openSqliteMetadata({ path, durability: 'full' });
    await new StoreSteps(store).push(app, { tags: ['moving', 'another'] });
    await new StoreSteps(store).push('other/app');
    await store.deleteBlob({ repository: app, digest: ${JSON.stringify(blob)}, by, at: 1 });
    await store.close();`;
  assert.deepEqual(await inProcess(path, code), { code: 0, signal: null });
  assert.notEqual(store.changeMark(), mark);
  const after = await look();
  assert.notEqual(after.manifest, before.manifest);
  assert.equal(after.info, after.manifest);
  assert.equal(after.tags, `another,${before.tags}`);
  assert.equal(after.repositories, `other/app,${app}`);
  assert.deepEqual([after.blob, after.project], [false, true]);
});

test('processes that open and write one database at once lose nothing', async (t) => {
  const path = await newPath(t);
  const code = `
    const store = await openSqliteMetadata({ path, durability: 'full' });
    const steps = new StoreSteps(store);
    for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 8 }, () => steps.push(app)));
    await store.close();`;
  const ends = await Promise.all([inProcess(path, code), inProcess(path, code)]);
  assert.deepEqual(ends, [
    { code: 0, signal: null },
    { code: 0, signal: null },
  ]);
  const store = await open(t, path);
  const events = await store.claimEvents({ claimant: 'a', at: 1, until: 2, limit: 1000 });
  assert.equal(events.filter(({ type }) => type === 'manifest.pushed').length, 160);
  assert.equal(events.length, 161, 'one process begins the project');
});

test('a process that dies inside of a transaction leaves nothing of it', async (t) => {
  const path = await newPath(t);
  const code = `
    const store = await openSqliteMetadata({ path, durability: 'full', failpoint: 'manifest.in-transaction:2' });
    const steps = new StoreSteps(store);
    await steps.push(app, { tags: ['first'] });
    await steps.push(app, { tags: ['second'] });`;
  assert.deepEqual(await inProcess(path, code), { code: null, signal: 'SIGKILL' });
  const store = await open(t, path);
  assert.deepEqual((await store.listTags(app, { limit: 9 }))?.items, ['first']);
  const events = await store.claimEvents({ claimant: 'a', at: 1, until: 2, limit: 9 });
  assert.deepEqual(
    events.map(({ type }) => type),
    ['project.created', 'manifest.pushed', 'tag.created'],
  );
});

test("a database from which a newer version took something away is refused by the migration's name", async (t) => {
  const path = await newPath(t);
  await (await openSqliteMetadata({ path, durability: 'full' })).close();
  const db = new DatabaseSync(path);
  db.exec("insert into schema_migrations (name, timestamp) values ('9999-contract-from-the-future', '2099')");
  db.close();
  await assert.rejects(openSqliteMetadata({ path, durability: 'full' }), (error) => {
    assert.ok(error instanceof StorageError && !error.retryable);
    assert.match(error.message, /'9999-contract-from-the-future'.*Run the newer version/);
    return true;
  });
});

test('a migration, and the wait for another process before it, leave the event loop alone', async (t) => {
  const path = await newPath(t);
  await mkdir(dirname(path));
  const other = new DatabaseSync(path);
  t.after(() => other.close());
  other.exec('pragma journal_mode = wal; begin immediate');
  const opened = openSqliteMetadata({ path, durability: 'full' });
  // These turns would never come, nor the lock go, if this thread were the one that waits.
  for (let turn = 0; turn < 20; turn += 1) await pause(10);
  other.exec('rollback');
  await (await opened).close();
});

test('the list of a user with roles on a thousand projects lets others have their turns', async (t) => {
  const path = await newPath(t);
  const store = await open(t, path);
  const user = await store.createUser({ name: 'eve', passwordHash: undefined, administrator: false, at: 1 });
  assert.ok(user);
  const db = new DatabaseSync(path);
  db.exec(`
    insert into projects (name, store_id, created_at, created_by)
      with recursive n(i) as (select 0 union all select i + 1 from n where i < 999) select printf('p%03d', i), 1, 1, 'x' from n;
    insert into role_bindings (project_id, subject_kind, subject_id, role_id, range_low, range_high, pattern, created_at, created_by)
      select id, 'user', ${user.id}, 1, name, name || '/{', '**', 1, 'x' from projects where name like 'p___'`);
  db.close();
  let turns = 0;
  const count = () => {
    turns += 1;
    turn = setImmediate(count);
  };
  let turn = setImmediate(count);
  t.after(() => clearImmediate(turn));
  assert.deepEqual((await store.listRepositories(pulledBy({ kind: 'user', id: user.id }), { limit: 9 })).items, []);
  assert.ok(turns >= 5, `${turns} turns`);
});

test('a file that is no database is refused as such', async (t) => {
  const path = await newPath(t);
  await assert.rejects(openSqliteMetadata({ path: join(path, '..', '..'), durability: 'full' }), StorageError);
});

test('when the thread that writes dies, waiting writes are rejected, later ones get a new thread, and reads still work', async (t) => {
  const path = await newPath(t);
  const started = once(process, 'worker') as Promise<[Worker]>;
  const store = await openSqliteMetadata({ path, durability: 'full' });
  const [writer] = await started;
  const steps = new StoreSteps(store);
  const digest = await steps.push(app);
  const waiting = Array.from({ length: 5 }, () => steps.push(app));
  const died = Promise.allSettled(waiting);
  await writer.terminate();
  for (const result of await died) {
    if (result.status === 'rejected') assert.ok(result.reason instanceof StorageError, String(result.reason));
  }
  assert.notEqual(await store.findManifestInfo(app, { digest }), undefined);
  const pushed = await Promise.all(Array.from({ length: 3 }, () => steps.push(app)));
  for (const later of pushed) assert.notEqual(await store.findManifestInfo(app, { digest: later }), undefined);
  await store.close();
});

test('closing waits for what was begun, and afterwards everything is refused', async (t) => {
  const path = await newPath(t);
  const store = await openSqliteMetadata({ path, durability: 'full' });
  const pushes = Array.from({ length: 100 }, () => new StoreSteps(store).push(app));
  await Promise.all([store.close(), store.close()]);
  assert.equal(new Set(await Promise.all(pushes)).size, 100);
  await assert.rejects(store.probe(), StorageError);
  await assert.rejects(store.findRepository(app), StorageError);
});
