import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type RepositoryName, requireRepositoryName, requireTag } from '@longshore/oci';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, storeTest, web } from './contract-steps.ts';
import { promote } from './promotions.ts';

const bytesOf = async ({ store }: StoreSteps, project = 'team'): Promise<number | undefined> =>
  (await store.findQuota(project, 20_000))?.usedBytes;

const limit = async ({ store, at }: StoreSteps, bytes: number, project = 'team'): Promise<void> =>
  assert.equal(await store.setQuota({ project, limits: { bytes }, version: 'any', by, at }), 'set');

/** Manifests are rows of the database, one in each repository that has them, and charged as such. Here they have 20 bytes, and blobs 100. */
export function describeManifestQuotas(open: OpenStore): void {
  describe('bytes of manifests', () => {
    storeTest(open, 'are charged once for each repository, and given back when the manifest goes', async (steps) => {
      const { store, at } = steps;
      const bytes = Buffer.alloc(30, 'a');
      const digest = await steps.push(app, { bytes });
      await steps.push(app, { bytes, tags: ['v1'] });
      assert.equal(await bytesOf(steps), 30, 'pushed again it is not charged again');
      await steps.push(web, { bytes });
      assert.equal(await bytesOf(steps), 60);
      await store.deleteManifest({ repository: app, digest, by, at });
      assert.equal(await bytesOf(steps), 30);
      await store.deleteManifest({ repository: app, digest, by, at });
      assert.equal(await bytesOf(steps), 30, 'what is not there gives nothing back');
    });

    storeTest(open, 'fill a project up to its limit and not further', async (steps) => {
      const { store, at } = steps;
      await steps.push(app);
      await limit(steps, 50);
      await steps.push(web, { tags: ['v1'] });
      const manifest = steps.manifest(web, { tags: ['v2'] });
      assert.deepEqual(await store.commitManifest(manifest), {
        outcome: 'quota-exceeded',
        excess: { project: 'team', kind: 'bytes', used: 40, reserved: 0, limit: 50, needed: 20 },
      });
      assert.equal(await store.findManifest(web, { digest: manifest.digest }), undefined);
      assert.equal((await store.findQuota('team', 20_000))?.usedTags, 1);
      assert.equal((await steps.tryPush(web, { bytes: Buffer.alloc(10), tags: ['v3'] })).outcome, 'stored', 'what just fits');
      const events = (await steps.events()).filter(({ type }) => type === 'quota.warning');
      assert.deepEqual(events.at(-1)?.data, { project: 'team', kind: 'bytes', percent: 90, used: 50, limit: 50 });
      await store.deleteTag({ repository: web, tag: requireTag('v1'), by, at });
      assert.equal(await bytesOf(steps), 50, 'a tag that goes gives no bytes back');
    });

    storeTest(open, 'are given back by a collection, and by the removal of a repository', async (steps) => {
      const { store, at } = steps;
      await steps.push(app, { tags: ['v1'] });
      await steps.push(app);
      const before = at + 1;
      const manifests = (await store.listUntaggedManifests(before, undefined, 10)).items;
      assert.equal(await store.removeUntaggedManifests({ before, at, by, manifests }), 1);
      assert.equal(await store.removeUntaggedManifests({ before, at, by, manifests }), 0);
      assert.equal(await bytesOf(steps), 20);
      await steps.push(web, { tags: ['v1'] });
      const { id } = (await store.findRepository(web)) ?? assert.fail();
      const answer = await store.deleteRepository({ repository: web, by, at });
      assert.deepEqual(answer, { outcome: 'deleted', lost: { repositories: 1, tags: 1, sizeBytes: 20 } });
      assert.equal(await bytesOf(steps), 40, 'until it is removed');
      while ((await store.removeRemains({ repositoryId: id })) === 'more');
      assert.equal(await bytesOf(steps), 20);
    });

    storeTest(open, 'are charged to the project that they are promoted to, unless it has them', async (steps) => {
      const prod = requireRepositoryName('prod/app');
      await steps.begin(prod);
      const child = await steps.push(app, { blobs: [await steps.blob(app)] });
      await steps.push(app, { children: [child], tags: ['v1'] });
      await limit(steps, 139, 'prod');
      const needed = async (other = {}) => {
        const answer = await promote(steps, other);
        return answer.outcome === 'quota-exceeded' ? answer.excess.needed : answer.outcome;
      };
      assert.deepEqual([await needed({ dryRun: true }), await needed()], [140, 140]);
      assert.equal(await bytesOf(steps, 'prod'), 0);
      await limit(steps, 140, 'prod');
      assert.equal(await needed(), 'promoted');
      assert.equal(await needed(), 'promoted', 'there is nothing more to charge');
      assert.equal(await bytesOf(steps, 'prod'), 140);
    });

    storeTest(open, 'and all else that an account has is what a recount finds, which corrects it where it is not', async (steps) => {
      const { store, at } = steps;
      const fill = async (repository: RepositoryName): Promise<void> =>
        void (await steps.push(repository, { blobs: [await steps.blob(repository)], tags: ['v1'] }));
      await fill(app);
      await fill(web);
      const { projectId } = (await store.findRepository(app)) ?? assert.fail();
      assert.deepEqual(await store.recountUsage({ after: 0, at }), { projectId, project: 'team', isCorrected: false });
      assert.equal(await store.recountUsage({ after: projectId, at }), undefined);
      assert.equal(await bytesOf(steps), 240);
    });
  });
}
