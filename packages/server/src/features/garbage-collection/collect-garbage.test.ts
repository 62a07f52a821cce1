import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { GarbageCollectionBusyError } from './collect-garbage.ts';
import { GarbageBench, graceMs } from './garbage-bench.ts';

const nothing = { dryRun: false, manifests: 0, links: 0, blobs: 0, uploads: 0, orphans: 0, bytes: 0, failed: 0 };

test('what is tagged stays with its index, children, referrers and blobs; what nothing holds goes, bytes included', async (t) => {
  const bench = await GarbageBench.open(t);
  const child = await bench.push('team/app', bench.image());
  const index = await bench.push('team/app', bench.index([child]), 'v1');
  const referrer = await bench.push('team/app', bench.image({ subject: index }));
  const second = await bench.push('team/app', bench.image({ subject: referrer }));
  const loose = await bench.push('team/app', bench.image({ own: 2 }));
  bench.age();
  const report = await bench.collect();
  const bytes = loose.blobs.reduce((sum, blob) => sum + blob.bytes.length, 0);
  assert.deepEqual(report, { ...nothing, manifests: 1, links: 3, blobs: 3, bytes });
  for (const manifest of [child, index, referrer, second]) assert.equal(await bench.holds('team/app', manifest), true);
  assert.equal(await bench.holds('team/app', loose), false);
  assert.equal((await bench.stored()).length, child.blobs.length + referrer.blobs.length + second.blobs.length);
});

test('children and referrers go with the index and the subject that go, in the same run', async (t) => {
  const bench = await GarbageBench.open(t);
  const child = await bench.push('team/app', bench.image());
  const inner = await bench.push('team/app', bench.index([child]));
  const outer = await bench.push('team/app', bench.index([inner]), 'v1');
  const referrer = await bench.push('team/app', bench.image({ subject: child }));
  bench.age();
  assert.deepEqual(await bench.collect(), nothing);
  await bench.untag('team/app', 'v1');
  const report = await bench.collect();
  assert.equal(report.manifests, 4);
  for (const manifest of [child, inner, outer, referrer]) assert.equal(await bench.holds('team/app', manifest), false);
  assert.deepEqual(await bench.stored(), []);
});

test('untagged manifests stay by default, and with them their blobs', async (t) => {
  const bench = await GarbageBench.open(t);
  const loose = await bench.push('team/app', bench.image());
  bench.age();
  assert.deepEqual(await bench.collect(bench.deps({ untagged: 'keep' })), nothing);
  assert.equal(await bench.holds('team/app', loose), true);
});

test('untagged manifests stay for as long as the policy says, beyond the grace', async (t) => {
  const bench = await GarbageBench.open(t);
  const loose = await bench.push('team/app', bench.image());
  bench.age();
  assert.deepEqual(await bench.collect(bench.deps({ untaggedAfterMs: 3 * graceMs })), nothing);
  bench.age();
  assert.equal((await bench.collect(bench.deps({ untaggedAfterMs: 3 * graceMs }))).manifests, 1);
  assert.equal(await bench.holds('team/app', loose), false);
});

test('a blob without manifest stays for the grace, and asking for it renews the grace', async (t) => {
  const bench = await GarbageBench.open(t);
  const asked = randomBytes(100);
  const forgotten = randomBytes(100);
  const image = bench.image({ layers: [asked] });
  await bench.upload('team/app', asked);
  const gone = await bench.upload('team/app', forgotten);
  bench.now += graceMs - 1;
  assert.deepEqual(await bench.collect(), nothing);
  await bench.registry.statBlob('team/app' as never, image.blobs[2]?.digest as never);
  bench.now += graceMs / 2;
  assert.deepEqual(await bench.collect(), { ...nothing, links: 1, blobs: 1, bytes: 100 });
  assert.equal(await bench.readBlob('team/app', gone), undefined);
  await bench.push('team/app', image, 'v1', 'stat-first');
  assert.equal(await bench.holds('team/app', image), true);
});

test('a blob that another repository has keeps its bytes', async (t) => {
  const bench = await GarbageBench.open(t);
  const image = await bench.push('team/app', bench.image(), 'v1');
  await bench.push('team/copy', image, 'v1', 'mount', 'team/app');
  await bench.remove('team/app', image);
  bench.age();
  assert.deepEqual(await bench.collect(), { ...nothing, links: 2 });
  assert.equal(await bench.holds('team/copy', image), true);
});

test('leased content stays, whatever points at it, until the lease ends', async (t) => {
  const bench = await GarbageBench.open(t);
  const loose = await bench.push('team/app', bench.image());
  for (const digest of [loose.digest, ...loose.blobs.map((blob) => blob.digest)]) {
    await bench.metadata.leaseContent({ holder: 'backup', digest, expiresAt: bench.now + 10 * graceMs });
  }
  bench.age();
  assert.deepEqual(await bench.collect(), nothing);
  assert.equal(await bench.holds('team/app', loose), true);
  await bench.metadata.releaseContent({ holder: 'backup' });
  assert.equal((await bench.collect()).manifests, 1);
});

test('uploads that stood still go, others stay', async (t) => {
  const bench = await GarbageBench.open(t);
  const old = await bench.beginUpload('team/app', randomBytes(300));
  bench.age();
  const fresh = await bench.beginUpload('team/app', randomBytes(50));
  assert.deepEqual(await bench.collect(), { ...nothing, uploads: 1, bytes: 300 });
  assert.equal(await bench.metadata.findUpload(old.id), undefined);
  assert.notEqual(await bench.metadata.findUpload(fresh.id), undefined);
  assert.deepEqual(await bench.stored(), [fresh.id]);
});

test('files that the metadata does not know go when they are older than the grace', async (t) => {
  const bench = await GarbageBench.open(t);
  const image = await bench.push('team/app', bench.image(), 'v1');
  const before = (await bench.stored()).sort();
  const shard = join(bench.directory, 'store', before[0]?.replace(/[^/]*$/, '') ?? '');
  const orphans = [join(shard, `${before[0]?.slice(-81, -17)}.0123456789abcdef`), join(bench.directory, 'store', 'uploads', 'nobody.3')];
  for (const file of orphans) await writeFile(file, 'left behind by a crash');
  assert.deepEqual(await bench.collect(), nothing);
  bench.age();
  assert.deepEqual(await bench.collect(), { ...nothing, orphans: 2, bytes: 44 });
  assert.deepEqual((await bench.stored()).sort(), before);
  assert.equal(await bench.holds('team/app', image), true);
});

test('a file that cannot be deleted is counted, keeps nothing else, and goes with the next run', async (t) => {
  const bench = await GarbageBench.open(t);
  const stuck = await bench.upload('team/app', randomBytes(10));
  for (let count = 0; count < 7; count += 1) await bench.upload('team/app', randomBytes(10));
  bench.age();
  const refusing = withMethods(bench.store, {
    async delete(location) {
      if (location.includes(stuck.slice(7))) throw new StorageError('failed', 'Somebody made it immutable.');
      await bench.store.delete(location);
    },
  });
  const stores = new Map([['default', refusing]]);
  assert.deepEqual(await bench.collect({ stores }), { ...nothing, links: 8, blobs: 7, bytes: 70, failed: 1 });
  assert.equal(bench.warnings.length, 1);
  assert.deepEqual(await bench.collect({ stores }), { ...nothing, failed: 1 });
  assert.deepEqual(await bench.collect(), { ...nothing, blobs: 1, bytes: 10 });
  assert.deepEqual(await bench.stored(), []);
});

test('two runs at once: the second is refused, a dry run is not', async (t) => {
  const bench = await GarbageBench.open(t);
  await bench.upload('team/app', randomBytes(10));
  bench.age();
  const held = Promise.withResolvers<void>();
  const listing = Promise.withResolvers<void>();
  const garbage = withMethods(bench.metadata, {
    async listUnreferencedLinks(...args) {
      listing.resolve();
      await held.promise;
      return bench.metadata.listUnreferencedLinks(...args);
    },
  });
  const first = bench.collect({ garbage });
  await listing.promise;
  await assert.rejects(bench.collect(), GarbageCollectionBusyError);
  assert.equal((await bench.collect({ dryRun: true })).blobs, 1);
  held.resolve();
  assert.equal((await first).blobs, 1);
});

test('a run that is aborted between batches leaves the rest to the next one', async (t) => {
  const bench = await GarbageBench.open(t);
  for (let count = 0; count < 9; count += 1) await bench.upload('team/app', randomBytes(10));
  bench.age();
  const stop = new AbortController();
  const onProgress = ({ blobs }: { blobs: number }): void => {
    if (blobs > 0) stop.abort(new Error('shutting down'));
  };
  await assert.rejects(bench.collect({ signal: stop.signal, onProgress }), /shutting down/);
  assert.deepEqual(await bench.collect(), { ...nothing, blobs: 6, bytes: 60 });
  assert.deepEqual(await bench.stored(), []);
});

test('a run announces itself when it is done, a dry run does not', async (t) => {
  const bench = await GarbageBench.open(t);
  await bench.upload('team/app', randomBytes(10));
  bench.age();
  await bench.collect({ dryRun: true });
  const report = await bench.collect();
  const events = await bench.metadata.claimEvents({ claimant: 'test', at: bench.now, until: bench.now + 1000, limit: 100 });
  const finished = events.filter((event) => event.type === 'gc.finished');
  assert.deepEqual(
    finished.map((event) => ({ actor: event.actor, data: event.data })),
    [{ actor: 'system:gc', data: { ...report } }],
  );
});

/** The same object with some methods replaced; the others stay bound to it. */
function withMethods<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(_, name) {
      const method: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name);
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });
}
