import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { requireRepositoryName, requireTag } from '@longshore/oci';
import { namesOfProject } from '../../registry/repository-pattern.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, storeTest } from './contract-steps.ts';
import { removalIn } from './retention.ts';

const rounds = 24;
const prod = requireRepositoryName('prod/app');

/** Both at once, the one first in one round and the other in the next. */
function both<A, B>(round: number, one: () => Promise<A>, other: () => Promise<B>): Promise<[A, B]> {
  if (round % 2 === 0) return Promise.all([one(), other()]);
  const second = other();
  return Promise.all([one(), second]);
}

/** An image with its tag as a run saw it, and what removes the tag, and the manifest when nothing holds it. */
async function doomed(steps: StoreSteps, name: string) {
  const { store } = steps;
  const blob = await steps.blob(app);
  const input = steps.manifest(app, { blobs: [blob], tags: [name] });
  await store.commitManifest(input);
  const removal = await removalIn(steps);
  const facts = await store.listTagFacts(removal.repositoryId, { limit: 1000, after: undefined });
  const tags = facts.filter((tag) => tag.name === name);
  const manifestIds = tags.map(({ manifestId }) => manifestId);
  const remove = async () => {
    const removed = await store.removeTags({ ...removal, tags });
    const { manifests } = await store.removeReleased({ ...removal, manifestIds });
    return { isTagGone: removed.length === 1, isManifestGone: manifests === 1 };
  };
  return { input, digest: input.digest, tag: requireTag(name), remove };
}

/** Removals of retention against everything that goes on meanwhile. Nothing is too young to go: only locks and second looks protect. */
export function describeRetentionRaces(open: OpenStore): void {
  describe('races of retention', () => {
    storeTest(open, 'a tag that is pushed again meanwhile is there in the end, with its manifest', async (steps) => {
      const { store } = steps;
      for (let round = 0; round < rounds; round += 1) {
        const { input, tag, remove } = await doomed(steps, `v${round}`);
        steps.at += 1;
        const push = () => store.commitManifest({ ...input, at: steps.at, renewBefore: steps.at });
        const [, { outcome }] = await both(round, remove, push);
        // A push whose blobs nobody takes is never refused.
        assert.equal(outcome, 'stored', `round ${round}`);
        assert.equal((await store.findManifest(app, { tag }))?.digest, input.digest, `round ${round}`);
      }
    });

    storeTest(open, 'a tag that is moved meanwhile is there in the end, and points where it was moved', async (steps) => {
      const { store } = steps;
      for (let round = 0; round < rounds; round += 1) {
        const { tag, remove } = await doomed(steps, `v${round}`);
        const [, moved] = await both(round, remove, () => steps.push(app, { tags: [tag] }));
        assert.equal((await store.findManifest(app, { tag }))?.digest, moved, `round ${round}`);
      }
    });

    storeTest(open, 'a pull is never refused what it has found, and one that is noted first keeps the tag', async (steps) => {
      const { store, at } = steps;
      for (let round = 0; round < rounds; round += 1) {
        const { digest, tag, remove } = await doomed(steps, `v${round}`);
        const pull = { repository: app, pulls: 1, lastAt: at + 1 };
        const notes = { manifests: [{ ...pull, digest }], tags: [{ ...pull, tag }], projects: [], today: 1 };
        const [{ isTagGone }] = await both(round, remove, () => store.notePulls(notes));
        assert.equal((await store.findManifest(app, { tag })) === undefined, isTagGone, `round ${round}`);
      }
    });

    storeTest(open, 'an index that is pushed meanwhile has its children, or is refused', async (steps) => {
      const { store } = steps;
      for (let round = 0; round < rounds; round += 1) {
        const { digest, remove } = await doomed(steps, `v${round}`);
        const [{ isManifestGone }, { outcome }] = await both(round, remove, () => steps.tryPush(app, { children: [digest] }));
        assert.equal(outcome, isManifestGone ? 'missing' : 'stored', `round ${round}`);
        assert.equal((await store.findManifest(app, { digest })) === undefined, isManifestGone, `round ${round}`);
      }
    });

    storeTest(open, 'a promotion gets an image whole, or not at all', async (steps) => {
      const { store, at } = steps;
      await steps.push(prod);
      for (let round = 0; round < rounds; round += 1) {
        const { digest, tag, remove } = await doomed(steps, `v${round}`);
        const promotion = {
          from: { repository: app, reference: { tag } },
          to: { repository: prod, tag },
          dryRun: false,
          undoUntil: at + 1000,
          by: { ...by, roles: ['owner'] },
          at,
        };
        const [, { outcome }] = await both(round, remove, () => store.promote(promotion));
        const there = await store.findManifest(prod, { tag });
        assert.equal(there?.digest, outcome === 'promoted' ? digest : undefined, `round ${round}: ${outcome}`);
      }
    });

    storeTest(open, 'a rule over tags that is there first keeps them, and one that is made meanwhile waits its turn', async (steps) => {
      const { store, at } = steps;
      for (let round = 0; round < rounds; round += 1) {
        const { tag, remove } = await doomed(steps, `v${round}`);
        const terms = { repositories: '**', tags: tag, kind: 'immutable', roles: [] } as const;
        const protect = () => store.createTagRule({ project: 'team', terms, range: namesOfProject('team'), by, at });
        // Somebody pushes too: three who want the project, the repository, the manifest and the tag.
        const [{ isTagGone }] = await Promise.all([
          both(round, remove, protect).then(([removed]) => removed),
          steps.push(app, { tags: ['other'] }),
        ]);
        assert.equal((await store.findManifest(app, { tag })) === undefined, isTagGone, `round ${round}`);
      }
    });
  });
}
