import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe } from 'node:test';
import { type Digest, requireRepositoryName, requireTag } from '@longshore/oci';
import { maskOf } from '../../registry/action-mask.ts';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import type { PromotionOutcome } from '../../registry/ports/promotion-store.ts';
import type { TenantSettings } from '../../registry/ports/tenant-store.ts';
import { newUser } from './access.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, storeTest } from './contract-steps.ts';
import { promote } from './promotions.ts';

const prod = requireRepositoryName('prod/app');
const v1 = requireTag('v1');
const newLocation = () => `blobs/${randomUUID()}` as BlobLocation;

/** Makes the project of the target on that store. */
async function makeProd({ store, at }: StoreSteps, on = 'default'): Promise<void> {
  await store.registerStores({ names: ['default', 'fast'] });
  const settings = {
    description: undefined,
    visibility: 'private',
    environment: undefined,
    promotesTo: undefined,
    expireAfterHours: undefined,
    allowedAddresses: undefined,
    deniedAddresses: undefined,
  };
  assert.equal(await store.createTenant({ name: 'prod', store: on, settings: { ...settings, visibility: 'private' }, by, at }), 'created');
}

async function limit({ store, at }: StoreSteps, bytes: number): Promise<void> {
  assert.equal(await store.setQuota({ project: 'prod', limits: { bytes }, version: 'any', by, at }), 'set');
}

async function usedBy({ store }: StoreSteps): Promise<number | undefined> {
  return (await store.findQuota('prod', 20_000))?.usedBytes;
}

const needed = (answer: PromotionOutcome): number | undefined => (answer.outcome === 'quota-exceeded' ? answer.excess.needed : undefined);

/** Where promotions end: other stores, limits, chains, and whose project it is. */
export function describePromotionLimits(open: OpenStore): void {
  describe('limits of promotions', () => {
    storeTest(open, 'those that have a project next are told to whoever may see them, by name, and twenty at most', async (steps) => {
      const { store, at } = steps;
      await steps.push(prod);
      const change = async (name: string, settings: Partial<TenantSettings>) =>
        assert.equal(await store.updateTenant({ name, version: undefined, settings, by, at }), 'updated');
      const names = Array.from({ length: 22 }, (_, number) => `stage${String(number).padStart(2, '0')}`);
      for (const name of names.toReversed()) {
        await steps.push(requireRepositoryName(`${name}/app`));
        await change(name, { promotesTo: 'prod' });
      }
      await steps.push(app);
      const before = async (visibility?: Visibility) => (await store.findPromotionPolicy('prod', visibility))?.promotedFrom;
      assert.deepEqual(await before(), names.slice(0, 20));
      const eve = await newUser(steps, 'eve');
      const seen: Visibility = { kind: 'held', holder: eve, action: maskOf(['pull']), open: ['public'] };
      assert.deepEqual(await before(seen), []);
      await store.setProjectRole({ userId: eve.id, project: 'stage21', role: 'reader', by, at });
      await change('stage03', { visibility: 'public' });
      assert.deepEqual(await before(seen), ['stage03', 'stage21']);
      await change('stage03', { promotesTo: undefined });
      await store.deleteTenant({ name: 'stage21', version: undefined, force: true, by, at });
      assert.deepEqual(await before(seen), []);
    });

    storeTest(open, 'across stores, what is missing is named, and linked once it was placed', async (steps) => {
      const { store, at } = steps;
      await makeProd(steps, 'fast');
      const blobs = [await steps.blob(app), await steps.blob(app)];
      await steps.push(app, { blobs, tags: ['v1'] });
      const answer = await promote(steps);
      assert.ok(answer.outcome === 'elsewhere', answer.outcome);
      assert.deepEqual([answer.store, answer.missing, answer.missingBytes], ['fast', 2, 200]);
      assert.deepEqual(
        new Set(answer.blobs.map(({ digest, store: where }) => `${where} ${digest}`)),
        new Set(blobs.map((blob) => `default ${blob}`)),
      );
      const ahead = (digest: Digest, location = newLocation()) => store.placeAhead({ store: 'fast', digest, location, at });
      const [first = assert.fail(), second = assert.fail()] = blobs;
      assert.equal(await ahead(first), 'placed');
      assert.equal(await ahead(first), 'duplicate');
      const half = await promote(steps);
      assert.deepEqual(half.outcome === 'elsewhere' && half.blobs.map(({ digest }) => digest), [second]);
      assert.equal(await ahead(second), 'placed');
      assert.equal((await promote(steps)).outcome, 'promoted');
      for (const digest of blobs) assert.equal((await store.findBlob(prod, digest))?.store, 'fast');
      assert.equal(await usedBy(steps), 220);
    });

    storeTest(open, 'nothing is copied to another store that the quota of the target has no room for', async (steps) => {
      await makeProd(steps, 'fast');
      await limit(steps, 150);
      const shared = await steps.blob(app);
      await steps.push(app, { blobs: [shared, await steps.blob(app)], tags: ['v1'] });
      assert.equal(needed(await promote(steps)), 220);
      assert.equal(needed(await promote(steps, { dryRun: true })), 220);
      await steps.blob(prod, shared);
      await limit(steps, 220);
      assert.equal((await promote(steps)).outcome, 'elsewhere', 'what the project has is not counted again');
    });

    storeTest(open, 'a quota that has no room refuses all of it, of bytes and of tags', async (steps) => {
      const { store, at } = steps;
      await makeProd(steps);
      await limit(steps, 150);
      const root = await steps.push(app, { blobs: [await steps.blob(app), await steps.blob(app)], tags: ['v1'] });
      assert.equal(needed(await promote(steps)), 220);
      assert.equal(await store.findManifest(prod, { digest: root }), undefined);
      assert.equal(await usedBy(steps), 0);
      await store.setQuota({ project: 'prod', limits: { bytes: 220, tags: 0 }, version: 'any', by, at });
      const refused = await promote(steps);
      assert.deepEqual(refused.outcome === 'quota-exceeded' && refused.excess.kind, 'tags');
      await store.setQuota({ project: 'prod', limits: { tags: 1 }, version: 'any', by, at });
      assert.equal((await promote(steps)).outcome, 'promoted');
    });

    storeTest(open, 'what happened to tags is forgotten with its age, except the last of each that is there', async (steps) => {
      const { store } = steps;
      const began = steps.at;
      for (const tags of [['v1', 'v2', 'v3'], ['v1', 'v2'], ['v2']]) {
        await steps.push(app, { tags });
        steps.at += 10;
      }
      await store.deleteTag({ repository: app, tag: requireTag('v3'), by, at: steps.at });
      const left = async () =>
        Promise.all(['v1', 'v2', 'v3'].map(async (tag) => (await store.listTagHistory(app, requireTag(tag), 9)).length));
      const forget = (before: number) => store.removeTagHistory({ before, after: 0 });
      assert.deepEqual(await left(), [2, 3, 2]);
      assert.deepEqual(await forget(began), { removed: 0, next: undefined });
      assert.deepEqual(await forget(began + 1), { removed: 3, next: undefined });
      assert.deepEqual(await left(), [1, 2, 1]);
      assert.deepEqual(await forget(steps.at + 1), { removed: 2, next: undefined });
      assert.deepEqual(await left(), [1, 1, 0], 'of a tag that is gone nothing is kept');
      for (let index = 0; index < 3; index += 1) {
        await steps.push(app, { tags: Array.from({ length: 300 }, (_, tag) => `t${tag}`) });
        steps.at += 10;
      }
      const first = await forget(steps.at);
      assert.ok(first.next !== undefined);
      const second = await store.removeTagHistory({ before: steps.at, after: first.next });
      assert.deepEqual([first.removed + second.removed, second.next], [600, undefined], 'page by page');
    });

    storeTest(open, 'what is stacked too high is refused', async (steps) => {
      let top = await steps.push(app, { tags: ['v1'] });
      for (let height = 0; height < 31; height += 1) top = await steps.push(app, { subject: top });
      assert.equal((await promote(steps)).outcome, 'promoted');
      await steps.push(app, { subject: top });
      assert.deepEqual(await promote(steps), { outcome: 'too-large', what: 'depth', most: 32 });
    });

    storeTest(open, 'from the chain only: a project that leads to the target may, others may not', async (steps) => {
      const { store, at } = steps;
      await makeProd(steps);
      const terms = { fromChainOnly: true, minimumAgeMs: 0, requiredReferrers: [], roles: [] };
      await store.setPromotionPolicy({ project: 'prod', version: 0, terms, by, at });
      await steps.push(app, { tags: ['v1'] });
      assert.equal((await promote(steps)).outcome, 'refused');
      assert.equal(await store.updateTenant({ name: 'team', version: undefined, settings: { promotesTo: 'prod' }, by, at }), 'updated');
      assert.equal((await promote(steps)).outcome, 'promoted');
    });

    storeTest(
      open,
      'harbor#22900: an image of another project that has the name of the one that may be read is not there',
      async (steps) => {
        const { store, at } = steps;
        await steps.push(app, { tags: ['v1'] });
        const project = (await store.findRepository(app))?.projectId;
        await store.deleteTenant({ name: 'team', version: undefined, force: true, by, at });
        await steps.push(app, { tags: ['v1'] });
        const from = { repository: app, reference: { tag: v1 } };
        assert.deepEqual(await promote(steps, { from: { ...from, project } }), { outcome: 'absent' });
        assert.deepEqual(await promote(steps, { from: { ...from, project: 'none' } }), { outcome: 'absent' });
        const now = (await store.findRepository(app))?.projectId;
        assert.equal((await promote(steps, { from: { ...from, project: now } })).outcome, 'promoted');
      },
    );
  });
}
