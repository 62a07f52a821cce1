import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { BlobStore, UploadPosition } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { assertContent, digestOf, listAll, openReader } from '../contract/contract-steps.ts';
import { openFilesystemStore } from './filesystem-store.ts';

const mebibyte = 1024 * 1024;

async function scratchStore(t: TestContext): Promise<{ directory: string; store: BlobStore }> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-files-'));
  t.after(() => rm(directory, { recursive: true }));
  return { directory, store: await openFilesystemStore({ directory, durability: 'full' }) };
}

async function put(store: BlobStore, id: string, content: Uint8Array): Promise<string> {
  const writer = await store.createUpload({ id, epoch: 1 });
  await writer.write([content]);
  return writer.commit(digestOf(content));
}

test('blobs lie under their digest and uploads under their id', async (t) => {
  const { directory, store } = await scratchStore(t);
  const content = randomBytes(10);
  const writer = await store.createUpload({ id: 'an-upload', epoch: 1 });
  assert.deepEqual(await readdir(join(directory, 'uploads')), [], 'an upload without bytes costs no file');
  await writer.write([content]);
  await writer.checkpoint();
  assert.deepEqual(await readdir(join(directory, 'uploads')), ['an-upload.1']);
  const location = await writer.commit(digestOf(content));
  const hex = digestOf(content).slice('sha256:'.length);
  assert.match(location, new RegExp(`^blobs/sha256/${hex.slice(0, 2)}/${hex}\\.[0-9a-f]{16}$`));
  assert.equal((await stat(join(directory, location))).size, 10);
  // Until the session is over, since a newer epoch may begin with it. It is the same file, and nobody writes to it any more.
  assert.deepEqual(await readdir(join(directory, 'uploads')), ['an-upload.1']);
  assert.equal((await stat(join(directory, location))).nlink, 2);
  await store.discardUpload({ id: 'an-upload', epoch: 1, offset: 10, state: '1' });
  assert.deepEqual(await readdir(join(directory, 'uploads')), []);
  await put(store, 'at-once', content);
  assert.deepEqual(await readdir(join(directory, 'uploads')), [], 'a blob that came at once was renamed');
});

test('no file descriptor stays open, however an upload or a read ends', async (t) => {
  const { store } = await scratchStore(t);
  const open = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
  const content = randomBytes(2 * mebibyte);
  const once = async (id: string): Promise<void> => {
    const location = (await put(store, id, content)) as never;
    const reader = await openReader(store, location);
    const abort = new AbortController();
    abort.abort();
    await assert.rejects(reader.read(0, content.length - 1, () => undefined, abort.signal));
    await assert.rejects(reader.read(0, content.length - 1, () => Promise.reject(new Error('sink'))));
    await assert.rejects(reader.read(content.length, content.length, () => undefined));
    await reader.close();
    const writer = await store.createUpload({ id: `${id}-left`, epoch: 1 });
    await writer.write([content]);
    const position: UploadPosition = { id: `${id}-left`, epoch: 1, offset: content.length, state: await writer.checkpoint() };
    await writer.close();
    await (await store.resumeUpload(position, 2, () => undefined)).writer.close();
    await assert.rejects(
      store.resumeUpload({ ...position, offset: content.length + 1 }, 3, () => undefined),
      StorageError,
    );
    await store.discardUpload(position);
    await store.delete(location);
    assert.equal(await store.open(location), undefined);
  };
  await once('warm-up');
  const before = await open();
  for (let round = 0; round < 5; round += 1) await once(`round-${round}`);
  assert.equal(await open(), before);
});

test('a resume that fails leaves no half copy, and the old bytes as they were', async (t) => {
  const { directory, store } = await scratchStore(t);
  const writer = await store.createUpload({ id: 'a', epoch: 1 });
  await writer.write([randomBytes(3 * mebibyte)]);
  const position: UploadPosition = { id: 'a', epoch: 1, offset: 3 * mebibyte, state: await writer.checkpoint() };
  await writer.close();
  const failure = new Error('cannot hash');
  const failing = store.resumeUpload(position, 2, () => {
    throw failure;
  });
  await assert.rejects(failing, (error) => error instanceof StorageError && error.cause === failure);
  assert.deepEqual(await readdir(join(directory, 'uploads')), ['a.1']);
  await truncate(join(directory, 'uploads/a.1'), 2 * mebibyte);
  await assert.rejects(
    store.resumeUpload(position, 3, () => undefined),
    StorageError,
  );
  assert.deepEqual(await readdir(join(directory, 'uploads')), ['a.1']);
});

test('a stalled writer of an older epoch never ends the session of the newer one', async (t) => {
  const { store } = await scratchStore(t);
  const content = randomBytes(2 * mebibyte);
  const stalled = await store.createUpload({ id: 'a', epoch: 1 });
  await stalled.write([content]);
  const position: UploadPosition = { id: 'a', epoch: 1, offset: content.length, state: await stalled.checkpoint() };
  const { writer } = await store.resumeUpload(position, 2, () => undefined);
  await stalled.truncate(0);
  await stalled.write([randomBytes(3 * mebibyte)]);
  await stalled.commit(digestOf(Buffer.from('something else')));
  await assertContent(store, await writer.commit(digestOf(content)), content);
});

test('a file that became shorter is an error, not a short blob', async (t) => {
  const { directory, store } = await scratchStore(t);
  for (const size of [5000, 3 * mebibyte]) {
    const location = await put(store, `a-${size}`, randomBytes(size));
    const reader = await openReader(store, location as never);
    await truncate(join(directory, location), size / 2);
    let received = 0;
    const reading = reader.read(0, size - 1, (piece) => {
      received += piece.length;
      return undefined;
    });
    await assert.rejects(reading, StorageError);
    assert.equal(received, size / 2);
    await reader.close();
  }
});

test('a commit creates its shard directory again when somebody removed it', async (t) => {
  const { directory, store } = await scratchStore(t);
  const content = randomBytes(10);
  await put(store, 'first', content);
  await rm(join(directory, 'blobs', 'sha256'), { recursive: true });
  await assertContent(store, (await put(store, 'second', content)) as never, content);
});

test('bytes that were written long ago count as a blob from the moment of the commit', async (t) => {
  const { directory, store } = await scratchStore(t);
  const writer = await store.createUpload({ id: 'slow', epoch: 1 });
  await writer.write([randomBytes(10)]);
  await writer.checkpoint();
  const longAgo = new Date('2020-01-01T00:00:00Z');
  await utimes(join(directory, 'uploads/slow.1'), longAgo, longAgo);
  const location = await writer.commit(digestOf(Buffer.from('slow')));
  const { mtimeMs } = await stat(join(directory, location));
  assert.equal(mtimeMs, longAgo.getTime());
  const [object] = await listAll(store);
  assert.ok(object !== undefined && object.modifiedAt > mtimeMs);
});

test('the walk names only what the store wrote, and an upload once with all its epochs', async (t) => {
  const { directory, store } = await scratchStore(t);
  const writer = await store.createUpload({ id: 'many', epoch: 1 });
  await writer.write([randomBytes(100)]);
  const position: UploadPosition = { id: 'many', epoch: 1, offset: 100, state: await writer.checkpoint() };
  await writer.close();
  for (const epoch of [2, 10]) await (await store.resumeUpload(position, epoch, () => undefined)).writer.close();
  const hex = 'ab'.repeat(32);
  const generation = '0123456789abcdef';
  for (const folder of ['blobs/sha256/ab', 'blobs/sha256/cd', 'blobs/sha512/ab', 'blobs/sha256/abc']) {
    await mkdir(join(directory, folder), { recursive: true });
    await writeFile(join(directory, folder, `${hex}.${generation}`), 'x');
    await writeFile(join(directory, folder, 'README'), 'x');
  }
  for (const name of ['note.txt', '.hidden', 'x.0', 'x.01', 'y.1.2']) await writeFile(join(directory, 'uploads', name), 'x');
  const objects = await listAll(store);
  assert.deepEqual(
    objects.map(({ kind, id, sizeBytes }) => ({ kind, id, sizeBytes })),
    [
      { kind: 'blob', id: `blobs/sha256/ab/${hex}.${generation}`, sizeBytes: 1 },
      { kind: 'upload', id: 'many', sizeBytes: 300 },
    ],
  );
  await store.discardUpload({ id: 'many', epoch: 0, offset: 0, state: undefined });
  assert.ok(!(await readdir(join(directory, 'uploads'))).some((name) => name.startsWith('many')));
});

test('the walk goes on when objects vanish under it', async (t) => {
  const { store } = await scratchStore(t);
  const locations = await Promise.all(Array.from({ length: 40 }, (_, index) => put(store, `a-${index}`, randomBytes(3))));
  const [objects] = await Promise.all([listAll(store, 7), ...locations.map((location) => store.delete(location as never))]);
  assert.ok(objects.length <= locations.length);
  assert.deepEqual(await listAll(store), []);
});

test('a location never leads out of the store', async (t) => {
  const { directory, store } = await scratchStore(t);
  const outside = `${directory}-secret`;
  await writeFile(outside, 'secret');
  t.after(() => rm(outside));
  const hex = 'ab'.repeat(32);
  const name = `${hex}.0123456789abcdef`;
  const strange = [
    `blobs/../../${outside.split('/').at(-1)}`,
    outside,
    `../${outside.split('/').at(-1)}`,
    `blobs/sha256/ab/../../../../${outside.split('/').at(-1)}`,
    `blobs/sha256/ab/${name}/../../../../../${outside.split('/').at(-1)}`,
    `blobs/sha256/cd/${name}`,
    `blobs/sha512/ab/${name}`,
    `blobs/sha256/ab/${name}\n`,
    `blobs/sha256/ab/${name}\0`,
    `blobs/sha256/ab/${hex.toUpperCase()}.0123456789abcdef`,
    `./blobs/sha256/ab/${name}`,
    `blobs//sha256/ab/${name}`,
    `uploads/a.1`,
  ];
  for (const location of strange) {
    await assert.rejects(store.open(location as never), StorageError, location);
    await assert.rejects(store.delete(location as never), StorageError, location);
  }
  for (const state of ['../1', '0', '-1', '1.5', '2', 'NaN', '']) {
    await assert.rejects(
      store.resumeUpload({ id: 'a', epoch: 1, offset: 1, state }, 2, () => undefined),
      StorageError,
      state,
    );
  }
  assert.equal((await stat(outside)).size, 6);
});
