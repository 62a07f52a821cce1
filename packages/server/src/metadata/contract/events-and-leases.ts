import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { systemAgent } from '../../registry/ports/agent.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { OpenStore } from './contract-steps.ts';
import { app, by, storeTest } from './contract-steps.ts';

/** The outbox, leases of scheduled work, and the probe. */
export function describeEventsAndLeases(open: OpenStore): void {
  describe('events', () => {
    storeTest(open, 'are claimed oldest first, by one claimant at a time, until they are finished', async (steps) => {
      const { store, at } = steps;
      for (let count = 0; count < 5; count += 1) {
        await store.recordEvent({ type: 'gc.finished', at: at + count, by: systemAgent('gc'), data: { count, text: 'ü"' } });
      }
      const claim = { at, until: at + 100, limit: 3 };
      const first = await store.claimEvents({ ...claim, claimant: 'a' });
      const { id, ...rest } = first[0] ?? assert.fail('no event');
      assert.equal(typeof id, 'number');
      assert.deepEqual(rest, {
        type: 'gc.finished',
        at,
        actor: 'system:gc',
        projectId: undefined,
        repository: undefined,
        digest: undefined,
        tag: undefined,
        data: { count: 0, text: 'ü"' },
        attempts: 0,
      });
      assert.deepEqual(
        first.map(({ data }) => data['count']),
        [0, 1, 2],
      );
      assert.deepEqual(
        (await store.claimEvents({ ...claim, claimant: 'b' })).map(({ data }) => data['count']),
        [3, 4],
      );
      await store.finishEvents({ claimant: 'b', ids: first.map((event) => event.id) });
      await store.finishEvents({ claimant: 'a', ids: [id] });
      const again = await store.claimEvents({ ...claim, claimant: 'c', at: at + 100, limit: 10 });
      assert.deepEqual(
        again.map(({ data, attempts }) => [data['count'], attempts]),
        [
          [1, 1],
          [2, 1],
          [3, 1],
          [4, 1],
        ],
      );
      await store.finishEvents({ claimant: 'c', ids: [] });
    });

    storeTest(open, 'come back when they were postponed, not before, and count it', async (steps) => {
      const { store, at } = steps;
      await store.recordEvent({ type: 'gc.finished', at, by: systemAgent('gc'), data: {} });
      const claim = { claimant: 'a', at, until: at + 100, limit: 9 };
      const ids = (await store.claimEvents(claim)).map(({ id }) => id);
      await store.postponeEvents({ claimant: 'b', ids, retryAt: at });
      assert.deepEqual(await store.claimEvents(claim), [], 'somebody else cannot postpone them');
      await store.postponeEvents({ claimant: 'a', ids, retryAt: at + 50 });
      assert.deepEqual(await store.claimEvents({ ...claim, at: at + 49 }), []);
      assert.deepEqual(
        (await store.claimEvents({ ...claim, at: at + 50 })).map(({ attempts }) => attempts),
        [1],
      );
    });

    storeTest(open, 'that could not be delivered do not keep new ones waiting', async ({ store, at }) => {
      const record = (count: number) => store.recordEvent({ type: 'gc.finished', at, by: systemAgent('gc'), data: { count } });
      await record(0);
      const claim = { claimant: 'a', at, until: at + 100, limit: 1 };
      const ids = (await store.claimEvents(claim)).map(({ id }) => id);
      await store.postponeEvents({ claimant: 'a', ids, retryAt: at });
      await record(1);
      const claimed = [...(await store.claimEvents(claim)), ...(await store.claimEvents(claim))];
      assert.deepEqual(
        claimed.map(({ data }) => data['count']),
        [1, 0],
      );
    });

    storeTest(open, 'are never claimed twice at once', async (steps) => {
      const { store, at } = steps;
      await Promise.all(Array.from({ length: 40 }, () => store.recordEvent({ type: 'gc.finished', at, by: systemAgent('gc'), data: {} })));
      const claims = await Promise.all(
        [1, 2, 3, 4].map((name) => store.claimEvents({ claimant: String(name), at, until: at + 9, limit: 10 })),
      );
      const ids = claims.flat().map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      const rest = await store.claimEvents({ claimant: 'rest', at, until: at + 9, limit: 100 });
      assert.equal(ids.length + rest.length, 40);
    });
  });

  describe('leases', () => {
    const lease = { name: 'gc', holder: 'a', ttlMs: 60_000 };

    storeTest(open, 'have one holder at a time, and a token that rises with every change', async ({ store }) => {
      const first = (await store.acquireLease(lease)) ?? assert.fail('not acquired');
      assert.deepEqual(await store.acquireLease({ ...lease, ttlMs: 5 }), first, 'renewed, and shortened');
      let second: typeof first | undefined;
      while (second === undefined) second = await store.acquireLease({ ...lease, holder: 'b' });
      assert.ok(second.fencingToken > first.fencingToken);
      assert.equal(await store.acquireLease(lease), undefined);
      await store.releaseLease({ name: 'gc', holder: 'a' });
      assert.equal(await store.acquireLease(lease), undefined, 'who does not hold it cannot release it');
      await store.releaseLease({ name: 'gc', holder: 'b' });
      const third = (await store.acquireLease(lease)) ?? assert.fail('not released');
      assert.ok(third.fencingToken > second.fencingToken);
      assert.notEqual(await store.acquireLease({ ...lease, name: 'other', holder: 'b' }), undefined);
    });

    storeTest(open, 'go to one of those who ask at once', async ({ store }) => {
      const asked = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => store.acquireLease({ ...lease, holder })));
      assert.equal(asked.filter((answer) => answer !== undefined).length, 1);
    });

    storeTest(open, 'of a clock that was set back since keep nobody out', async ({ store }) => {
      const ahead = (await store.acquireLease({ ...lease, ttlMs: 365 * 24 * 60 * 60_000 })) ?? assert.fail('not acquired');
      const second = (await store.acquireLease({ ...lease, holder: 'b' })) ?? assert.fail('kept out');
      assert.ok(second.fencingToken > ahead.fencingToken);
    });

    storeTest(open, 'that were taken over fence off what their former holder removes', async (steps) => {
      const { store, at } = steps;
      const { fencingToken: token } = (await store.acquireLease(lease)) ?? assert.fail('not acquired');
      const blob = await steps.blob(app);
      const manifest = await steps.push(app);
      const upload = await steps.begin(app);
      const repositoryId = (await store.findRepository(app))?.id ?? 0;
      const fence = { lease: 'gc', token };
      const before = at + 1;
      const links = [{ repositoryId, digest: blob }];
      const removals = [
        () => store.removeUntaggedManifests({ before, at, by, manifests: [{ repositoryId, digest: manifest }], fence }),
        () => store.removeUnreferencedLinks({ before, links, fence }),
        () => store.condemnPlacements({ before, at, placementIds: [1], fence }),
        () => store.forgetPlacements({ placementIds: [1], at, fence }),
        () => store.removeExpiredUpload({ id: upload, before, fence }),
      ];
      await store.releaseLease({ name: 'gc', holder: 'a' });
      const next = (await store.acquireLease({ ...lease, holder: 'b' })) ?? assert.fail('not released');
      for (const remove of removals) {
        await assert.rejects(remove(), (error) => error instanceof StorageError && !error.retryable && /taken over/.test(error.message));
      }
      assert.notEqual(await store.findBlob(app, blob), undefined);
      assert.notEqual(await store.findManifestInfo(app, { digest: manifest }), undefined);
      assert.notEqual(await store.findUpload(upload), undefined);
      assert.equal(await store.removeUnreferencedLinks({ before, links, fence: { lease: 'gc', token: next.fencingToken } }), 1);
    });

    storeTest(open, 'the probe passes on a store that works, again and again', async ({ store }) => {
      await store.probe();
      await store.probe();
    });
  });
}
