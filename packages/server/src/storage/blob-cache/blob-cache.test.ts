import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { BlobSource } from '../../registry/ports/blob-source.ts';
import { type BlobReader, type BlobStore, StorageError } from '../../registry/ports/blob-store.ts';
import type { StoredBlob } from '../../registry/ports/content-store.ts';
import { collect, digestOf } from '../contract/contract-steps.ts';
import { openFilesystemStore } from '../filesystem/filesystem-store.ts';
import { createMemoryStore } from '../memory/memory-store.ts';
import { BlobCache } from './blob-cache.ts';

const kibibyte = 1024;

/** A cache over a store that counts how often it is asked. */
class CachedStore {
  readonly store: BlobStore;
  readonly cache: BlobCache;
  readonly complaints: string[] = [];
  opened = 0;
  /** When given, an opening waits for it. */
  gate: Promise<void> | undefined;

  constructor(store: BlobStore, memoryBytes: number) {
    this.store = store;
    const source: BlobSource = {
      open: async ({ location }) => {
        this.opened += 1;
        await this.gate;
        return store.open(location);
      },
    };
    const error = (message: string) => void this.complaints.push(message);
    this.cache = new BlobCache({ source, memoryBytes, logger: { info: assert.fail, warn: assert.fail, error } });
  }

  async push(content: Buffer): Promise<StoredBlob> {
    const digest = digestOf(content);
    const writer = await this.store.createUpload({ id: randomBytes(8).toString('hex'), epoch: 1 });
    await writer.write([content]);
    return { digest, sizeBytes: content.length, store: 'default', location: await writer.commit(digest), renewedAt: 0 };
  }

  async open(blob: StoredBlob): Promise<BlobReader> {
    const reader = await this.cache.open(blob);
    assert.ok(reader !== undefined);
    return reader;
  }

  async read(blob: StoredBlob, start = 0, end = blob.sizeBytes - 1): Promise<Buffer> {
    const reader = await this.open(blob);
    return collect(reader, start, end).finally(() => reader.close());
  }
}

async function onDisk(t: TestContext, memoryBytes = 1024 * kibibyte) {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-cache-'));
  t.after(() => rm(directory, { recursive: true }));
  const cached = new CachedStore(await openFilesystemStore({ directory, durability: 'relaxed' }), memoryBytes);
  return { cached, fileOf: ({ location }: StoredBlob) => join(directory, location) };
}

const stores: Record<string, (t: TestContext, memoryBytes?: number) => Promise<CachedStore>> = {
  'a directory': async (t, memoryBytes) => (await onDisk(t, memoryBytes)).cached,
  'a memory store': async (_t, memoryBytes = 1024 * kibibyte) => new CachedStore(createMemoryStore(), memoryBytes),
};

for (const [over, open] of Object.entries(stores)) {
  test(`over ${over}, a blob is kept from its second read on and every range of it is right`, async (t) => {
    const cached = await open(t);
    for (const size of [0, 1, 64 * kibibyte, 64 * kibibyte + 1, 256 * kibibyte]) {
      const content = randomBytes(size);
      const blob = await cached.push(content);
      const before = cached.opened;
      for (const opened of [1, 2, 2, 2]) {
        assert.ok((await cached.read(blob)).equals(content), `${size} bytes`);
        assert.equal(cached.opened - before, opened, `${size} bytes`);
      }
      for (const [start, end] of [
        [0, 0],
        [size - 1, size - 1],
        [1, size - 2],
        [65_535, 65_536],
      ] as const) {
        if (start < 0 || end >= size || end < start) continue;
        assert.ok((await cached.read(blob, start, end)).equals(content.subarray(start, end + 1)), `${start}-${end} of ${size}`);
      }
      assert.equal(cached.opened - before, 2);
    }
    const tiny = await cached.push(Buffer.from('x'));
    for (let read = 0; read < 3; read += 1) await assert.rejects(cached.read(tiny, 0, 1), StorageError);
  });

  test(`over ${over}, what is larger than 256 KiB is left to the store`, async (t) => {
    const cached = await open(t);
    const content = randomBytes(256 * kibibyte + 1);
    const blob = await cached.push(content);
    for (const opened of [1, 2, 3, 4]) {
      assert.ok((await cached.read(blob)).equals(content));
      assert.equal(cached.opened, opened);
    }
    assert.deepEqual(cached.cache.figures(), { hits: 0, misses: 0, evictions: 0, bytes: 0 });
  });

  test(`over ${over}, a copy that is deleted leaves nothing behind but bytes that are right`, async (t) => {
    const cached = await open(t);
    const blob = await cached.push(Buffer.from('cached'));
    for (let read = 0; read < 2; read += 1) await cached.read(blob);
    await cached.store.delete(blob.location);
    const again = await cached.push(Buffer.from('cached'));
    assert.notEqual(again.location, blob.location);
    assert.equal((await cached.read(again)).toString(), 'cached');
    const lost = await cached.push(Buffer.from('lost'));
    await cached.store.delete(lost.location);
    for (let read = 0; read < 3; read += 1) assert.equal(await cached.cache.open(lost), undefined);
  });

  test(`over ${over}, many who ask at once for what is not there yet share one fetch`, async (t) => {
    const cached = await open(t);
    const content = randomBytes(100 * kibibyte);
    const blob = await cached.push(content);
    await cached.read(blob);
    const { promise, resolve } = Promise.withResolvers<void>();
    cached.gate = promise;
    const reads = Array.from({ length: 20 }, () => cached.read(blob));
    resolve();
    for (const read of await Promise.all(reads)) assert.ok(read.equals(content));
    assert.equal(cached.opened, 2);
  });

  test(`over ${over}, a scan over cold blobs leaves the hot ones in place`, async (t) => {
    const cached = await open(t, 100 * kibibyte);
    const hot = await Promise.all(Array.from({ length: 8 }, (_, index) => cached.push(Buffer.alloc(10 * kibibyte, index))));
    for (const blob of [...hot, ...hot]) await cached.read(blob);
    for (let index = 0; index < 60; index += 1) await cached.read(await cached.push(randomBytes(10 * kibibyte)));
    const before = cached.opened;
    for (const blob of hot) await cached.read(blob);
    assert.equal(cached.opened, before);
    assert.equal(cached.cache.figures().evictions, 0);
  });
}

test('who takes the bytes slowly keeps them, and others go to the store when all is taken', async (t) => {
  const { cached } = await onDisk(t, 90 * kibibyte);
  const [content, other] = [randomBytes(70 * kibibyte), randomBytes(70 * kibibyte)];
  const [first, second] = [await cached.push(content), await cached.push(other)];
  for (let read = 0; read < 2; read += 1) await cached.read(first);
  const slow = await cached.open(first);
  for (let read = 0; read < 3; read += 1) assert.ok((await cached.read(second)).equals(other));
  assert.equal(cached.opened, 5);
  assert.ok((await collect(slow, 0, first.sizeBytes - 1)).equals(content));
  await slow.close();
  await slow.close();
  await assert.rejects(collect(slow, 0, 0), StorageError);
  // Until it is the one in sixteen for whom another goes, and once more.
  for (let read = 0; read < 17; read += 1) await cached.read(second);
  assert.equal(cached.opened, 21);
  assert.deepEqual(cached.cache.figures(), { hits: 2, misses: 21, evictions: 1, bytes: 70 * kibibyte + 512 });
});

test('bytes that are not those of the digest are served as the store has them, never kept, and reported once', async (t) => {
  const { cached, fileOf } = await onDisk(t);
  const blob = await cached.push(Buffer.from('right'));
  await writeFile(fileOf(blob), 'wrong');
  for (let read = 0; read < 4; read += 1) assert.equal((await cached.read(blob)).toString(), 'wrong');
  assert.equal(cached.complaints.length, 1);
  assert.match(cached.complaints[0] ?? '', /not those of its digest: restore its file/);
  assert.equal(cached.cache.figures().bytes, 0);
});

test('a file that is too short is an error for whoever reads it, and comes in when it is whole again', async (t) => {
  const { cached, fileOf } = await onDisk(t);
  const blob = await cached.push(Buffer.from('whole'));
  await truncate(fileOf(blob), 3);
  for (let read = 0; read < 3; read += 1) {
    assert.equal((await cached.read(blob, 0, 1)).toString(), 'wh');
    await assert.rejects(cached.read(blob), /ends at byte 3/);
  }
  assert.equal(cached.cache.figures().bytes, 0);
  await writeFile(fileOf(blob), 'whole');
  for (let read = 0; read < 2; read += 1) assert.equal((await cached.read(blob)).toString(), 'whole');
  assert.equal(cached.cache.figures().hits, 1);
});

test('an aborted read ends, and the blob is there for the next', async (t) => {
  const { cached } = await onDisk(t);
  const blob = await cached.push(randomBytes(200 * kibibyte));
  for (let read = 0; read < 2; read += 1) await cached.read(blob);
  const reader = await cached.open(blob);
  const abort = new AbortController();
  const reading = reader.read(0, blob.sizeBytes - 1, () => new Promise<void>(() => abort.abort()), abort.signal);
  await assert.rejects(reading, { name: 'AbortError' });
  await reader.close();
  await cached.read(blob);
  assert.equal(cached.opened, 2);
});
