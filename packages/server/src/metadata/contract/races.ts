import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { requireRepositoryName } from '@longshore/oci';
import type { OpenStore } from './contract-steps.ts';
import { app, by, newDigest, storeTest, web } from './contract-steps.ts';

const rounds = 40;

// Collections here run with a limit in the future, so that no grace protects anybody: only locks and second looks do.

/** Pushes against pushes, and pushes against collections. */
export function describeRaces(open: OpenStore): void {
  describe('races', () => {
    storeTest(open, 'first pushes at once make one project, one repository and one copy', async (steps) => {
      const { store } = steps;
      const digest = newDigest();
      const names = Array.from({ length: 8 }, (_, index) => requireRepositoryName(`busy/app${index % 2}`));
      const commits = await Promise.all(names.map((name) => steps.commit(name, digest)));
      assert.equal(commits.filter(({ outcome }) => outcome === 'stored').length, 1);
      const found = await Promise.all(names.map((name) => store.findBlob(name, digest)));
      assert.equal(new Set(found.map((blob) => blob?.location)).size, 1);
      assert.equal(
        new Set((await Promise.all(names.map((name) => store.findRepository(name)))).map((repository) => repository?.projectId)).size,
        1,
      );
    });

    storeTest(open, 'manifests at once that share their blobs are all stored', async (steps) => {
      const blobs = await Promise.all(Array.from({ length: 6 }, () => steps.blob(app)));
      const parts = (index: number) => ({ blobs: index % 2 === 0 ? blobs : [...blobs].reverse(), tags: [`v${index % 3}`] });
      for (let round = 0; round < 4; round += 1) {
        const outcomes = await Promise.all(Array.from({ length: 10 }, (_, index) => steps.tryPush(app, parts(index))));
        assert.deepEqual(new Set(outcomes.map(({ outcome }) => outcome)), new Set(['stored']));
      }
    });

    storeTest(open, 'a manifest is never stored without a blob that a collection took', async (steps) => {
      const { store, at } = steps;
      for (let round = 0; round < rounds; round += 1) {
        const blobs = [await steps.blob(app), await steps.blob(app), await steps.blob(app)];
        const repositoryId = (await store.findRepository(app))?.id ?? 0;
        // Half of the pushes find a young grace: they lock the links without writing them.
        const renewBefore = round % 4 < 2 ? at : at + 1;
        const push = () => store.commitManifest({ ...steps.manifest(app, { blobs }), renewBefore });
        const collect = () => store.removeUnreferencedLinks({ before: at + 1, links: blobs.map((digest) => ({ repositoryId, digest })) });
        const [first, second] = round % 2 === 0 ? [push(), collect()] : [collect(), push()];
        const outcomes = await Promise.all([first, second]);
        if (!outcomes.some((outcome) => typeof outcome === 'object' && outcome.outcome === 'stored')) continue;
        for (const digest of blobs) assert.notEqual(await store.findBlob(app, digest), undefined, `round ${round}`);
      }
    });

    storeTest(open, 'an index is never stored without a child that a collection or a delete took', async (steps) => {
      const { store, at } = steps;
      for (let round = 0; round < rounds; round += 1) {
        const child = await steps.push(app);
        const repositoryId = (await store.findRepository(app))?.id ?? 0;
        const take = () =>
          round % 2 === 0
            ? store.removeUntaggedManifests({ before: at + 1, at, by, manifests: [{ repositoryId, digest: child }] })
            : store.deleteManifest({ repository: app, digest: child, by, at });
        const input = { ...steps.manifest(app, { children: [child], tags: ['index'] }), renewBefore: round % 4 < 2 ? at : at + 1 };
        const [{ outcome }] = await Promise.all([store.commitManifest(input), take()]);
        const present = (await store.findManifest(app, { digest: child })) !== undefined;
        assert.equal(outcome === 'stored', present, `round ${round}`);
      }
    });

    storeTest(open, 'a blob that was pushed or mounted is never condemned', async (steps) => {
      const { store, at } = steps;
      for (let round = 0; round < rounds; round += 1) {
        const digest = await steps.blob(app);
        if (round % 2 === 0) await store.deleteBlob({ repository: app, digest, by, at });
        const { items } = await store.listUnlinkedPlacements(at + 1, undefined, 100);
        const placementIds = items.map(({ placementId }) => placementId);
        const push = async () =>
          round % 2 === 0 ? (await steps.commit(web, digest)).outcome !== 'lost' : store.mountBlob({ digest, from: app, to: web, by, at });
        const [pushed, condemned] = await Promise.all([push(), store.condemnPlacements({ before: at + 1, at, placementIds })]);
        await store.forgetPlacements({ placementIds: condemned.map(({ placementId }) => placementId), at });
        assert.equal(pushed, (await store.findBlob(web, digest)) !== undefined, `round ${round}`);
      }
    });
  });
}
