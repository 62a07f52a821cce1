import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Digest } from '@longshore/oci';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, foreign, newDigest, storeTest, web } from './contract-steps.ts';

const later = 1000;

async function untagged({ store, at }: StoreSteps, before = at + later): Promise<Digest[]> {
  return (await store.listUntaggedManifests(before, undefined, 100)).items.map(({ digest }) => digest).sort();
}

async function removeUntagged({ store, at }: StoreSteps, digests: readonly Digest[], before = at + later): Promise<number> {
  const { id: repositoryId } = (await store.findRepository(app)) ?? assert.fail('no repository');
  const manifests = digests.map((digest) => ({ repositoryId, digest }));
  return store.removeUntaggedManifests({ before, at: at + later, by: systemAgent('gc'), manifests });
}

async function removeLinks({ store, at }: StoreSteps, digests: readonly Digest[]): Promise<number> {
  const { id: repositoryId } = (await store.findRepository(app)) ?? assert.fail('no repository');
  return store.removeUnreferencedLinks({ before: at + later, links: digests.map((digest) => ({ repositoryId, digest })) });
}

/** Garbage: what is listed, what is spared, and that removal looks again. */
export function describeGarbage(open: OpenStore): void {
  describe('garbage', () => {
    storeTest(open, 'manifests are held by tags, indexes, present subjects, leases and fresh pushes', async (steps) => {
      const { store, at } = steps;
      const child = await steps.push(app);
      const index = await steps.push(app, { children: [child], tags: ['v1'] });
      await steps.push(app, { subject: index });
      const dangling = await steps.push(app, { subject: newDigest() });
      const leased = await steps.push(app);
      const loose = await steps.push(app);
      await store.leaseContent({ holder: 'backup', digest: leased, expiresAt: at + 2 * later });
      assert.deepEqual(await untagged(steps), [dangling, loose].sort());
      assert.deepEqual(await untagged(steps, at), [], 'pushed at this very moment');
      assert.equal(await removeUntagged(steps, [child, index, leased]), 0);
      assert.equal(await removeUntagged(steps, [dangling, loose, newDigest()]), 2);
      assert.equal(await store.findManifest(app, { digest: loose }), undefined);
      await store.releaseContent({ holder: 'backup' });
      assert.deepEqual(await untagged(steps), [leased]);
      await steps.events();
      assert.equal(await removeUntagged(steps, [leased]), 1);
      const [event] = await steps.events();
      assert.deepEqual([event?.type, event?.actor, event?.repository, event?.digest], ['manifest.deleted', 'system:gc', app, leased]);
    });

    storeTest(open, 'leases that have ended are found in windows and forgotten, unless they were renewed meanwhile', async (steps) => {
      const { store, at } = steps;
      const lasting = await steps.push(app);
      const lease = (holder: string, digest: Digest, expiresAt: number) => store.leaseContent({ holder, digest, expiresAt });
      for (let count = 0; count < 600; count += 1) await lease('promotion:1', newDigest(), at - 1);
      for (const holder of ['backup', 'promotion:2', 'workload']) await lease(holder, lasting, at);
      await lease('backup', newDigest(), at + 1);
      const found: string[] = [];
      for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
        const page = await store.listEndedLeases(at, cursor);
        found.push(...page.items);
        cursor = page.cursor;
      }
      assert.deepEqual([found.length, [...new Set(found)].sort()], [603, ['backup', 'promotion:1', 'promotion:2', 'workload']]);
      await lease('workload', lasting, at + later);
      await store.forgetLeases({ holders: found, at });
      assert.deepEqual(await store.listEndedLeases(at + later, undefined), { items: ['backup', 'workload'], cursor: undefined });
    });

    storeTest(open, 'a manifest that is pushed again, tagged, or listed by an index after it was found stays', async (steps) => {
      const inputs = [1, 2, 3].map(() => steps.manifest(app, {}));
      for (const input of inputs) await steps.store.commitManifest(input);
      const found = await untagged(steps);
      assert.equal(found.length, 3);
      const [again, tagged, child] = inputs.map(({ digest }) => digest);
      const before = steps.at + 1;
      await steps.store.commitManifest({ ...(inputs[1] ?? assert.fail()), tags: ['v1' as never] });
      await steps.push(app, { children: [child ?? assert.fail()], tags: ['v2'] });
      await steps.store.commitManifest({ ...(inputs[0] ?? assert.fail()), at: before });
      assert.equal(await removeUntagged(steps, found, before), 0);
      for (const digest of [again, tagged, child])
        assert.notEqual(await steps.store.findManifest(app, { digest: digest ?? assert.fail() }), undefined);
    });

    storeTest(open, 'links are held by manifests of their own repository and by renewals', async (steps) => {
      const { store, at } = steps;
      const [used, unused, asked] = [await steps.blob(app), await steps.blob(app), await steps.blob(app)];
      await steps.push(app, { blobs: [used], tags: ['v1'] });
      await steps.blob(web, unused);
      await steps.push(web, { blobs: [unused], tags: ['v1'] });
      await store.renewBlob({ repository: app, digest: asked, at: at + later });
      const { items, cursor } = await store.listUnreferencedLinks(at + later, undefined, 10);
      const repositoryId = (await store.findRepository(app))?.id;
      assert.deepEqual([items, cursor], [[{ repositoryId, repository: app, digest: unused, sizeBytes: 100 }], undefined]);
      assert.equal(await removeLinks(steps, [used, asked, newDigest()]), 0);
      assert.equal(await removeLinks(steps, [unused, unused]), 1);
      assert.equal(await store.findBlob(app, unused), undefined);
      assert.notEqual(await store.findBlob(web, unused), undefined);
    });

    storeTest(open, 'a copy that nobody links is condemned, forgotten, and replaced by a push', async (steps) => {
      const { store, at } = steps;
      const digest = newDigest();
      const { location } = await steps.commit(app, digest);
      assert.deepEqual((await store.listUnlinkedPlacements(at + later, undefined, 10)).items, []);
      await store.deleteBlob({ repository: app, digest, by, at });
      assert.deepEqual((await store.listUnlinkedPlacements(at, undefined, 10)).items, []);
      const { items } = await store.listUnlinkedPlacements(at + later, undefined, 10);
      const placementIds = items.map(({ placementId }) => placementId);
      assert.deepEqual(items, [{ placementId: placementIds[0], store: 'default', location, digest, sizeBytes: 100 }]);
      assert.deepEqual(await store.condemnPlacements({ before: at, at, placementIds }), []);
      assert.deepEqual(await store.condemnPlacements({ before: at + later, at, placementIds }), items);
      assert.deepEqual(await store.condemnPlacements({ before: at + later, at, placementIds }), []);
      assert.deepEqual(await store.listCondemnedPlacements(10), items);
      const fresh = await steps.commit(app, digest);
      assert.equal(fresh.outcome, 'stored');
      assert.deepEqual(await store.knownLocations('default', [location, fresh.location, 'x']), new Set([location, fresh.location]));
      assert.deepEqual(await store.knownLocations('elsewhere', [location]), new Set());
      await store.forgetPlacements({ placementIds, at });
      await store.forgetPlacements({ placementIds, at });
      assert.deepEqual(await store.listCondemnedPlacements(10), []);
      assert.deepEqual(await store.knownLocations('default', [location, fresh.location]), new Set([fresh.location]));
      assert.equal((await store.findBlob(app, digest))?.location, fresh.location);
    });

    storeTest(open, 'a copy that is mounted, pushed or leased after it was found is not condemned', async (steps) => {
      const { store, at } = steps;
      const digests = [await steps.blob(app), await steps.blob(app), await steps.blob(app)];
      for (const digest of digests) await store.deleteBlob({ repository: app, digest, by, at });
      const { items } = await store.listUnlinkedPlacements(at + later, undefined, 10);
      assert.equal(items.length, 3);
      const [pushed, leased] = digests;
      await steps.blob(foreign, pushed);
      await store.leaseContent({ holder: 'hold', digest: leased ?? assert.fail(), expiresAt: at + 2 * later });
      const condemned = await store.condemnPlacements({
        before: at + later,
        at: at + later,
        placementIds: items.map(({ placementId }) => placementId),
      });
      assert.deepEqual(
        condemned.map(({ digest }) => digest),
        digests.slice(2),
      );
      assert.equal((await steps.commit(web, leased ?? assert.fail())).outcome, 'duplicate');
    });

    storeTest(open, 'a live copy is never forgotten, and a blob with a copy or a link keeps its row', async (steps) => {
      const { store, at } = steps;
      const digest = newDigest();
      const { location } = await steps.commit(app, digest);
      await store.reportLostBlob({ store: 'default', location, at });
      await steps.commit(app, digest);
      const [lost] = await store.listCondemnedPlacements(10);
      await store.forgetPlacements({ placementIds: [lost?.placementId ?? 0, (lost?.placementId ?? 0) + 1], at });
      assert.notEqual(await store.findBlob(app, digest), undefined);
    });

    storeTest(open, 'candidates come in pages that miss nothing and repeat nothing', async (steps) => {
      const { store, at } = steps;
      const expected: Digest[] = [];
      for (let count = 0; count < 7; count += 1) {
        expected.push(await steps.push(app));
        await steps.push(app, { tags: [`keep-${count}`] });
      }
      const found: Digest[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.listUntaggedManifests(at + later, cursor, 3);
        assert.ok(page.items.length <= 3);
        found.push(...page.items.map(({ digest }) => digest));
        cursor = page.cursor;
      } while (cursor !== undefined);
      assert.deepEqual(found, expected);
    });

    storeTest(open, 'a lease ends by itself, and a holder has any number', async (steps) => {
      const { store, at } = steps;
      const [first, second] = [await steps.push(app), await steps.push(app)];
      await store.leaseContent({ holder: 'a', digest: first, expiresAt: at + later + 1 });
      await store.leaseContent({ holder: 'b', digest: first, expiresAt: at + later });
      await store.leaseContent({ holder: 'b', digest: second, expiresAt: at + later });
      assert.deepEqual(await untagged(steps), [second]);
      await store.leaseContent({ holder: 'b', digest: second, expiresAt: at + later + 1 });
      assert.deepEqual(await untagged(steps), []);
      await store.releaseContent({ holder: 'b' });
      assert.deepEqual(await untagged(steps), [second]);
    });
  });
}
