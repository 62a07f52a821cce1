import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { mountSmallFileSystem, type SmallFileSystem } from '../../../../../test/crash/tmpfs.ts';
import { skipUnless } from '../../../../../test/tools/programs.ts';
import { mebibyte } from '../contract/contract-steps.ts';
import { cacheBench, pull } from './counted-store.ts';

const probe = mountSmallFileSystem('1m');
probe?.unmount();
const skip = skipUnless(probe !== undefined, 'needs the right to mount a tmpfs: run as root on Linux');

function mounted(t: TestContext, size: string): SmallFileSystem {
  const disk = mountSmallFileSystem(size);
  assert.ok(disk);
  t.after(() => disk.unmount());
  return disk;
}

test('some of the disk is left to others, however large the cache may be', { skip }, async (t) => {
  const disk = mounted(t, '20m');
  const bench = await cacheBench(t, 100 * mebibyte);
  const cache = bench.open({ directory: disk.path });
  for (let index = 0; index < 15; index += 1) {
    await pull(cache, await bench.store.push(randomBytes(2 * mebibyte)));
    const { bytes } = cache.figures();
    assert.ok(bytes <= 19 * mebibyte, `${bytes}`);
  }
  assert.equal(cache.figures().bytes, 18 * mebibyte);
  await writeFile(join(disk.path, 'others'), Buffer.alloc(1.5 * mebibyte));
  await pull(cache, await bench.store.push(randomBytes(2 * mebibyte)));
  assert.equal(cache.figures().bytes, 16 * mebibyte);
  assert.deepEqual(bench.complaints, []);
});

test('a disk that becomes full in the middle costs a log line, and is used again when there is room', { skip }, async (t) => {
  const disk = mounted(t, '20m');
  const bench = await cacheBench(t, 100 * mebibyte);
  const cache = bench.open({ directory: disk.path });
  const content = randomBytes(8 * mebibyte);
  const blob = await bench.store.push(content);
  const ballast = join(disk.path, 'ballast');
  bench.store.beforePiece = async (sent) => {
    if (sent === 4 * mebibyte) await writeFile(ballast, Buffer.alloc(20 * mebibyte)).catch(() => undefined);
  };
  const pulls = await Promise.all([pull(cache, blob), pull(cache, blob), pull(cache, blob)]);
  assert.ok(pulls.every((bytes) => bytes.equals(content)));
  bench.store.beforePiece = undefined;
  assert.equal(bench.store.opened, 4);
  for (let read = 0; read < 3; read += 1) assert.ok((await pull(cache, blob)).equals(content));
  assert.equal(bench.complaints.length, 1);
  assert.match(bench.complaints[0] ?? '', /cannot be used/);
  await rm(ballast);
  bench.nowMs += 60_000;
  const before = bench.store.opened;
  for (let read = 0; read < 3; read += 1) assert.ok((await pull(cache, blob)).equals(content));
  assert.equal(bench.store.opened - before, 1);
  assert.deepEqual(bench.complaints.slice(1), ['The disk cache works again']);
});

test('a disk that became read-only is still read, and nothing else depends on it', { skip }, async (t) => {
  const disk = mounted(t, '20m');
  const bench = await cacheBench(t, 100 * mebibyte);
  const cache = bench.open({ directory: disk.path });
  const held = await bench.store.push(randomBytes(mebibyte));
  await pull(cache, held);
  disk.remount('ro');
  const before = bench.store.opened;
  await pull(cache, held);
  assert.equal(bench.store.opened, before);
  for (let read = 0; read < 3; read += 1) {
    const content = randomBytes(3 * mebibyte);
    assert.ok((await pull(cache, await bench.store.push(content))).equals(content));
  }
  assert.equal(bench.complaints.length, 1);
  disk.remount('rw');
});

test('a directory that cannot be made costs a log line a minute at most', async (t) => {
  const bench = await cacheBench(t, 100 * mebibyte);
  await mkdir(bench.directory, { recursive: true });
  const directory = join(bench.directory, 'file', 'cache');
  await writeFile(join(bench.directory, 'file'), '');
  const cache = bench.open({ directory });
  await cache.prepare();
  const content = randomBytes(3 * mebibyte);
  const blob = await bench.store.push(content);
  for (let read = 0; read < 3; read += 1) {
    assert.ok((await pull(cache, blob)).equals(content));
    bench.nowMs += 30_000;
  }
  assert.equal(bench.complaints.length, 1);
});
