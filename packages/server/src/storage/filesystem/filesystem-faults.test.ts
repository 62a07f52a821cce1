import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { mountSmallFileSystem, type SmallFileSystem } from '../../../../../test/crash/tmpfs.ts';
import { skipTest } from '../../../../../test/tools/programs.ts';
import type { BlobLocation, UploadPosition } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { assertContent, digestOf } from '../contract/contract-steps.ts';
import { openFilesystemStore } from './filesystem-store.ts';
import { asStorageError } from './system-errors.ts';
import { writeFully } from './write-fully.ts';

const mebibyte = 1024 * 1024;

function smallDisk(t: TestContext, size: string): SmallFileSystem | undefined {
  const disk = mountSmallFileSystem(size);
  if (disk === undefined) skipTest(t, 'needs the right to mount a tmpfs: run as root on Linux');
  else t.after(() => disk.unmount());
  return disk;
}

test('a full disk says so, and the same upload goes on once there is space', async (t) => {
  const disk = smallDisk(t, '8m');
  if (disk === undefined) return;
  const ballast = join(disk.path, 'ballast');
  const store = await openFilesystemStore({ directory: disk.path, durability: 'full' });
  const content = randomBytes(3 * mebibyte);
  const writer = await store.createUpload({ id: 'a', epoch: 1 });
  await writer.write([content]);
  const position: UploadPosition = { id: 'a', epoch: 1, offset: content.length, state: await writer.checkpoint() };
  writeFileSync(ballast, Buffer.alloc(3 * mebibyte));

  await assert.rejects(writer.write([randomBytes(4 * mebibyte)]), { name: 'StorageError', reason: 'full', retryable: true });
  await assert.rejects(writer.write([randomBytes(1)]), StorageError, 'the position is unknown until the writer is truncated');
  await assert.rejects(writer.checkpoint(), StorageError);
  await assert.rejects(store.probe(), { reason: 'full' });
  await writer.truncate(content.length);
  await assert.rejects(
    store.resumeUpload(position, 2, () => undefined),
    { reason: 'full' },
  );
  assert.deepEqual(readdirSync(join(disk.path, 'uploads')), ['a.1']);

  rmSync(ballast);
  await store.probe();
  const rest = randomBytes(1000);
  await writer.write([rest]);
  const all = Buffer.concat([content, rest]);
  await assertContent(store, await writer.commit(digestOf(all)), all);
});

test('a disk that turns read-only says so, still serves, and is written to again when it can be', async (t) => {
  const disk = smallDisk(t, '8m');
  if (disk === undefined) return;
  const store = await openFilesystemStore({ directory: disk.path, durability: 'full' });
  const content = randomBytes(1000);
  const put = async (id: string) => {
    const writer = await store.createUpload({ id, epoch: 1 });
    await writer.write([content]);
    return writer.commit(digestOf(content));
  };
  const location = await put('first');
  disk.remount('ro');
  await assert.rejects(put('second'), { name: 'StorageError', reason: 'read-only', retryable: true });
  await assert.rejects(store.probe(), { reason: 'read-only' });
  await assert.rejects(store.delete(location), { reason: 'read-only' });
  await assertContent(store, location, content);
  await assert.rejects(openFilesystemStore({ directory: disk.path, durability: 'full' }), ({ message }: Error) => {
    assert.ok(message.includes(`'${disk.path}'`) && /writable for user \d+/.test(message), message);
    return true;
  });
  disk.remount('rw');
  await assertContent(store, await put('third'), content);
});

test('a directory that cannot be used is refused with its name and the remedy', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-refused-'));
  t.after(() => rm(directory, { recursive: true }));
  const file = join(directory, 'file');
  await writeFile(file, '');
  for (const refused of [file, join(file, 'below')]) {
    await assert.rejects(openFilesystemStore({ directory: refused, durability: 'full' }), (error: unknown) => {
      assert.ok(error instanceof StorageError);
      assert.ok(error.message.includes(`'${refused}'`) && error.message.includes('set another directory'), error.message);
      return true;
    });
  }
});

test('errors of the operating system keep their meaning', () => {
  const reasonOf = (code: string) => asStorageError('Cannot write', Object.assign(new Error(code), { code }));
  for (const code of ['ENOSPC', 'EDQUOT']) assert.equal(reasonOf(code).reason, 'full');
  for (const code of ['EROFS', 'EACCES']) assert.equal(reasonOf(code).reason, 'read-only');
  for (const code of ['EIO', 'ENOENT', '']) assert.deepEqual([reasonOf(code).reason, reasonOf(code).retryable], ['failed', false]);
  for (const code of ['EMFILE', 'ESTALE', 'ETIMEDOUT']) {
    assert.deepEqual([reasonOf(code).reason, reasonOf(code).retryable], ['failed', true]);
  }
});

test('a system that takes few bytes at a time gets all of them, once and in order', async () => {
  const pieces = [randomBytes(10), new Uint8Array(0), randomBytes(1), randomBytes(30)];
  for (const most of [1, 7, 10, 11, 100]) {
    const stored = Buffer.alloc(46);
    const slow = {
      writev: async (vector: Uint8Array[], position: number) => {
        const taken = Buffer.concat(vector).subarray(0, most);
        taken.copy(stored, position);
        return { bytesWritten: taken.length };
      },
    };
    assert.equal(await writeFully(slow, pieces, 5), 41);
    assert.deepEqual(stored.subarray(5), Buffer.concat(pieces));
  }
  await assert.rejects(writeFully({ writev: async () => ({ bytesWritten: 0 }) }, pieces, 0), StorageError);
});

test('a store whose directory is away has lost nothing', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-store-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const store = await openFilesystemStore({ directory, durability: 'relaxed' });
  const location = `blobs/sha256/ab/ab${'0'.repeat(62)}.${'1'.repeat(16)}` as BlobLocation;
  assert.equal(await store.open(location), undefined);
  await rm(join(directory, 'blobs'), { recursive: true });
  await assert.rejects(store.open(location), { name: 'StorageError', retryable: true });
  await assert.rejects(openFilesystemStore({ directory, durability: 'relaxed', mustExist: true }), /mount its file system/);
});
