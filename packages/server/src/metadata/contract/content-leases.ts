import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type RepositoryName, requireTag } from '@longshore/oci';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, foreign, storeTest } from './contract-steps.ts';
import { removalIn } from './retention.ts';

const later = 1000;

async function idOf({ store }: StoreSteps, name: RepositoryName): Promise<number> {
  return ((await store.findRepository(name)) ?? assert.fail(name)).id;
}

/** What a lease of one project holds. */
export function describeContentLeases(open: OpenStore): void {
  describe('content leases of a project', () => {
    storeTest(open, 'hold manifests, links and tags there, what others have of it nowhere, and its bytes', async (steps) => {
      const { store, at } = steps;
      const { digest, bytes } = steps.manifest(app, {});
      const blob = await steps.blob(app);
      await steps.blob(foreign, blob);
      for (const repository of [app, foreign]) await steps.push(repository, { bytes, tags: ['v1'] });
      const lease = async (of: RepositoryName) => {
        const projectId = (await store.findRepository(of))?.projectId;
        for (const leased of [digest, blob])
          await store.leaseContent({ holder: 'workload', digest: leased, expiresAt: at + 9 * later, projectId });
      };
      await lease(foreign);
      const links = (await store.listUnreferencedLinks(at + later, undefined, 100)).items;
      assert.deepEqual(
        links.map(({ repositoryId }) => repositoryId),
        [await idOf(steps, app)],
      );
      assert.equal(await store.removeUnreferencedLinks({ before: at + later, links }), 1);
      assert.deepEqual((await store.listUnlinkedPlacements(at + later, undefined, 100)).items, [], 'the other project has it');
      await lease(app);
      const removal = await removalIn(steps);
      const tags = await store.listTagFacts(await idOf(steps, app), { limit: 9, after: undefined });
      assert.deepEqual(await store.removeTags({ ...removal, tags }), []);
      await lease(foreign);
      assert.deepEqual(await store.removeTags({ ...removal, tags }), ['v1']);
      await store.deleteTag({ repository: foreign, tag: requireTag('v1'), by: removal.by, at });
      const untagged = (await store.listUntaggedManifests(at + later, undefined, 100)).items;
      assert.deepEqual(
        untagged.map(({ repositoryId }) => repositoryId),
        [await idOf(steps, app)],
      );
    });
  });
}
