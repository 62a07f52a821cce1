import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, statfs, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { refuseNetworkFileSystem } from '../../../packages/server/src/metadata/sqlite/network-file-system.ts';
import type { BlobLocation, BlobStore, UploadPosition } from '../../../packages/server/src/registry/ports/blob-store.ts';
import { StorageError } from '../../../packages/server/src/registry/ports/blob-store.ts';
import { assertContent, collect, digestOf, listAll, openReader } from '../../../packages/server/src/storage/contract/contract-steps.ts';
import { openFilesystemStore } from '../../../packages/server/src/storage/filesystem/filesystem-store.ts';
import { hosts, served } from './mounts.ts';

const mebibyte = 1024 * 1024;

interface SharedStore {
  /** The directory's name on every host. */
  readonly name: string;
  readonly a: BlobStore;
  readonly b: BlobStore;
}

async function openOnBoth(): Promise<SharedStore> {
  const name = basename(await mkdtemp(join(hosts[0], 'caches-')));
  const [a, b] = await Promise.all(hosts.map((host) => openFilesystemStore({ directory: join(host, name), durability: 'relaxed' })));
  if (a === undefined || b === undefined) throw new RangeError('There are two hosts.');
  return { name, a, b };
}

async function put(store: BlobStore, content: Uint8Array): Promise<BlobLocation> {
  const writer = await store.createUpload({ id: randomBytes(9).toString('hex'), epoch: 1 });
  await writer.write([content]);
  return writer.commit(digestOf(content));
}

test('a blob can be read at once on a host that remembers that its directory was absent', async () => {
  const { name, a, b } = await openOnBoth();
  const [, other] = hosts;
  for (let round = 0; round < 3; round += 1) {
    const content = randomBytes(1000 + round);
    const shard = join('blobs', 'sha256', digestOf(content).slice(7, 9));
    // The walk of a garbage collection looks at every directory that there may be.
    assert.deepEqual(await listAll(b), await listAll(a));
    assert.equal(existsSync(join(other, name, shard)), false);
    const location = await put(a, content);
    assert.equal(existsSync(join(other, name, location)), false, 'this mount forgets too early to show what is tested');
    await assertContent(b, location, content);
    await rm(join(served, name, 'blobs', 'sha256'), { recursive: true });
  }
});

test('a blob that does not show is not taken for lost', async () => {
  const { a, b } = await openOnBoth();
  const location = await put(a, randomBytes(10));
  await a.delete(location);
  for (const store of [a, b]) await assert.rejects(store.open(location), { name: 'StorageError', retryable: true });
});

test('acknowledged bytes of an upload show on another host while their writer keeps the file open', async () => {
  const { name, a, b } = await openOnBoth();
  const [, other] = hosts;
  const content = randomBytes(300_000);
  const writer = await a.createUpload({ id: 'chunked', epoch: 1 });
  let position: UploadPosition = { id: 'chunked', epoch: 1, offset: 0, state: undefined };
  for (let at = 0; at < content.length; at += 100_000) {
    await writer.write([content.subarray(at, at + 100_000)]);
    const state = await writer.checkpoint();
    position = { ...position, offset: at + 100_000, state };
    const seen = await readFile(join(other, name, 'uploads', 'chunked.1'));
    assert.ok(seen.equals(content.subarray(0, position.offset)), `${seen.length} bytes show of ${position.offset}`);
  }
  const resumed = await b.resumeUpload(position, 2, () => undefined);
  await assertContent(a, await resumed.writer.commit(digestOf(content)), content);
  await b.discardUpload({ ...position, epoch: 2 });
  await writer.close();
});

test('a blob deleted while another host reads it gives its own bytes or an error', async () => {
  const { a, b } = await openOnBoth();
  const content = randomBytes(8 * mebibyte);
  const location = await put(a, content);
  const reader = await openReader(b, location);
  assert.ok((await collect(reader, 0, 99)).equals(content.subarray(0, 100)));
  await a.delete(location);
  await put(a, randomBytes(8 * mebibyte));
  try {
    assert.ok((await collect(reader, 0, content.length - 1)).equals(content));
  } catch (error) {
    assert.ok(error instanceof StorageError && error.retryable, String(error));
  }
  await reader.close();
});

test('what a host keeps of a deleted file that it has open is no blob and no upload', async () => {
  const { name, a } = await openOnBoth();
  const location = await put(a, randomBytes(2 * mebibyte));
  const reader = await openReader(a, location);
  await a.delete(location);
  const left = await readdir(join(served, name, dirname(location)));
  assert.match(left.join(), /^\.nfs/);
  assert.deepEqual(await listAll(a), []);
  await reader.close();
});

test('a full disk of the file server shows when a chunk is acknowledged, and the upload goes on once there is space', async () => {
  const { name, a, b } = await openOnBoth();
  const ballast = join(served, 'ballast');
  const writer = await a.createUpload({ id: 'full', epoch: 1 });
  const content = randomBytes(mebibyte);
  await writer.write([content]);
  const position: UploadPosition = { id: 'full', epoch: 1, offset: content.length, state: await writer.checkpoint() };
  const { bavail, bsize } = await statfs(served);
  assert.equal(spawnSync('fallocate', ['-l', String(bavail * bsize - mebibyte), ballast]).status, 0);
  try {
    const tooMuch = async () => {
      await writer.write([randomBytes(4 * mebibyte)]);
      await writer.checkpoint();
    };
    await assert.rejects(tooMuch(), { name: 'StorageError', reason: 'full' });
    await assert.rejects(writer.checkpoint(), StorageError);
  } finally {
    await rm(ballast);
  }
  await writer.close();
  const all = Buffer.concat([content, content]);
  const { writer: resumed } = await b.resumeUpload(position, 2, () => undefined);
  await resumed.write([content]);
  await assertContent(a, await resumed.commit(digestOf(all)), all);
  assert.deepEqual((await stat(join(served, name, 'uploads', 'full.1'))).isFile(), true);
});

test('two hosts that make the same directories and probe at the same time do not hinder each other', async () => {
  const { a, b } = await openOnBoth();
  const contents = Array.from({ length: 40 }, () => randomBytes(100));
  const locations = await Promise.all(contents.map((content, index) => put(index % 2 === 0 ? a : b, content)));
  await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? a : b).probe()));
  for (const [index, location] of locations.entries())
    await assertContent(index % 2 === 0 ? b : a, location, contents[index] ?? Buffer.alloc(0));
  assert.deepEqual(
    (await listAll(a)).map(({ id }) => id),
    [...locations].sort(),
  );
});

test('SQLite is refused there, also behind a link and a bind mount', async () => {
  const directory = await mkdtemp('/run/tmp/sqlite-');
  const link = join(directory, 'link');
  const bound = join(directory, 'bound');
  await symlink(hosts[0], link);
  await mkdir(bound);
  assert.equal(spawnSync('mount', ['--bind', hosts[1], bound]).status, 0);
  for (const path of [hosts[0], link, bound]) assert.throws(() => refuseNetworkFileSystem(path), /is on NFS/);
  refuseNetworkFileSystem(directory);
  await writeFile(join(link, 'reached'), '');
  assert.deepEqual((await readdir(hosts[1])).includes('reached'), true);
});
