import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type Digest, digestHex, requireRepositoryName, requireTag } from '@longshore/oci';
import type { NewPromotion, PromotionOutcome, PromotionPlan } from '../../registry/ports/promotion-store.ts';
import { namesOfProject } from '../../registry/repository-pattern.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, foreign, newDigest, storeTest, web } from './contract-steps.ts';
import { withRoles } from './tag-rules.ts';

const prod = requireRepositoryName('prod/app');
const v1 = requireTag('v1');
const week = 7 * 24 * 60 * 60_000;

/** Promotes `team/app:v1` to `prod/app:v1`, or what is said instead. */
export function promote(steps: StoreSteps, other: Partial<NewPromotion> = {}): Promise<PromotionOutcome> {
  const { store, at } = steps;
  const from = { repository: app, reference: { tag: v1 } };
  return store.promote({ from, to: { repository: prod, tag: v1 }, dryRun: false, undoUntil: at + week, by, at, ...other });
}

async function mustPromote(steps: StoreSteps, other: Partial<NewPromotion> = {}): Promise<{ id: number; plan: PromotionPlan }> {
  const answer = await promote(steps, other);
  assert.ok(answer.outcome === 'promoted', JSON.stringify(answer));
  return answer;
}

/** An index of two images with a signature by subject, one beside it by tag, and a referrer of the signature. */
async function pushImage(steps: StoreSteps, tag: string) {
  const layers = [await steps.blob(app), await steps.blob(app)];
  const children = [
    await steps.push(app, { blobs: layers }),
    await steps.push(app, { blobs: [layers[0] ?? assert.fail(), await steps.blob(app)], optionalBlobs: [newDigest()] }),
  ];
  const index = await steps.push(app, { children, tags: [tag] });
  const signed = await steps.blob(app);
  const signature = await steps.push(app, { blobs: [signed], subject: index, artifactType: 'a/signature' });
  const ofChild = await steps.push(app, { subject: children[0] ?? assert.fail(), artifactType: 'a/sbom' });
  const ofSignature = await steps.push(app, { subject: signature });
  const beside = await steps.push(app, { blobs: [await steps.blob(app)], tags: [companion(index)] });
  const manifests = [index, ...children, signature, ofChild, ofSignature, beside];
  return { index, children, signature, beside, manifests, blobs: 5 };
}

const companion = (digest: Digest, suffix = 'sig') => `sha256-${digestHex(digest)}.${suffix}`;

async function usageOf(steps: StoreSteps, project: string): Promise<number> {
  return (await steps.store.findProject(project))?.sizeBytes ?? 0;
}

/** Promotion: what it links, what it asks for, how it is undone. */
export function describePromotions(open: OpenStore): void {
  describe('promotions', () => {
    storeTest(open, 'link everything that belongs to an image, charge it once, and are written down', async (steps) => {
      const { store, at } = steps;
      const image = await pushImage(steps, 'v1');
      const unrelated = await steps.push(app, { blobs: [await steps.blob(app)] });
      await steps.events();
      const { id, plan } = await mustPromote(steps);
      const tags = [
        { tag: companion(image.index), from: undefined, to: image.beside },
        { tag: 'v1', from: undefined, to: image.index },
      ];
      const counts = { manifests: 7, blobs: 5, addedBytes: 640 };
      assert.deepEqual(plan, { digest: image.index, previous: undefined, conditions: [], ...counts, tags });
      for (const digest of image.manifests) {
        const [there, here] = await Promise.all([store.findManifest(app, { digest }), store.findManifest(prod, { digest })]);
        assert.deepEqual(here, there);
      }
      assert.equal(await store.findManifest(prod, { digest: unrelated }), undefined);
      assert.equal((await store.findManifestInfo(prod, { tag: v1 }))?.digest, image.index);
      assert.equal((await store.listReferrers(prod, image.index, undefined, { limit: 9 })).items.length, 1);
      assert.equal(await usageOf(steps, 'prod'), 640);
      const record = { id, at, by: by.actor, from: { repository: app, tag: v1 }, to: { repository: prod, tag: v1 }, digest: image.index };
      const promotion = { ...record, previous: undefined, ...counts, undoUntil: at + week, undone: undefined };
      assert.deepEqual(await store.findPromotion(id, { kind: 'everything' }), promotion);
      assert.equal((await store.findPromotion(id, { kind: 'nothing' }))?.from.repository, undefined, 'a source that is not visible');
      assert.deepEqual(await store.listPromotedTags(id), tags);
      const events = (await steps.events()).map(({ type, repository, digest, tag }) => [type, repository, digest, tag]);
      assert.deepEqual(events.at(-1), ['image.promoted', prod, image.index, 'v1']);
      assert.equal(events.filter(([type]) => type === 'tag.created').length, 2);
    });

    storeTest(open, 'repeated, add what has come since and charge nothing twice', async (steps) => {
      const { store } = steps;
      const image = await pushImage(steps, 'v1');
      await mustPromote(steps);
      const again = await mustPromote(steps);
      assert.deepEqual([again.plan.addedBytes, again.plan.tags, again.plan.previous], [0, [], image.index]);
      const late = await steps.push(app, { blobs: [await steps.blob(app)], subject: image.index });
      const third = await mustPromote(steps);
      assert.deepEqual([third.plan.addedBytes, third.plan.manifests], [120, 8]);
      assert.notEqual(await store.findManifest(prod, { digest: late }), undefined);
      assert.equal(await usageOf(steps, 'prod'), 760);
    });

    storeTest(open, 'what was promoted outlives its source and every collection', async (steps) => {
      const { store, at } = steps;
      const image = await pushImage(steps, 'v1');
      await mustPromote(steps);
      for (const digest of image.manifests) await store.deleteManifest({ repository: app, digest, by, at });
      const before = at + 1;
      const links = (await store.listUnreferencedLinks(before, undefined, 1000)).items;
      await store.removeUnreferencedLinks({ before, links });
      const untagged = (await store.listUntaggedManifests(before, undefined, 1000)).items;
      await store.removeUntaggedManifests({ before, at, by, manifests: untagged });
      const placementIds = (await store.listUnlinkedPlacements(before, undefined, 1000)).items.map(({ placementId }) => placementId);
      assert.deepEqual(await store.condemnPlacements({ before, at, placementIds }), []);
      for (const digest of image.manifests) assert.notEqual(await store.findManifest(prod, { digest }), undefined);
      assert.equal(await usageOf(steps, 'prod'), 640);
    });

    storeTest(open, 'a dry run tells the same and changes nothing', async (steps) => {
      const { store } = steps;
      await pushImage(steps, 'v1');
      const dry = await promote(steps, { dryRun: true });
      assert.equal(await store.findRepository(prod), undefined);
      const { plan } = await mustPromote(steps);
      assert.deepEqual(dry, { outcome: 'planned', plan });
    });

    storeTest(open, 'of what is not there nothing comes', async (steps) => {
      assert.deepEqual(await promote(steps), { outcome: 'absent' });
      await steps.push(app, { tags: ['v2'] });
      assert.deepEqual(await promote(steps), { outcome: 'absent' });
      const reference = { digest: newDigest() };
      assert.deepEqual(await promote(steps, { from: { repository: app, reference } }), { outcome: 'absent' });
      assert.equal(await steps.store.findRepository(prod), undefined);
    });

    storeTest(open, 'by digest, into the same project, and into the same repository', async (steps) => {
      const { store } = steps;
      const image = await pushImage(steps, 'v1');
      const from = { repository: app, reference: { digest: image.children[0] ?? assert.fail() } };
      const { plan } = await mustPromote(steps, { from, to: { repository: web, tag: v1 } });
      assert.deepEqual([plan.manifests, plan.addedBytes], [2, 40], 'the project had the blobs');
      const stable = requireTag('stable');
      const same = await mustPromote(steps, { to: { repository: app, tag: stable } });
      assert.deepEqual(same.plan.tags, [{ tag: stable, from: undefined, to: image.index }]);
      assert.equal((await store.findManifestInfo(app, { tag: stable }))?.digest, image.index);
      await store.deleteManifest({ repository: app, digest: image.index, by, at: steps.at });
      assert.equal(await usageOf(steps, 'team'), 660);
    });

    storeTest(open, 'the conditions of the target are all looked at, and all must hold', async (steps) => {
      const { store, at } = steps;
      await steps.push(prod);
      const image = await pushImage(steps, 'v1');
      const terms = { fromChainOnly: true, minimumAgeMs: 60_000, requiredReferrers: ['a/signature', 'a/scan'], roles: ['releaser'] };
      const setting = { project: 'prod', version: 0, terms, by, at };
      assert.equal(await store.setPromotionPolicy({ ...setting, project: 'nobody' }), 'absent');
      assert.equal(await store.setPromotionPolicy(setting), 'set');
      assert.equal(await store.setPromotionPolicy(setting), 'stale');
      const kept = { ...terms, project: 'prod', environment: undefined, promotesTo: undefined, promotedFrom: [], version: 1 };
      assert.deepEqual(await store.findPromotionPolicy('prod'), kept);
      const refused = await promote(steps);
      assert.ok(refused.outcome === 'refused');
      assert.deepEqual(
        refused.conditions.map(({ detail: _detail, ...rest }) => rest),
        [
          { name: 'chain', holds: false, project: 'prod' },
          { name: 'minimum-age', holds: false, neededSeconds: 60, foundSeconds: 0 },
          { name: 'referrers', holds: false, needed: ['a/signature', 'a/scan'], found: ['a/signature'] },
          { name: 'role', holds: false, needed: ['releaser'], found: [...by.roles] },
        ],
      );
      assert.match(refused.conditions[2]?.detail ?? '', /no referrer of a\/scan$/);
      assert.equal((await promote(steps, { dryRun: true })).outcome, 'planned', 'a dry run goes on');
      await steps.push(app, { subject: image.index, artifactType: 'a/scan' });
      const looser = { ...setting, version: 1, terms: { ...terms, fromChainOnly: false } };
      assert.equal(await store.setPromotionPolicy(looser), 'set');
      steps.at += 60_000;
      const { plan } = await mustPromote(steps, { by: withRoles('releaser') });
      assert.deepEqual(
        plan.conditions.map(({ holds }) => holds),
        [true, true, true],
      );
    });

    storeTest(open, 'those into what somebody may see are listed, however many others came later', async (steps) => {
      const { store, at } = steps;
      const open = requireRepositoryName('open/app');
      await pushImage(steps, 'v1');
      await steps.push(open);
      assert.equal(await store.updateTenant({ name: 'open', version: undefined, settings: { visibility: 'public' }, by, at }), 'updated');
      const first = await mustPromote(steps, { to: { repository: open, tag: v1 } });
      const second = await mustPromote(steps, { to: { repository: open, tag: v1 } });
      for (let times = 0; times < 12; times += 1) await mustPromote(steps);
      const visibility = { target: { kind: 'held', holder: undefined, action: 1, open: ['public'] }, source: { kind: 'nothing' } } as const;
      const page = await store.listPromotions({ source: app }, visibility, { limit: 1, before: undefined });
      assert.deepEqual([page.items.map(({ id }) => id), page.more], [[second.id], true]);
      const next = await store.listPromotions({ source: app }, visibility, { limit: 1, before: second.id });
      assert.deepEqual([next.items.map(({ id }) => id), next.more], [[first.id], false]);
    });

    storeTest(open, 'tag rules of the target hold', async (steps) => {
      const { store, at } = steps;
      await makeProdRule(steps);
      await pushImage(steps, 'v1');
      await mustPromote(steps);
      const next = await steps.push(app, { tags: ['v1'] });
      assert.equal((await promote(steps, { by: withRoles('administrator') })).outcome, 'tag-immutable');
      assert.equal(await store.findManifest(prod, { digest: next }), undefined);
      const [promotion] = (await store.listPromotions({ repository: prod }, everybody, { limit: 5, before: undefined })).items;
      assert.equal((await store.undoPromotion({ id: promotion?.id ?? 0, by, at })).outcome, 'tag-immutable');
    });
  });
  describeUndo(open);
  describePromotionRaces(open);
}

const everybody = { target: { kind: 'everything' }, source: { kind: 'everything' } } as const;

async function makeProdRule(steps: StoreSteps): Promise<void> {
  await steps.push(prod);
  const terms = { repositories: '**', tags: 'v*', kind: 'immutable', roles: [] } as const;
  await steps.store.createTagRule({ project: 'prod', terms, range: namesOfProject('prod'), by, at: steps.at });
}

function describeUndo(open: OpenStore): void {
  describe('undo', () => {
    storeTest(open, 'points the tags at what they pointed at before, once, while that is kept', async (steps) => {
      const { store, at } = steps;
      const first = await pushImage(steps, 'v1');
      await mustPromote(steps);
      const second = await pushImage(steps, 'v1');
      const { id, plan } = await mustPromote(steps);
      assert.deepEqual([plan.previous, plan.tags.length], [first.index, 2]);
      const before = at + 1;
      const collect = async () => {
        const { items } = await store.listUntaggedManifests(before, undefined, 1000);
        await store.removeUntaggedManifests({ before, at: steps.at, by, manifests: items });
      };
      await collect();
      assert.notEqual(await store.findManifest(prod, { digest: first.index }), undefined, 'the promotion holds it');
      const undo = { id, by, at };
      assert.deepEqual(await store.undoPromotion(undo), { outcome: 'undone', tags: [companion(second.index), 'v1'], left: [] });
      assert.deepEqual(await store.undoPromotion(undo), { outcome: 'already-undone' });
      assert.equal((await store.findManifestInfo(prod, { tag: v1 }))?.digest, first.index);
      assert.equal(await store.findManifestInfo(prod, { tag: requireTag(companion(second.index)) }), undefined);
      assert.deepEqual((await store.findPromotion(id, { kind: 'everything' }))?.undone, { at, by: by.actor });
      assert.deepEqual(await store.undoPromotion({ ...undo, id: id + 99 }), { outcome: 'absent' });
    });

    storeTest(open, 'is refused when the tag has moved on, and when what it pointed at is gone', async (steps) => {
      const { store } = steps;
      const first = await pushImage(steps, 'v1');
      await mustPromote(steps);
      await pushImage(steps, 'v1');
      const { id } = await mustPromote(steps);
      const next = await steps.push(prod, { tags: ['v1'] });
      assert.deepEqual(await store.undoPromotion({ id, by, at: steps.at }), { outcome: 'changed-since', digest: next });
      const third = await mustPromote(steps);
      await store.deleteManifest({ repository: prod, digest: next, by, at: steps.at });
      assert.deepEqual(await store.undoPromotion({ id: third.id, by, at: steps.at }), { outcome: 'gone', digest: next });
      steps.at += week;
      const { items } = await store.listUntaggedManifests(steps.at, undefined, 1000);
      await store.removeUntaggedManifests({ before: steps.at, at: steps.at, by, manifests: items });
      assert.equal(await store.findManifest(prod, { digest: first.index }), undefined, 'the window is over');
    });

    storeTest(open, 'old ones are forgotten, except the newest that its tag still shows', async (steps) => {
      const { store, at } = steps;
      await pushImage(steps, 'v1');
      const superseded = await mustPromote(steps);
      const shown = await mustPromote(steps, { undoUntil: at + 1 });
      const removed = await mustPromote(steps, { to: { repository: prod, tag: requireTag('v2') }, undoUntil: at + 1 });
      await store.deleteTag({ repository: prod, tag: requireTag('v2'), by, at });
      const old = (before: number, now: number) => store.listOldPromotions({ before, at: now, after: 0 });
      assert.deepEqual(await old(at, at + week + 1), { ids: [], next: undefined }, 'young');
      assert.deepEqual(await old(at + 1, at + 2), { ids: [removed.id], next: undefined }, 'one may be undone');
      const { ids } = await old(at + 1, at + week + 1);
      assert.deepEqual(ids, [superseded.id, removed.id]);
      assert.equal(await store.removePromotions({ ids }), 2);
      const { items } = await store.listPromotions({ repository: prod }, everybody, { limit: 9, before: undefined });
      assert.deepEqual(
        items.map(({ id }) => id),
        [shown.id],
      );
      assert.deepEqual(await store.listPromotedTags(removed.id), []);
    });

    storeTest(open, 'a tag is restored to what its history says', async (steps) => {
      const { store, at } = steps;
      const first = await steps.push(app, { tags: ['v1'] });
      const second = await steps.push(app, { tags: ['v1'] });
      const other = await steps.push(app);
      const restore = { repository: app, tag: v1, by, at };
      assert.deepEqual(await store.restoreTag({ ...restore, digest: other }), { outcome: 'not-in-history' });
      assert.deepEqual(await store.restoreTag({ ...restore, digest: first }), { outcome: 'restored', previous: second });
      assert.equal((await store.findManifestInfo(app, { tag: v1 }))?.digest, first);
      await store.deleteManifest({ repository: app, digest: second, by, at });
      assert.deepEqual(await store.restoreTag({ ...restore, digest: second }), { outcome: 'gone' });
      await store.deleteTag({ repository: app, tag: v1, by, at });
      assert.deepEqual(await store.restoreTag({ ...restore, digest: first }), { outcome: 'restored', previous: undefined });
      assert.deepEqual(await store.restoreTag({ ...restore, repository: web, digest: first }), { outcome: 'absent' });
    });

    storeTest(open, 'a referrer that a promotion brings is late for the next one in the chain', async (steps) => {
      const { store } = steps;
      const image = await pushImage(steps, 'v1');
      const last = { from: { repository: prod, reference: { tag: v1 } }, to: { repository: foreign, tag: v1 } };
      const first = await mustPromote(steps);
      assert.deepEqual(await store.findPromotionsBehind(first.id), []);
      await mustPromote(steps, last);
      const behind = await mustPromote(steps, last);
      const late = await steps.push(app, { subject: image.index, artifactType: 'a/scan' });
      const { id } = await mustPromote(steps);
      assert.deepEqual(await store.findPromotionsBehind(first.id), []);
      assert.deepEqual(await store.findPromotionsBehind(id), [{ id: behind.id, digest: late, artifactType: 'a/scan' }]);
      await mustPromote(steps, last);
      assert.deepEqual(await store.findPromotionsBehind(id), []);
    });

    storeTest(open, 'a referrer that comes later is noted for the newest promotion into each tag, once', async (steps) => {
      const { store, at } = steps;
      const image = await pushImage(steps, 'v1');
      await mustPromote(steps);
      const newest = await mustPromote(steps);
      const elsewhere = await mustPromote(steps, { to: { repository: web, tag: v1 } });
      assert.deepEqual(await store.findPromotionsWithout(app, image.signature, image.index), []);
      const late = await steps.push(app, { subject: image.index, artifactType: 'a/scan' });
      const without = await store.findPromotionsWithout(app, late, image.index);
      assert.deepEqual(
        without.map(({ id }) => id).sort((left, right) => left - right),
        [newest.id, elsewhere.id],
      );
      await steps.events();
      const note = { id: newest.id, digest: late, artifactType: 'a/scan', at, by };
      assert.deepEqual([await store.noteLateReferrer(note), await store.noteLateReferrer(note)], [true, false]);
      assert.deepEqual(await store.listLateReferrers(newest.id, 5), [{ digest: late, artifactType: 'a/scan', at }]);
      const events = (await steps.events()).map(({ type, repository, data }) => [type, repository, data['promotion']]);
      assert.deepEqual(events, [['referrer.late', prod, newest.id]]);
      await mustPromote(steps);
      assert.deepEqual(
        (await store.findPromotionsWithout(app, late, image.index)).map(({ id }) => id),
        [elsewhere.id],
      );
    });
  });
}

const rounds = 20;

function describePromotionRaces(open: OpenStore): void {
  describe('promotion races', () => {
    storeTest(open, 'against collections and deletes of its source, a promotion has all or nothing', async (steps) => {
      const { store } = steps;
      await steps.push(prod);
      for (let round = 0; round < rounds; round += 1) {
        const blobs = [await steps.blob(app), await steps.blob(app)];
        const child = await steps.push(app, { blobs });
        const root = await steps.push(app, { children: [child], tags: ['v1'] });
        const { at } = steps;
        const before = at + 1;
        const repositoryId = (await store.findRepository(app))?.id ?? 0;
        const take = async () => {
          await store.deleteManifest({ repository: app, digest: root, by, at });
          await store.deleteManifest({ repository: app, digest: child, by, at });
          await store.removeUnreferencedLinks({ before, links: blobs.map((digest) => ({ repositoryId, digest })) });
          const { items } = await store.listUnlinkedPlacements(before, undefined, 100);
          const condemned = await store.condemnPlacements({ before, at, placementIds: items.map(({ placementId }) => placementId) });
          await store.forgetPlacements({ placementIds: condemned.map(({ placementId }) => placementId), at });
        };
        const [answer] = await Promise.all([promote(steps), take()]);
        const isPromoted = answer.outcome === 'promoted';
        assert.ok(isPromoted || ['absent', 'changed', 'lost'].includes(answer.outcome), answer.outcome);
        const there = await Promise.all([
          ...[root, child].map((digest) => store.findManifest(prod, { digest })),
          ...blobs.map((digest) => store.findBlob(prod, digest)),
        ]);
        assert.deepEqual(new Set(there.map((found) => found !== undefined)), new Set([isPromoted]), `round ${round}: ${answer.outcome}`);
      }
    });

    storeTest(open, 'promotions at once of images that share their blobs are all made, and charged exactly', async (steps) => {
      const { store } = steps;
      const blobs = [await steps.blob(app), await steps.blob(app), await steps.blob(app)];
      const tags = Array.from({ length: 6 }, (_, index) => requireTag(`t${index}`));
      for (const tag of tags) await steps.push(app, { blobs, tags: [tag] });
      for (let round = 0; round < 3; round += 1) {
        const to = requireRepositoryName(`prod/app${round}`);
        const answers = await Promise.all(
          tags.flatMap((tag) => [
            promote(steps, { from: { repository: app, reference: { tag } }, to: { repository: to, tag } }),
            steps.tryPush(app, { blobs, tags: [tag] }),
          ]),
        );
        assert.deepEqual(new Set(answers.map(({ outcome }) => outcome)), new Set(['promoted', 'stored']));
        for (const tag of tags) assert.notEqual(await store.findManifestInfo(to, { tag }), undefined);
      }
      assert.equal(await usageOf(steps, 'prod'), 660);
    });
  });
}
