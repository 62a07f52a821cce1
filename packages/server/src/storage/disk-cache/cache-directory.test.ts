import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { closeSync } from 'node:fs';
import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { digestOf } from '../contract/contract-steps.ts';
import { CacheDirectory, type Part } from './cache-directory.ts';
import { type CachedBlob, readHeldName, readPartName } from './cache-file-names.ts';

const mostBytes = 10_000;

async function newDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-disk-cache-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** All bytes that the names in a cache's directory speak of. */
async function bytesIn(directory: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(directory, { recursive: true })) {
    const file = name.slice(name.lastIndexOf('/') + 1);
    bytes += (readHeldName(file) ?? readPartName(file))?.sizeBytes ?? 0;
  }
  return bytes;
}

const step = fc.record({
  what: fc.constantFrom('reserve', 'reserve', 'keep', 'discard', 'mark', 'remove'),
  by: fc.nat(2),
  index: fc.nat(29),
});

test('whatever comes and goes, no more than the bound is there, by however many processes', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 30, maxLength: 30 }),
      fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 10, maxLength: 30 }),
      async (sizes, rounds) => {
        const directory = await newDirectory(t);
        let now = Date.now();
        const caches = [0, 1, 2].map(() => new CacheDirectory({ directory, mostBytes, now: () => now }));
        const blobs = sizes.map((sizeBytes, index): CachedBlob => ({ digest: digestOf(Buffer.from(`${index}`)), sizeBytes }));
        const parts: [CacheDirectory, Part][] = [];
        const take = async ({ what, by, index }: { what: string; by: number; index: number }): Promise<void> => {
          const cache = caches[by] as CacheDirectory;
          const blob = blobs[index] as CachedBlob;
          if (what === 'reserve') {
            const part = await cache.reserve(blob);
            if (part !== undefined) parts.push([cache, part]);
          } else if (what === 'mark') {
            const file = cache.open(blob);
            if (file === undefined) return;
            cache.mark(blob, file);
            closeSync(file.descriptor);
          } else if (what === 'remove') {
            await cache.remove(blob);
          } else {
            const [owner, part] = parts.shift() ?? [];
            if (owner === undefined || part === undefined) return;
            await (what === 'keep' ? owner.keep(part, index % 2 === 0) : owner.discard(part));
          }
        };
        for (const round of rounds) {
          now += 100_000;
          await Promise.all(round.map(take));
          const bytes = await bytesIn(directory);
          assert.ok(bytes <= mostBytes, `${bytes} of ${mostBytes}`);
        }
        for (const [owner, part] of parts) await owner.discard(part);
        await caches[0]?.prepare();
        assert.equal(caches[0]?.bytes, await bytesIn(directory));
      },
    ),
    { numRuns: 15 },
  );
});

/** Puts a blob of this many bytes in; answers it. */
async function put(cache: CacheDirectory, sizeBytes: number): Promise<CachedBlob> {
  const blob = { digest: digestOf(randomBytes(8)), sizeBytes };
  const part = await cache.reserve(blob);
  assert.ok(part);
  await cache.keep(part, false);
  return blob;
}

test('what another process reads again stays, and what others removed is not counted', async (t) => {
  const directory = await newDirectory(t);
  let now = Date.now();
  const [one, two] = [0, 1].map(() => new CacheDirectory({ directory, mostBytes, now: () => now })) as [CacheDirectory, CacheDirectory];
  const blobs = [await put(one, 4000), await put(one, 4000)] as const;
  now += 1000;
  const file = two.open(blobs[0]);
  assert.ok(file);
  two.mark(blobs[0], file);
  closeSync(file.descriptor);
  now += 1000;
  await put(one, 4000);
  assert.ok(two.open(blobs[1]) === undefined);
  const kept = two.open(blobs[0]);
  assert.ok(kept);
  closeSync(kept.descriptor);
  await two.remove(blobs[0]);
  await put(one, 5900);
  assert.equal(one.bytes, 9900);
  assert.equal(one.evictions, 1);
});

test('parts of processes that are dead go, those of living ones and files of others stay', async (t) => {
  const directory = await newDirectory(t);
  const cache = new CacheDirectory({ directory, mostBytes, now: Date.now });
  await cache.prepare();
  const hex = 'ab'.repeat(32);
  // No process has an id beyond this.
  const [dead, before, living] = [2 ** 30, process.pid, process.ppid].map((pid) => `sha256-${hex}.100.${pid}.01234567`);
  for (const name of [dead, before, living, 'notes.txt']) await writeFile(join(directory, 'parts', name ?? ''), 'some');
  const blob = { digest: digestOf(Buffer.from('mine')), sizeBytes: 100 };
  const part = await cache.reserve(blob);
  await new CacheDirectory({ directory, mostBytes, now: Date.now }).prepare();
  const left = await readdir(join(directory, 'parts'));
  assert.deepEqual(left.sort(), [living, 'notes.txt', part?.path.slice(part.path.lastIndexOf('/') + 1)].sort());
  await truncate(join(directory, 'parts', living ?? ''), 0);
  if (part !== undefined) await cache.discard(part);
});

test('an emptied directory is made anew', async (t) => {
  const directory = await newDirectory(t);
  const cache = new CacheDirectory({ directory, mostBytes, now: Date.now });
  const part = await cache.reserve({ digest: digestOf(Buffer.from('gone')), sizeBytes: 100 });
  assert.ok(part);
  await rm(join(directory, 'parts'), { recursive: true });
  assert.equal(await cache.keep(part, false), undefined);
  await put(cache, 100);
  await rm(directory, { recursive: true });
  await put(cache, 200);
  assert.equal(await bytesIn(directory), 200);
  assert.equal(cache.bytes, 200);
});
