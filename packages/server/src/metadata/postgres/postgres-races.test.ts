import assert from 'node:assert/strict';
import { test } from 'node:test';
import { app, by } from '../contract/contract-steps.ts';
import { removalIn } from '../contract/retention.ts';
import { PostgresBench } from './postgres-bench.ts';

const bench = PostgresBench.forThisFile();

/** Locks what `lockText` locks, starts both actions so that they wait for it in this order, then lets them go. */
async function inOrder<A, B>(url: string, lockText: string, first: () => Promise<A>, second: () => Promise<B>): Promise<[A, B]> {
  const started = await bench?.whileLocked(url, lockText, async (waiting) => {
    const one = first();
    await waiting(1);
    const two = second();
    await waiting(2);
    return { both: Promise.all([one, two]) };
  });
  return started?.both ?? assert.fail('no server');
}

if (bench !== undefined) {
  const lockLinks = 'select 1 from repository_blobs for update';

  // A limit in the future: nothing is young enough to be spared for its age, so only the locks decide.
  test('a manifest that waits behind a collection of its blobs is refused; one that is before it keeps them', () =>
    bench.withStore(async (store, steps, url) => {
      const blobs = [await steps.blob(app), await steps.blob(app)];
      const repositoryId = (await store.findRepository(app))?.id ?? 0;
      const collect = () =>
        store.removeUnreferencedLinks({ before: steps.at + 1, links: blobs.map((digest) => ({ repositoryId, digest })) });
      const push = () => steps.tryPush(app, { blobs });
      assert.deepEqual(await inOrder(url, lockLinks, push, collect), [{ outcome: 'stored', created: true }, 0]);
      for (const digest of blobs) assert.notEqual(await store.findBlob(app, digest), undefined);
      const others = [await steps.blob(app), await steps.blob(app)];
      const takeOthers = () =>
        store.removeUnreferencedLinks({ before: steps.at + 1, links: others.map((digest) => ({ repositoryId, digest })) });
      const [removed, refused] = await inOrder(url, lockLinks, takeOthers, () => steps.tryPush(app, { blobs: others }));
      assert.equal(removed, 2);
      assert.deepEqual(refused, { outcome: 'missing', digests: others });
    }));

  test('two manifests that wait for the same blob both find it', () =>
    bench.withStore(async (_, steps, url) => {
      const blob = await steps.blob(app);
      const push = () => steps.tryPush(app, { blobs: [blob] });
      const outcomes = await inOrder(url, lockLinks, push, push);
      assert.deepEqual(
        outcomes.map(({ outcome }) => outcome),
        ['stored', 'stored'],
      );
    }));

  test('a copy that is pushed again before a collection condemns it stays; behind it, the push gets a place of its own', () =>
    bench.withStore(async (store, steps, url) => {
      const lock = 'select 1 from blob_placements for update';
      const digest = await steps.blob(app);
      await store.deleteBlob({ repository: app, digest, by, at: steps.at });
      const [placement] = (await store.listUnlinkedPlacements(steps.at + 1, undefined, 1)).items;
      const condemn = () => store.condemnPlacements({ before: steps.at + 1, at: steps.at, placementIds: [placement?.placementId ?? 0] });
      const [pushed, spared] = await inOrder(url, lock, () => steps.commit(app, digest), condemn);
      assert.deepEqual([pushed.outcome, spared], ['duplicate', []]);
      await store.deleteBlob({ repository: app, digest, by, at: steps.at });
      const [condemned, again] = await inOrder(url, lock, condemn, () => steps.commit(app, digest));
      assert.deepEqual([condemned, again.outcome], [[placement], 'stored']);
      assert.equal((await store.findBlob(app, digest))?.location, again.location);
    }));

  test('a manifest that goes while it is put on the list for the search stops nobody, and leaves the list when its turn comes', () =>
    bench.withStore(async (store, steps, url) => {
      const page = { after: 0, limit: 9 };
      const digest = await steps.push(app, { tags: ['v1'] });
      const [manifest] = await store.listUnindexedManifests(page);
      const found = [{ manifestId: manifest?.manifestId ?? 0, words: [] }];
      await store.indexManifests({ manifests: found });
      // The row that somebody else has not committed is waited for by whoever has read the manifest and puts it on the list.
      const insert = 'insert into unindexed_manifests (manifest_id) select id from manifests';
      const queueing = await bench.whileLocked(url, insert, async (waiting) => {
        const queued = store.queueManifests(page);
        await waiting(1);
        assert.equal(await store.deleteManifest({ repository: app, digest, by, at: steps.at }), 'deleted');
        return { queued };
      });
      assert.equal((await queueing.queued).looked, 1);
      const listed = await store.listUnindexedManifests(page);
      assert.deepEqual(
        listed.map(({ manifestId, bytes }) => [manifestId, bytes]),
        [[manifest?.manifestId, undefined]],
      );
      await store.indexManifests({ manifests: [{ manifestId: listed[0]?.manifestId ?? 0, words: [{ word: 'gone', position: 0 }] }] });
      assert.deepEqual(await store.listUnindexedManifests(page), []);
    }));

  test('a removal that waits for the project holds nothing that a push could wait for', () =>
    bench.withStore(async (store, steps, url) => {
      await steps.push(app, { tags: ['v1'] });
      const removal = await removalIn(steps);
      const tags = await store.listTagFacts(removal.repositoryId, { limit: 1, after: undefined });
      const removing = await bench.whileLocked(url, 'select 1 from projects for update', async (waiting) => {
        const removed = store.removeTags({ ...removal, tags });
        await waiting(1);
        for (const table of ['manifests', 'tags']) await bench.query(url, `select 1 from ${table} for update nowait`);
        return { removed };
      });
      assert.deepEqual(await removing.removed, ['v1']);
    }));
}
