import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { GarbageReport } from '../../registry/ports/garbage-store.ts';
import { type BenchManifest, GarbageBench, type Providing } from './garbage-bench.ts';

const repository = 'team/app';
const elsewhere = 'other/source';

/** Runs a collection that stops before its call number `at` of a port, for `interrupt`; resolves to how many calls there were. */
async function collectInterrupted(
  bench: GarbageBench,
  at: number,
  interrupt: () => Promise<void>,
): Promise<{ calls: number; report: GarbageReport }> {
  let calls = 0;
  const counted = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]): Promise<unknown> => {
          calls += 1;
          if (calls === at) await interrupt();
          return method.apply(target, args);
        };
      },
    });
  const stores = new Map([['default', counted(bench.store)]]);
  const report = await bench.collect({ garbage: counted(bench.metadata), stores });
  return { calls, report };
}

/** Content that a collection would remove: a manifest without tag, and its blobs in a repository of their own too. */
async function makeGarbage(bench: GarbageBench): Promise<BenchManifest> {
  const image = bench.image();
  for (const { bytes } of image.blobs) await bench.upload(elsewhere, bytes);
  await bench.push(repository, image);
  bench.age();
  return image;
}

async function checkEveryPoint(t: TestContext, push: (bench: GarbageBench, image: BenchManifest) => Promise<unknown>): Promise<void> {
  const bench = await GarbageBench.open(t);
  await makeGarbage(bench);
  const { calls, report } = await collectInterrupted(bench, 0, async () => undefined);
  assert.ok(report.manifests === 1 && report.blobs === 2, 'without a push everything goes');
  for (let at = 1; at <= calls; at += 1) {
    const image = await makeGarbage(bench);
    let pushed = false;
    await collectInterrupted(bench, at, async () => {
      await push(bench, image);
      pushed = true;
    });
    assert.equal(pushed, true, `the collection never came to call ${at}`);
    assert.equal(await bench.holds(repository, image), true, `a push before call ${at} of ${calls} lost content`);
    await bench.collect();
    assert.equal(await bench.holds(repository, image), true, `a push before call ${at} of ${calls} lost content to the next collection`);
    await bench.remove(repository, image);
  }
}

for (const providing of ['upload', 'stat-first', 'mount'] satisfies Providing[]) {
  test(`a push that re-uses content under deletion wins wherever the collection is (${providing})`, (t) =>
    checkEveryPoint(t, (bench, image) => bench.push(repository, image, 'v1', providing, elsewhere)));
}

test('a client that was told that its blobs exist may push the manifest later, wherever the collection is', async (t) => {
  const bench = await GarbageBench.open(t);
  await makeGarbage(bench);
  const { calls } = await collectInterrupted(bench, 0, async () => undefined);
  for (let at = 1; at <= calls; at += 1) {
    const image = await makeGarbage(bench);
    const told: boolean[] = [];
    await collectInterrupted(bench, at, async () => {
      for (const { digest } of image.blobs) {
        told.push(
          await bench.registry.statBlob(repository as never, digest).then(
            () => true,
            () => false,
          ),
        );
      }
    });
    for (const [index, { digest, bytes }] of image.blobs.entries()) {
      if (told[index] === true)
        assert.deepEqual(await bench.readBlob(repository, digest), Buffer.from(bytes), `told before call ${at} of ${calls}`);
    }
  }
});

test('an index that was accepted keeps its child whole, wherever the collection is', async (t) => {
  const bench = await GarbageBench.open(t);
  await makeGarbage(bench);
  const { calls } = await collectInterrupted(bench, 0, async () => undefined);
  const accepted: boolean[] = [];
  for (let at = 1; at <= calls; at += 1) {
    const child = await makeGarbage(bench);
    const index = bench.index([child]);
    await collectInterrupted(bench, at, async () => {
      accepted[at] = await bench.push(repository, index, 'v1').then(
        () => true,
        () => false,
      );
    });
    assert.equal(await bench.holds(repository, child), accepted[at], `the index came before call ${at} of ${calls}`);
    assert.equal(await bench.holds(repository, index), accepted[at]);
  }
  assert.deepEqual([accepted[1], accepted[calls]], [true, false]);
});
