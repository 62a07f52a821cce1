import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type Digest, type RepositoryName, requireRepositoryName, requireTag } from '@longshore/oci';
import type { QuotaLimits } from '../../registry/ports/quota-store.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, foreign, newDigest, storeTest, web } from './contract-steps.ts';

const today = 20_000;

/** Sets limits of the project `team`. */
async function limit(steps: StoreSteps, limits: Partial<QuotaLimits>, project = 'team'): Promise<void> {
  assert.equal(await steps.store.setQuota({ project, limits, version: 'any', by, at: steps.at }), 'set');
}

async function used(steps: StoreSteps, project = 'team'): Promise<{ bytes: number | undefined; tags: number | undefined }> {
  const quota = await steps.store.findQuota(project, today);
  return { bytes: quota?.usedBytes, tags: quota?.usedTags };
}

/** What was announced of quotas since the last look. */
async function announced(steps: StoreSteps): Promise<string[]> {
  const events = await steps.events();
  return events
    .filter(({ type }) => type.startsWith('quota.') && type !== 'quota.changed')
    .map(({ type, data }) => `${type} ${String(data['kind'])} ${String(data['percent'] ?? data['needed'])}`);
}

const outcomeOf = async (steps: StoreSteps, repository: RepositoryName, digest?: Digest): Promise<string> =>
  (await steps.commit(repository, digest ?? newDigest())).outcome;

/** Limits of projects: refused inside the transaction that would pass one, warned of before. Blobs have 100 bytes. */
export function describeQuotas(open: OpenStore): void {
  describe('quotas', () => {
    storeTest(open, 'bytes up to the limit fit, and what would pass it is not stored', async (steps) => {
      const { store } = steps;
      await steps.begin(app);
      await steps.begin(web);
      const open = [await steps.begin(app), await steps.begin(app), await steps.begin(web)];
      await limit(steps, { bytes: 250 });
      const commit = (uploadId: string, digest = newDigest()) =>
        store.commitBlob({ uploadId, epoch: 1, digest, sizeBytes: 100, location: uploadId as never, by, at: steps.at });
      const digest = newDigest();
      assert.equal((await commit(open[0] ?? '', digest)).outcome, 'stored');
      assert.equal((await commit(open[1] ?? '')).outcome, 'stored');
      const refused = await commit(open[2] ?? '');
      assert.deepEqual(refused, {
        outcome: 'quota-exceeded',
        excess: { project: 'team', kind: 'bytes', used: 200, reserved: 0, limit: 250, needed: 100 },
      });
      assert.notEqual(await store.findUpload(open[2] ?? ''), undefined, 'the refused upload is still there');
      assert.equal((await commit(open[2] ?? '', digest)).outcome, 'duplicate', 'what the project has already is free');
      assert.deepEqual(await used(steps), { bytes: 200, tags: 0 });
    });

    storeTest(open, 'a mount is charged to the project that had nothing of it', async (steps) => {
      const { store, at } = steps;
      const digests = [await steps.blob(foreign), await steps.blob(foreign)];
      await steps.begin(app);
      await limit(steps, { bytes: 100 });
      const mount = (digest: Digest | undefined, to = app) => store.mountBlob({ digest: digest ?? newDigest(), from: foreign, to, by, at });
      assert.equal(await mount(digests[0]), true);
      assert.equal(await mount(digests[0], web), true);
      const refused = await mount(digests[1]);
      assert.ok(typeof refused === 'object');
      assert.deepEqual([refused.excess.used, refused.excess.needed], [100, 100]);
      assert.equal(await store.findBlob(app, digests[1] ?? newDigest()), undefined);
      assert.deepEqual(
        [await used(steps), await used(steps, 'other')],
        [
          { bytes: 100, tags: 0 },
          { bytes: 200, tags: 0 },
        ],
      );
    });

    storeTest(open, 'tags up to the limit fit, moving one is free, and a refused push stores no manifest', async (steps) => {
      const { store, at } = steps;
      await steps.push(app, { tags: ['v1'] });
      await limit(steps, { tags: 2 });
      const second = await steps.push(web, { tags: ['v1', 'v1'] });
      const input = steps.manifest(app, { tags: ['v1', 'v2'] });
      assert.deepEqual(await store.commitManifest(input), {
        outcome: 'quota-exceeded',
        excess: { project: 'team', kind: 'tags', used: 2, reserved: 0, limit: 2, needed: 1 },
      });
      assert.equal(await store.findManifest(app, { digest: input.digest }), undefined);
      assert.equal((await steps.tryPush(app, { tags: ['v1'] })).outcome, 'stored');
      assert.deepEqual(await used(steps), { bytes: 60, tags: 2 });
      assert.equal(await store.deleteManifest({ repository: web, digest: second, by, at }), 'deleted');
      assert.deepEqual(await used(steps), { bytes: 40, tags: 1 });
      assert.equal((await steps.tryPush(web, { tags: ['v9'] })).outcome, 'stored');
      assert.equal(await store.deleteTag({ repository: web, tag: requireTag('v9'), by, at }), 'deleted');
      assert.deepEqual(await used(steps), { bytes: 60, tags: 1 });
    });

    storeTest(open, 'a limit below what is there refuses more, and lets everything go', async (steps) => {
      const { store, at } = steps;
      const digests = [await steps.blob(app), await steps.blob(app), await steps.blob(app)];
      const manifest = await steps.push(app, { tags: ['v1', 'v2', 'v3'] });
      const uploadId = await steps.begin(app);
      await limit(steps, { bytes: 150, tags: 1 });
      const refused = await store.commitBlob({ uploadId, epoch: 1, digest: newDigest(), sizeBytes: 1, location: 'x' as never, by, at });
      assert.equal(refused.outcome, 'quota-exceeded');
      for (const digest of digests) await store.deleteBlob({ repository: app, digest, by, at });
      for (const tag of ['v1', 'v2', 'v3']) await store.deleteTag({ repository: app, tag: requireTag(tag), by, at });
      await store.deleteManifest({ repository: app, digest: manifest, by, at });
      assert.deepEqual(await used(steps), { bytes: 0, tags: 0 });
      assert.equal(await outcomeOf(steps, app), 'stored');
      await limit(steps, { bytes: null, tags: null });
      assert.equal(await outcomeOf(steps, app), 'stored');
    });

    storeTest(open, 'a warning comes once at 80 and at 90 percent, and again after the use fell below 75 and 85', async (steps) => {
      const { store, at } = steps;
      const blobs: Digest[] = [];
      const grow = async () => void blobs.push(await steps.blob(app));
      const shrink = async () => store.deleteBlob({ repository: app, digest: blobs.pop() ?? newDigest(), by, at });
      await steps.begin(app);
      await limit(steps, { bytes: 2000 });
      const story: string[][] = [];
      const go = async (times: number, step: () => Promise<unknown>) => {
        for (let time = 0; time < times; time += 1) await step();
        story.push(await announced(steps));
      };
      await go(15, grow);
      await go(1, grow);
      await go(1, grow);
      await go(1, grow);
      await go(2, grow);
      await go(2, shrink);
      await go(1, grow);
      await go(3, shrink);
      await go(2, grow);
      await go(4, shrink);
      await go(2, grow);
      assert.deepEqual(story, [
        [],
        ['quota.warning bytes 80'],
        [],
        ['quota.warning bytes 90'],
        [],
        [],
        [],
        [],
        ['quota.warning bytes 90'],
        [],
        ['quota.warning bytes 80'],
      ]);
      const stored = await steps.tryPush(app, {});
      assert.deepEqual(stored, { outcome: 'stored', created: true, isNearQuota: true });
      await limit(steps, { bytes: 1700 });
      assert.deepEqual(await announced(steps), ['quota.warning bytes 90'], 'a limit that is lowered crosses too');
    });

    storeTest(open, 'a refusal is announced at most once an hour', async (steps) => {
      const { store } = steps;
      await steps.begin(app);
      const excess = { project: 'team', kind: 'tags', used: 5, reserved: 0, limit: 5, needed: 1 } as const;
      for (const later of [0, 1, 3_599_999]) await store.noteQuotaExceeded({ excess, by, at: steps.at + later });
      assert.deepEqual(await announced(steps), ['quota.exceeded tags 1']);
      await store.noteQuotaExceeded({ excess: { ...excess, kind: 'bytes' }, by, at: steps.at });
      assert.deepEqual(await announced(steps), ['quota.exceeded bytes 1'], 'another kind is told of by itself');
      await store.noteQuotaExceeded({ excess, by, at: steps.at + 3_600_000 });
      steps.at += 3_600_000;
      assert.deepEqual(await announced(steps), ['quota.exceeded tags 1']);
    });

    storeTest(open, 'unfinished uploads reserve room, and give it back', async (steps) => {
      const { store, at } = steps;
      const one = await steps.begin(app);
      assert.deepEqual(await store.reserveUpload({ id: one, epoch: 1, least: 5, most: 7 }), { outcome: 'reserved', bytes: 7 });
      assert.equal((await store.findUpload(one))?.isLimited, false);
      await limit(steps, { bytes: 1000 });
      const two = await steps.begin(web);
      assert.equal((await store.findUpload(two))?.isLimited, true);
      const reserve = (id: string, least: number, most: number, epoch = 1) => store.reserveUpload({ id, epoch, least, most });
      assert.deepEqual(await reserve(one, 600, 600), { outcome: 'reserved', bytes: 600 });
      assert.deepEqual(await reserve(one, 700, 700), { outcome: 'reserved', bytes: 700 }, 'in place of what it had');
      assert.deepEqual(await reserve(two, 100, 5000), { outcome: 'reserved', bytes: 300 });
      assert.deepEqual(await reserve(two, 301, 5000), {
        outcome: 'quota-exceeded',
        excess: { project: 'team', kind: 'bytes', used: 0, reserved: 700, limit: 1000, needed: 301 },
      });
      assert.deepEqual(await reserve(two, 1, 1, 2), { outcome: 'lost' });
      assert.equal(await store.advanceUpload({ id: one, epoch: 1, from: 0, to: 50, state: undefined, at }), true);
      assert.deepEqual(await reserve(two, 950, 951), { outcome: 'reserved', bytes: 950 }, 'what came counts, not what was announced');
      await reserve(two, 0, 0);
      await store.cancelUpload({ id: one });
      assert.deepEqual(await reserve(two, 1000, 1000), { outcome: 'reserved', bytes: 1000 });
      assert.equal(await outcomeOf(steps, app), 'stored', 'a commit counts what is stored alone');
    });

    storeTest(open, 'where nothing fits any more no upload begins, and a new project has the limits that new ones have', async (steps) => {
      const { store, at } = steps;
      await store.setQuotaDefaults({ bytes: 100, tags: 3, pullBytesPerDay: 7 });
      await steps.blob(app);
      const quota = await store.findQuota('team', today);
      assert.deepEqual(quota?.limits, { bytes: 100, tags: 3, pullBytesPerDay: 7 });
      const start = (repository: RepositoryName) => store.startUpload({ id: `at ${repository}`, repository, by, algorithm: 'sha256', at });
      for (const repository of [app, requireRepositoryName('team/new')]) {
        const refused = await start(repository);
        assert.ok('outcome' in refused && refused.excess.used === 100);
      }
      assert.equal(await store.findRepository(requireRepositoryName('team/new')), undefined, 'a refused start creates nothing');
      await store.setQuotaDefaults({ bytes: null, tags: null, pullBytesPerDay: null });
      assert.ok('id' in (await start(foreign)));
      assert.deepEqual((await store.findQuota('other', today))?.limits, { bytes: null, tags: null, pullBytesPerDay: null });
    });

    storeTest(open, 'a change of limits says of which version, and leaves what it does not name', async (steps) => {
      const { store, at } = steps;
      await steps.begin(app);
      const set = (limits: Partial<QuotaLimits>, version: number | 'any', project = 'team') =>
        store.setQuota({ project, limits, version, by, at });
      assert.equal(await set({ bytes: 5 }, 'any', 'nobody'), undefined);
      assert.equal(await set({ bytes: 5, tags: 6 }, 1), 'set');
      assert.equal(await set({ bytes: 9 }, 1), 'stale');
      assert.equal(await set({ tags: null, pullBytesPerDay: 8 }, 2), 'set');
      await store.notePulls({ manifests: [], tags: [], projects: [{ project: 'team', day: today, bytes: 3, pulls: 1 }], today });
      assert.deepEqual(await store.findQuota('team', today), {
        project: 'team',
        version: 3,
        limits: { bytes: 5, tags: null, pullBytesPerDay: 8 },
        usedBytes: 0,
        usedTags: 0,
        pulledBytes: 3,
      });
      assert.equal(await store.findQuota('nobody', today), undefined);
    });

    storeTest(open, 'lists by name, by use and by share go on where they stopped', async (steps) => {
      const { store } = steps;
      const blobs: Record<string, number> = { a: 1, b: 3, c: 2, d: 2 };
      const limits: Record<string, number | null> = { a: 100, b: 1000, c: 250, d: null };
      for (const [project, count] of Object.entries(blobs)) {
        for (let index = 0; index < count; index += 1) await steps.blob(requireRepositoryName(`${project}/app`));
        await limit(steps, { bytes: limits[project] ?? null }, project);
      }
      const listed = async (order: 'project' | '-usedBytes' | '-share', least?: number): Promise<string> => {
        const names: string[] = [];
        for (let after: { project: string; orderedBy: number } | undefined; ; ) {
          const [entry, ...others] = await store.listQuotas({ order, least }, { limit: 1, after }, today);
          assert.equal(others.length, 0);
          if (entry === undefined) return names.join(' ');
          names.push(entry.project);
          after = entry;
        }
      };
      assert.equal(await listed('project'), 'a b c d');
      assert.equal(await listed('-usedBytes'), 'b c d a');
      assert.equal(await listed('-share'), 'a c b d');
      assert.equal(await listed('project', 80), 'a c');
      assert.equal(await listed('-share', 80), 'a c');
    });

    storeTest(open, 'of changes at once as many are let through as fit, and the account equals a recount', async (steps) => {
      const { store, at } = steps;
      await steps.begin(app);
      await limit(steps, { bytes: 1195, tags: 7 });
      const uploads = await Promise.all(Array.from({ length: 40 }, (_, index) => steps.begin(index % 2 === 0 ? app : web)));
      const commit = (uploadId: string) =>
        store.commitBlob({ uploadId, epoch: 1, digest: newDigest(), sizeBytes: 100, location: uploadId as never, by, at });
      const pushes = Array.from({ length: 20 }, (_, index) => steps.tryPush(app, { tags: [`t${index}`] }));
      const outcomes = await Promise.all([...uploads.map(commit), ...pushes]);
      const stored = outcomes.map(({ outcome }) => outcome === 'stored');
      const [blobs, manifests] = [stored.slice(0, 40).filter(Boolean).length, stored.slice(40).filter(Boolean).length];
      const bytes = blobs * 100 + manifests * 20;
      assert.deepEqual(await used(steps), { bytes, tags: manifests });
      assert.ok(bytes <= 1195 && bytes > 1095, `${bytes}: no blob was refused that fits`);
      assert.ok(manifests === 7 || (manifests < 7 && bytes > 1175), `${manifests}: nor a manifest`);
      assert.equal((await store.listTags(app, { limit: 100 }))?.items.length, manifests);
    });

    storeTest(open, 'a limit that is set while commits are under way counts for each that comes after', async (steps) => {
      const { store, at } = steps;
      await steps.begin(app);
      const uploads = await Promise.all(Array.from({ length: 30 }, () => steps.begin(app)));
      const commits = uploads.map((uploadId) =>
        store.commitBlob({ uploadId, epoch: 1, digest: newDigest(), sizeBytes: 100, location: uploadId as never, by, at }),
      );
      await commits[0];
      await limit(steps, { bytes: 1 });
      const { bytes: atLimit } = await used(steps);
      await Promise.all(commits);
      assert.deepEqual((await used(steps)).bytes, atLimit, 'nothing was added behind the limit');
      const outcomes = await Promise.all(commits);
      assert.equal(outcomes.filter(({ outcome }) => outcome === 'stored').length * 100, atLimit);
    });
  });
}
