import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { StoredObject, UploadPosition } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { assertContent, digestOf } from '../contract/contract-steps.ts';
import { openFilesystemStore } from './filesystem-store.ts';
import { newLocation } from './locations.ts';
import { listObjects } from './object-list.ts';
import { ShardDirectories } from './shard-directories.ts';
import { mayBeShared, SharedDirectory } from './shared-directory.ts';

async function scratch(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-shared-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

test('a local directory is not taken for a shared one', async (t) => {
  assert.equal(await mayBeShared(await scratch(t)), false);
});

test('what is found at the second look was there', async (t) => {
  const shared = new SharedDirectory(await scratch(t));
  for (const code of ['ENOENT', 'ESTALE']) {
    let looks = 0;
    const found = await shared.find('blobs/a/file', async () => {
      looks += 1;
      if (looks === 1) throw Object.assign(new Error(code), { code });
      return 'found';
    });
    assert.deepEqual([found, looks], ['found', 2]);
  }
  await assert.rejects(
    shared.find('file', () => Promise.reject(Object.assign(new Error('refused'), { code: 'EACCES' }))),
    /refused/,
  );
});

test('a file is missing for certain only when it has been for longer than any host remembers', async (t) => {
  let now = 0;
  const shared = new SharedDirectory(await scratch(t), () => now);
  const missing = (path: string) => shared.find(path, async () => undefined);
  const early = { name: 'StorageError', retryable: true };
  await assert.rejects(missing('a'), early);
  now = 119_999;
  await assert.rejects(missing('a'), early);
  await assert.rejects(missing('b'), early);
  now = 120_000;
  assert.equal(await missing('a'), undefined);
  await assert.rejects(missing('b'), early);
  // Seen in between, it begins anew.
  assert.equal(await shared.find('a', async () => 1), 1);
  await assert.rejects(missing('a'), early);
  // Forgotten among very many, it is less certain, not more.
  for (let index = 0; index < 1000; index += 1) await assert.rejects(missing(`c${index}`), early);
  now = 1_000_000;
  await assert.rejects(missing('b'), early);
});

test('a shorter file than was acknowledged is one that does not show whole yet', async (t) => {
  const directory = await scratch(t);
  const store = await openFilesystemStore({ directory, durability: 'full', shared: true });
  const content = randomBytes(1000);
  const writer = await store.createUpload({ id: 'a', epoch: 1 });
  await writer.write([content]);
  const position: UploadPosition = { id: 'a', epoch: 1, offset: 1000, state: await writer.checkpoint() };
  await writer.close();
  const file = join(directory, 'uploads', 'a.1');
  await writeFile(file, content.subarray(0, 999));
  const resume = (epoch: number) => store.resumeUpload(position, epoch, () => undefined);
  await assert.rejects(resume(2), (error) => error instanceof StorageError && error.retryable);
  await writeFile(file, content);
  const { writer: resumed } = await resume(3);
  await assertContent(store, await resumed.commit(digestOf(content)), content);
});

test('a rename that was done although its answer was lost is not an error', async (t) => {
  const directory = await scratch(t);
  const shards = new ShardDirectories(directory, true);
  const location = newLocation(digestOf(Buffer.from('x')));
  await shards.prepare(location);
  await writeFile(join(directory, location), 'x');
  await mkdir(join(directory, 'uploads'));
  await writeFile(join(directory, 'uploads', 'there.1'), 'x');
  await shards.place('uploads/there.1', location, true);
  for (const keep of [false, true]) {
    await shards.place('uploads/gone.1', location, keep);
    assert.equal(await readFile(join(directory, location), 'utf8'), 'x');
    const other = newLocation(digestOf(Buffer.from('y')));
    await assert.rejects(shards.place('uploads/gone.1', other, keep), { code: 'ENOENT' });
  }
});

test('objects are dated by the clock of this host, whatever the clock of the file server says', async (t) => {
  const directory = await scratch(t);
  const location = newLocation(digestOf(Buffer.from('x')));
  await mkdir(join(directory, dirname(location)), { recursive: true });
  await writeFile(join(directory, location), 'x');
  const future = (Date.now() + 7_200_000) / 1000;
  await utimes(join(directory, location), future, future);
  const dates = async (clockAheadMs: number) =>
    (await listObjects({ directory, clockAheadMs }, undefined, 10)).objects.map(({ modifiedAt }: StoredObject) => modifiedAt / 1000);
  const [same = 0] = await dates(0);
  const [corrected = 0] = await dates(3_600_000);
  assert.ok(Math.abs(same - future) < 1 && Math.abs(corrected - (future - 3600)) < 1, `${same} ${corrected}`);
});

test('a probe leaves nothing behind', async (t) => {
  const directory = await scratch(t);
  const store = await openFilesystemStore({ directory, durability: 'full', shared: true });
  await Promise.all([store.probe(), store.probe(), store.probe()]);
  assert.deepEqual((await readdir(directory)).sort(), ['blobs', 'uploads']);
  assert.deepEqual(await readdir(join(directory, 'uploads')), []);
});
