import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { requireRepositoryName, requireTag } from '@longshore/oci';
import { keptDays, type PullNotes } from '../../registry/ports/pull-store.ts';
import type { OpenStore } from './contract-steps.ts';
import { app, by, foreign, newDigest, storeTest, web } from './contract-steps.ts';

const today = 20_000;
const v1 = requireTag('v1');
const none: PullNotes = { manifests: [], tags: [], projects: [], today };

/** Statistics of pulls: sums that are added, for what exists. */
export function describePulls(open: OpenStore): void {
  describe('pulls', () => {
    storeTest(open, 'notes add up, and the latest pull stays', async (steps) => {
      const { store } = steps;
      const digest = await steps.push(app, { tags: ['v1'] });
      const other = await steps.push(app, { tags: ['v2'] });
      assert.equal(await store.findPulls(app, { digest }), undefined);
      for (const [pulls, lastAt] of [
        [2, 50],
        [0, 70],
        [3, 60],
      ] as const) {
        await store.notePulls({
          ...none,
          manifests: [
            { repository: app, digest, pulls, lastAt },
            { repository: app, digest: other, pulls: 1, lastAt },
            { repository: app, digest: newDigest(), pulls, lastAt },
          ],
          tags: [
            { repository: app, tag: v1, pulls, lastAt },
            { repository: web, tag: v1, pulls, lastAt },
          ],
        });
      }
      assert.deepEqual(await store.findPulls(app, { digest }), { pulls: 5, lastAt: 70 });
      assert.deepEqual(await store.findPulls(app, { digest: other }), { pulls: 3, lastAt: 70 });
      assert.deepEqual(await store.findPulls(app, { tag: v1 }), { pulls: 5, lastAt: 70 });
      assert.equal(await store.findPulls(web, { tag: v1 }), undefined);
    });

    storeTest(open, 'what is deleted takes its figures along', async (steps) => {
      const { store, at } = steps;
      const digest = await steps.push(app, { tags: ['v1'] });
      const note = () =>
        store.notePulls({
          ...none,
          manifests: [{ repository: app, digest, pulls: 1, lastAt: 1 }],
          tags: [{ repository: app, tag: v1, pulls: 1, lastAt: 1 }],
        });
      await note();
      await store.deleteTag({ repository: app, tag: v1, by, at });
      const input = steps.manifest(app, { tags: ['v1'] });
      await store.commitManifest(input);
      assert.equal(await store.findPulls(app, { tag: v1 }), undefined, 'a new tag of the name inherits nothing');
      await note();
      await store.deleteManifest({ repository: app, digest: input.digest, by, at });
      await store.deleteManifest({ repository: app, digest, by, at });
      assert.equal(await store.findPulls(app, { digest }), undefined);
      assert.equal(await store.findPulls(app, { tag: v1 }), undefined);
    });

    storeTest(open, 'bytes are kept by project and day, old days are forgotten, and an answer tells what is left', async (steps) => {
      const { store } = steps;
      await steps.begin(app);
      await steps.begin(foreign);
      const note = (project: string, day: number, bytes: number) =>
        store.notePulls({ ...none, projects: [{ project, day, bytes, pulls: 1 }], today: day });
      await note('team', today - keptDays - 1, 7);
      await note('team', today - keptDays, 5);
      await note('team', today, 100);
      assert.deepEqual(await note('team', today, 20), [{ project: 'team', limitBytes: undefined, usedBytes: 120 }]);
      assert.deepEqual(await note('nobody', today, 20), []);
      assert.deepEqual(await note('other', today, 0), [{ project: 'other', limitBytes: undefined, usedBytes: 0 }]);
      assert.deepEqual(await store.listDaysOfPulls('team', 0), [
        { day: today - keptDays, bytes: 5, pulls: 1 },
        { day: today, bytes: 120, pulls: 2 },
      ]);
      assert.deepEqual(await store.listDaysOfPulls('team', today), [{ day: today, bytes: 120, pulls: 2 }]);
    });

    storeTest(open, 'notes of several replicas at once lose nothing', async (steps) => {
      const { store } = steps;
      const names = Array.from({ length: 20 }, (_, index) => requireRepositoryName(`p${index}/app`));
      const pushed = await Promise.all(
        names.map(async (repository) => ({ repository, digest: await steps.push(repository, { tags: ['v1'] }) })),
      );
      const notes = (order: typeof pushed): PullNotes => ({
        manifests: order.map((one) => ({ ...one, pulls: 1, lastAt: 1 })),
        tags: order.map(({ repository }) => ({ repository, tag: v1, pulls: 1, lastAt: 1 })),
        projects: order.map(({ repository }) => ({ project: repository.split('/')[0] ?? '', day: today, bytes: 3, pulls: 1 })),
        today,
      });
      await Promise.all(Array.from({ length: 8 }, (_, index) => store.notePulls(notes(index % 2 === 0 ? pushed : [...pushed].reverse()))));
      for (const { repository, digest } of pushed) {
        assert.equal((await store.findPulls(repository, { digest }))?.pulls, 8);
        assert.equal((await store.findPulls(repository, { tag: v1 }))?.pulls, 8);
        assert.deepEqual(await store.listDaysOfPulls(repository.split('/')[0] ?? '', today), [{ day: today, bytes: 24, pulls: 8 }]);
      }
    });
  });
}
