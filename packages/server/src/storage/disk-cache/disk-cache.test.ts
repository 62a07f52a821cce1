import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type BlobReader, StorageError } from '../../registry/ports/blob-store.ts';
import { collect, digestOf, kibibyte, mebibyte } from '../contract/contract-steps.ts';
import { cacheBench, fileOf, pull } from './counted-store.ts';

/** Resolves in a later turn of the event loop, in which files are read and written. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await turn();
}

test('what was pulled whole is on disk for the next, in this process and in others', async (t) => {
  const bench = await cacheBench(t, 100 * mebibyte);
  const cache = bench.open();
  for (const size of [1, 1000, mebibyte, 3 * mebibyte + 7]) {
    const content = randomBytes(size);
    const blob = await bench.store.push(content);
    const before = bench.store.opened;
    for (let read = 0; read < 3; read += 1) assert.ok((await pull(cache, blob)).equals(content));
    assert.ok((await pull(bench.open(), blob)).equals(content));
    assert.ok((await pull(cache, blob, size >> 1, size - 1)).equals(content.subarray(size >> 1)));
    assert.equal(bench.store.opened - before, 1, `${size} bytes`);
  }
  assert.deepEqual(await readdir(join(bench.directory, 'parts')), []);
  const { hits, joins, misses, fetches } = cache.figures();
  assert.deepEqual({ hits, joins, misses, fetches }, { hits: 12, joins: 0, misses: 4, fetches: 4 });
});

test('a blob of a store that is near, of no bytes, or of more than a quarter of the cache is left to its store', async (t) => {
  const bench = await cacheBench(t, mebibyte);
  const cache = bench.open();
  const near = { ...(await bench.store.push(Buffer.from('near'))), store: 'near' };
  const empty = await bench.store.push(Buffer.alloc(0));
  const large = await bench.store.push(randomBytes(256 * kibibyte + 1));
  for (const blob of [near, near, large, large]) assert.equal((await pull(cache, blob)).length, blob.sizeBytes);
  await (await cache.open(empty))?.close();
  assert.equal(bench.store.opened, 5);
  assert.equal(cache.figures().fetches, 0);
});

test('a hundred who pull a blob at once make one fetch, and read while it comes', async (t) => {
  const bench = await cacheBench(t, 200 * mebibyte);
  const cache = bench.open();
  const content = randomBytes(20 * mebibyte);
  const blob = await bench.store.push(content);
  const half = Promise.withResolvers<void>();
  bench.store.beforePiece = (sent) => (sent >= content.length / 2 ? half.promise : undefined);
  const received = Array.from({ length: 100 }, () => 0);
  const pulls = received.map(async (_, index) => {
    const reader = await cache.open(blob);
    assert.ok(reader);
    let right = true;
    await reader
      .read(0, content.length - 1, (piece) => {
        const at = received[index] ?? 0;
        right &&= content.subarray(at, at + piece.length).equals(piece);
        received[index] = at + piece.length;
        return undefined;
      })
      .finally(() => reader.close());
    return right;
  });
  // All are as far as the fetch is, before it goes on.
  await until(() => received.every((bytes) => bytes >= content.length / 2 - mebibyte));
  assert.equal(bench.store.opened, 1);
  half.resolve();
  assert.ok((await Promise.all(pulls)).every((right) => right));
  assert.equal(bench.store.opened, 1);
  assert.equal(cache.figures().joins, 99);
});

test('a client that takes nothing holds up neither the fetch nor others', async (t) => {
  const bench = await cacheBench(t, 200 * mebibyte);
  const cache = bench.open();
  const content = randomBytes(5 * mebibyte);
  const blob = await bench.store.push(content);
  const goOn = Promise.withResolvers<void>();
  const slow = await cache.open(blob);
  const pieces: Buffer[] = [];
  const reading = slow?.read(0, content.length - 1, (piece) => {
    pieces.push(Buffer.from(piece));
    return goOn.promise;
  });
  assert.ok((await pull(cache, blob)).equals(content));
  assert.ok(pieces.length <= 1);
  goOn.resolve();
  await reading;
  await slow?.close();
  assert.ok(Buffer.concat(pieces).equals(content));
  assert.equal(bench.store.opened, 1);
});

test('who leaves does not stop the fetch for others; the last one does, unless most is there', async (t) => {
  const bench = await cacheBench(t, 200 * mebibyte);
  for (const [share, kept] of [
    [0.5, false],
    [0.9, true],
  ] as const) {
    const cache = bench.open();
    const content = randomBytes(10 * mebibyte);
    const blob = await bench.store.push(content);
    const gate = Promise.withResolvers<void>();
    bench.store.beforePiece = (sent) => (sent >= content.length * share ? gate.promise : undefined);
    const readers = (await Promise.all([cache.open(blob), cache.open(blob)])) as BlobReader[];
    let received = 0;
    const count = (piece: Uint8Array) => {
      received += piece.length;
      return undefined;
    };
    const gone = readers.map(() => new AbortController());
    const reads = readers.map((reader, index) => reader.read(0, content.length - 1, count, gone[index]?.signal));
    const rejections = reads.map((read) => assert.rejects(read, { name: 'AbortError' }));
    await until(() => received >= 2 * (content.length * share - mebibyte));
    for (const [index, reader] of readers.entries()) {
      assert.equal((await readdir(join(bench.directory, 'parts'))).length, 1);
      gone[index]?.abort();
      await rejections[index];
      await reader.close();
    }
    gate.resolve();
    await until(async () => (await readdir(join(bench.directory, 'parts'))).length === 0);
    assert.equal(existsSync(fileOf(bench.directory, blob)), kept);
    bench.store.beforePiece = undefined;
    assert.ok((await pull(cache, blob)).equals(content));
    assert.deepEqual(bench.complaints, []);
  }
});

test('a range close to what has come waits for it, one far ahead goes to the store', async (t) => {
  const bench = await cacheBench(t, 200 * mebibyte);
  const cache = bench.open();
  const content = randomBytes(20 * mebibyte);
  const blob = await bench.store.push(content);
  const gate = Promise.withResolvers<void>();
  bench.store.beforePiece = (sent) => (sent === 2 * mebibyte ? gate.promise : undefined);
  const whole = pull(cache, blob);
  await until(async () => (await readdir(join(bench.directory, 'parts')).catch(() => [])).length === 1);
  const far = await pull(cache, blob, 15 * mebibyte, 15 * mebibyte + 99);
  assert.ok(far.equals(content.subarray(15 * mebibyte, 15 * mebibyte + 100)));
  assert.equal(bench.store.opened, 2);
  const near = pull(cache, blob, 3 * mebibyte, 3 * mebibyte + 99);
  await turn();
  gate.resolve();
  assert.ok((await near).equals(content.subarray(3 * mebibyte, 3 * mebibyte + 100)));
  assert.ok((await whole).equals(content));
  assert.equal(bench.store.opened, 2);
});

test('parts of a blob that is not there come from the store, and bring nothing in', async (t) => {
  const bench = await cacheBench(t, 200 * mebibyte);
  const cache = bench.open();
  const content = randomBytes(2 * mebibyte);
  const blob = await bench.store.push(content);
  for (let read = 0; read < 3; read += 1) assert.ok((await pull(cache, blob, 5, 999)).equals(content.subarray(5, 1000)));
  assert.equal(bench.store.opened, 3);
  // Who is known to read a part only when it reads does not make a fetch either.
  const reader = await cache.open(blob);
  assert.ok(reader);
  assert.ok((await collect(reader, 5, 999)).equals(content.subarray(5, 1000)));
  await reader.close();
  assert.equal(cache.figures().fetches, 0);
});

test('a damaged file is never served as right, and its blob is fetched again', async (t) => {
  const bench = await cacheBench(t, 100 * mebibyte);
  const content = randomBytes(2 * mebibyte);
  const blob = await bench.store.push(content);
  const path = fileOf(bench.directory, blob);
  const flip = async () => {
    const bytes = await readFile(path);
    bytes[mebibyte] = (bytes[mebibyte] ?? 0) ^ 1;
    await writeFile(path, bytes);
  };
  const damages: [string, () => Promise<void>][] = [
    ['flipped', flip],
    ['short', () => truncate(path, 100)],
    ['long', () => truncate(path, content.length + 1)],
    ['empty', () => truncate(path, 0)],
  ];
  for (const [what, damage] of damages) {
    for (const isRestarted of [false, true]) {
      let cache = bench.open();
      await pull(cache, blob);
      await damage();
      if (isRestarted) cache = bench.open();
      const before = bench.store.opened;
      const [first, second] = await Promise.all([pull(cache, blob), pull(cache, blob)]);
      assert.ok(first.equals(content) && second.equals(content), what);
      assert.equal(bench.store.opened - before, 1, what);
      assert.ok((await pull(cache, blob)).equals(content));
      assert.equal(bench.store.opened - before, 1, what);
      assert.equal(bench.complaints.splice(0).length, 1, what);
    }
  }
});

test('bytes that rot without a trace are found a day after they were last compared', async (t) => {
  const bench = await cacheBench(t, 100 * mebibyte);
  const cache = bench.open();
  const content = randomBytes(1000);
  const blob = await bench.store.push(content);
  await pull(cache, blob);
  const path = fileOf(bench.directory, blob);
  const { atime, mtime } = await stat(path);
  await writeFile(path, randomBytes(1000));
  await utimes(path, atime, mtime);
  bench.nowMs += 24 * 60 * 60 * 1000;
  assert.ok((await pull(cache, blob)).equals(content));
  assert.equal(bench.store.opened, 2);
});

test('what a store sends that is not what the digest names is not kept, and reported once', async (t) => {
  const bench = await cacheBench(t, 100 * mebibyte);
  const cache = bench.open();
  const blob = await bench.store.push(Buffer.from('wrong'), digestOf(Buffer.from('right')));
  for (let read = 0; read < 3; read += 1) assert.equal((await pull(cache, blob)).toString(), 'wrong');
  assert.equal(bench.complaints.length, 1);
  assert.match(bench.complaints[0] ?? '', /not those of its digest: restore its file/);
  assert.equal(cache.figures().bytes, 0);
});

test('a store that fails on the way is asked again by each who reads, from where they are', async (t) => {
  const bench = await cacheBench(t, 100 * mebibyte);
  const cache = bench.open();
  const content = randomBytes(6 * mebibyte);
  const blob = await bench.store.push(content);
  let isFailing = true;
  bench.store.beforePiece = async (sent) => {
    if (!isFailing || sent < 3 * mebibyte) return;
    isFailing = false;
    throw new StorageError('failed', 'cut off');
  };
  const pulls = await Promise.all([pull(cache, blob), pull(cache, blob)]);
  assert.ok(pulls.every((bytes) => bytes.equals(content)));
  assert.equal(bench.store.opened, 3);
  assert.deepEqual(bench.complaints, []);
  await pull(cache, blob);
  await pull(cache, blob);
  assert.equal(bench.store.opened, 4);
});

test('a blob that its store has lost is absent for everybody, and each placement is asked for itself', async (t) => {
  const bench = await cacheBench(t, 100 * mebibyte);
  const cache = bench.open();
  const content = Buffer.from('twice');
  const lost = await bench.store.push(content);
  const other = await bench.store.push(content);
  await bench.store.store.delete(lost.location);
  const [first, second, third] = await Promise.all([cache.open(lost), cache.open(lost), cache.open(other)]);
  assert.equal(first, undefined);
  assert.equal(second, undefined);
  assert.ok(third !== undefined);
  assert.ok((await collect(third, 0, 4)).equals(content));
  await third.close();
});
