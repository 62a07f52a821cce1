import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type Digest, requireTag } from '@longshore/oci';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { RetentionTerms, TagFacts } from '../../registry/ports/retention-store.ts';
import { namesOfProject } from '../../registry/repository-pattern.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, foreign, newDigest, storeTest, web } from './contract-steps.ts';

const page = { limit: 100, after: undefined };
const terms: RetentionTerms = {
  rules: [{ repositories: '**', include: ['*'], exclude: [], keep: { kind: 'newest', count: 1 } }],
  untaggedDays: 3,
  allowEmpty: false,
  schedule: '17 2 * * *',
};

/** What removals in `team/app` are told besides what goes; nothing is too young to go. */
export async function removalIn({ store, at }: StoreSteps) {
  const { id: repositoryId } = (await store.findRepository(app)) ?? assert.fail();
  const name = `retention:${repositoryId}`;
  const { fencingToken: token } = (await store.acquireLease({ name, holder: 'run', ttlMs: 60_000 })) ?? assert.fail();
  return { repositoryId, before: at + 1, at, by: systemAgent('retention'), fence: { lease: name, token } };
}

async function factsOf({ store }: StoreSteps): Promise<TagFacts[]> {
  const { id } = (await store.findRepository(app)) ?? assert.fail();
  return store.listTagFacts(id, page);
}

async function has({ store }: StoreSteps, digest: Digest): Promise<boolean> {
  return (await store.findManifest(app, { digest })) !== undefined;
}

/** Retention: what it reads, and what its removals look at again. */
export function describeRetention(open: OpenStore): void {
  describe('retention', () => {
    describeFinding(open);
    describeRemovals(open);
    describePolicies(open);
  });
}

function describeFinding(open: OpenStore): void {
  storeTest(open, 'a name is a store, a project, a repository, or several', async (steps) => {
    const { store, at } = steps;
    await steps.push(app);
    await steps.push(foreign);
    const { projectId } = (await store.findRepository(app)) ?? assert.fail();
    const team = { projectId, project: 'team' };
    assert.deepEqual(await store.findTargets('team'), { isStore: false, project: team, repositoryOf: undefined });
    assert.deepEqual(await store.findTargets('team/app'), { isStore: false, project: undefined, repositoryOf: team });
    assert.deepEqual(await store.findTargets('default'), { isStore: true, project: undefined, repositoryOf: undefined });
    assert.deepEqual(await store.findTargets('nobody'), { isStore: false, project: undefined, repositoryOf: undefined });
    const names = (await store.listProjectsOnStore('default', page)).map(({ project }) => project);
    assert.deepEqual(names, ['other', 'team']);
    assert.deepEqual(await store.listProjectsOnStore('default', { limit: 1, after: 'other' }), [team]);
    assert.deepEqual(await store.listTemporaryProjects({ limit: 10, after: 0 }), []);
    await store.updateTenant({ name: 'team', version: undefined, settings: { expireAfterHours: 72 }, by, at });
    assert.deepEqual(await store.listTemporaryProjects({ limit: 10, after: 0 }), [{ ...team, expireAfterHours: 72 }]);
    assert.deepEqual(await store.listTemporaryProjects({ limit: 10, after: projectId }), []);
    const tag = requireTag('kept');
    const digest = await steps.push(app, { tags: [tag] });
    const expiry = { pushedAt: steps.at, expireAfterHours: 72 };
    assert.deepEqual([await store.findExpiry(app, { tag }), await store.findExpiry(app, { digest })], [expiry, expiry]);
    assert.equal(await store.findExpiry(app, { tag: requireTag('absent') }), undefined);
    await steps.push(foreign, { tags: [tag] });
    assert.equal(await store.findExpiry(foreign, { tag }), undefined, 'which is not temporary');
    await steps.push(web);
    const repositories = (await store.listProjectRepositories(projectId, page)).map(({ name }) => name);
    assert.deepEqual(repositories, [app, web]);
    assert.deepEqual((await store.listProjectRepositories(projectId, { limit: 1, after: app })).length, 1);
  });

  storeTest(open, 'a tag tells its last push and pull', async (steps) => {
    const { store, at } = steps;
    const bytes = Buffer.from('same');
    const digest = await steps.push(app, { tags: ['v1', 'v2'], bytes });
    assert.deepEqual(
      (await factsOf(steps)).map(({ name, pushedAt, pulledAt }) => [name, pushedAt, pulledAt]),
      [
        ['v1', at, undefined],
        ['v2', at, undefined],
      ],
    );
    steps.at += 50;
    await steps.push(app, { tags: ['v2'], bytes });
    const pull = { repository: app, pulls: 1 };
    const tags = [{ ...pull, tag: requireTag('v1'), lastAt: at + 90 }];
    await store.notePulls({ manifests: [{ ...pull, digest, lastAt: at + 70 }], tags, projects: [], today: 1 });
    assert.deepEqual(
      (await factsOf(steps)).map(({ name, pushedAt, pulledAt }) => [name, pushedAt, pulledAt]),
      [
        ['v1', at, at + 90],
        ['v2', at + 50, at + 70],
      ],
    );
    const { id } = (await store.findRepository(app)) ?? assert.fail();
    assert.deepEqual(
      (await store.listTagFacts(id, { limit: 5, after: 'v1' })).map(({ name }) => name),
      ['v2'],
    );
    assert.deepEqual(await store.findPresentManifests(id, [digest, newDigest()]), new Set([digest]));
  });
}

function describeRemovals(open: OpenStore): void {
  storeTest(open, 'a tag goes as it was, and stays when it was pushed, moved or pulled since, leased, or kept by a rule', async (steps) => {
    const { store, at } = steps;
    const bytes = Buffer.from('same');
    const names = ['again', 'gone', 'kept-1', 'leased', 'moved', 'pulled'];
    for (const name of names) await steps.push(app, { tags: [name], ...(name === 'again' && { bytes }) });
    const tags = await factsOf(steps);
    steps.at += 1;
    await steps.push(app, { tags: ['again'], bytes });
    await steps.push(app, { tags: ['moved'] });
    const pull = { repository: app, tag: requireTag('pulled'), pulls: 1, lastAt: at };
    await store.notePulls({ manifests: [], tags: [pull], projects: [], today: 1 });
    await store.leaseContent({
      holder: 'pod/x',
      digest: tags.find(({ name }) => name === 'leased')?.digest ?? assert.fail(),
      expiresAt: at + 99,
    });
    const rule = { repositories: '**', tags: 'kept-*', kind: 'immutable', roles: [] } as const;
    await store.createTagRule({ project: 'team', terms: rule, range: namesOfProject('team'), by, at });
    await steps.events();
    const removal = await removalIn(steps);
    assert.deepEqual(await store.removeTags({ ...removal, tags }), ['gone']);
    assert.deepEqual(
      (await factsOf(steps)).map(({ name }) => name),
      names.filter((name) => name !== 'gone'),
    );
    const [event] = await steps.events();
    assert.deepEqual([event?.type, event?.tag, event?.actor], ['tag.deleted', 'gone', 'system:retention']);
    assert.equal((await store.listTagHistory(app, requireTag('gone'), 1))?.[0]?.actor, 'system:retention');
    assert.deepEqual(await store.removeTags({ ...removal, tags }), []);
    const fence = { ...removal.fence, token: removal.fence.token + 1 };
    await assert.rejects(store.removeTags({ ...removal, fence, tags: await factsOf(steps) }), /taken over/);
  });

  storeTest(open, 'what lost its tag goes with its signatures, then what it held, unless something else holds it', async (steps) => {
    const { store } = steps;
    const children = [await steps.push(app), await steps.push(app)];
    const [lone = assert.fail(), shared = assert.fail()] = children;
    const index = await steps.push(app, { children, tags: ['v1'] });
    const other = await steps.push(app, { children: [shared], tags: ['v2'] });
    const referrer = await steps.push(app, { subject: index });
    const signature = await steps.push(app, { tags: [`${index.replace(':', '-')}.sig`] });
    const removal = await removalIn(steps);
    const tags = (await factsOf(steps)).filter(({ name }) => name === 'v1');
    assert.deepEqual(await store.removeTags({ ...removal, tags }), ['v1']);
    const total = { manifests: 0, tags: 0 };
    for (let round = 0; round < 4; round += 1) {
      const manifestIds = await store.listReleasedManifests(removal.repositoryId, { limit: 10, after: 0 });
      const { manifests, tags } = await store.removeReleased({ ...removal, manifestIds });
      total.manifests += manifests;
      total.tags += tags;
    }
    assert.deepEqual(total, { manifests: 4, tags: 1 });
    const left = await Promise.all([index, lone, referrer, signature, shared, other].map((digest) => has(steps, digest)));
    assert.deepEqual(left, [false, false, false, false, true, true]);
    assert.deepEqual(await store.listReleasedManifests(removal.repositoryId, { limit: 10, after: 0 }), []);
  });

  storeTest(open, 'loose manifests are found once they are old, and one that only waits stays released', async (steps) => {
    const { store, at } = steps;
    const loose = await steps.push(app);
    await steps.push(app, { tags: ['v1'] });
    const removal = await removalIn(steps);
    assert.deepEqual((await store.listLooseManifests(removal.repositoryId, at, undefined)).items, []);
    const { items, cursor } = await store.listLooseManifests(removal.repositoryId, at + 1, undefined);
    assert.deepEqual([items.length, cursor], [1, undefined]);
    const young = await store.removeReleased({ ...removal, before: at, manifestIds: items });
    assert.deepEqual(young, { manifests: 0, tags: 0 });
    assert.deepEqual(await store.removeReleased({ ...removal, manifestIds: items }), { manifests: 1, tags: 0 });
    assert.equal(await has(steps, loose), false);
  });

  storeTest(open, 'nothing is removed of a repository that was deleted', async (steps) => {
    const { store, at } = steps;
    await steps.push(app, { tags: ['v1'] });
    const removal = await removalIn(steps);
    const tags = await factsOf(steps);
    await store.deleteRepository({ repository: app, by, at });
    assert.deepEqual(await store.removeTags({ ...removal, tags }), []);
    const manifestIds = tags.map(({ manifestId }) => manifestId);
    assert.deepEqual(await store.removeReleased({ ...removal, manifestIds }), { manifests: 0, tags: 0 });
  });

  storeTest(open, 'a preview counts what would go, and changes nothing', async (steps) => {
    const { store, at } = steps;
    const index = await steps.push(app, { children: [await steps.push(app, { blobs: [await steps.blob(app)] })], tags: ['v1'] });
    await steps.push(app, { tags: [`${index.replace(':', '-')}.sig`] });
    await steps.push(app, { blobs: [await steps.blob(app)] });
    const { repositoryId, before } = await removalIn(steps);
    async function* tags() {
      yield { repositoryId, names: [requireTag('v1')] };
    }
    const seen: string[] = [];
    const signal = new AbortController().signal;
    const loose = { repositoryIds: [repositoryId], before };
    const found = await store.previewRemoval({ tags: tags(), before, at, loose, signal }, ({ name }) => seen.push(name));
    const repositories = new Map([[repositoryId, { tags: 2, manifests: 4 }]]);
    assert.deepEqual(found, { repositories, tags: 2, manifests: 4, bytes: 200 });
    assert.deepEqual(seen, ['v1', `${index.replace(':', '-')}.sig`]);
    assert.equal((await factsOf(steps)).length, 2);
    const left = AbortSignal.abort(new Error('The client has left.'));
    await assert.rejects(
      store.previewRemoval({ tags: tags(), before, at, loose, signal: left }, () => undefined),
      /has left/,
    );
  });
}

function describePolicies(open: OpenStore): void {
  storeTest(open, 'a policy is set and removed by its version, and due when its time has come', async (steps) => {
    const { store, at } = steps;
    const set = (version: number, nextRunAt: number | undefined, project = 'team') =>
      store.setRetentionPolicy({ project, version, terms, nextRunAt, by, at });
    assert.equal(await set(0, at), 'unknown-project');
    await steps.push(app);
    assert.deepEqual([await set(1, at), await set(0, at + 5), await set(0, at)], ['stale', 'set', 'stale']);
    const policy = (await store.findRetentionPolicy('team')) ?? assert.fail();
    const { projectId } = policy;
    assert.deepEqual(policy, { project: 'team', projectId, ...terms, nextRunAt: at + 5, version: 1, updatedAt: at, updatedBy: by.actor });
    assert.deepEqual(await store.listDuePolicies(at + 4), []);
    const due = { projectId, project: 'team', schedule: terms.schedule, nextRunAt: at + 5 };
    assert.deepEqual(await store.listDuePolicies(at + 5), [due]);
    await store.postponePolicy({ projectId, from: at + 4, to: at + 100 });
    assert.deepEqual(await store.listDuePolicies(at + 5), [due], 'somebody has set another time');
    await store.postponePolicy({ projectId, from: at + 5, to: undefined });
    assert.equal((await store.findRetentionPolicy('team'))?.nextRunAt, undefined);
    const remove = (version: number) => store.deleteRetentionPolicy({ project: 'team', version, by, at });
    assert.deepEqual([await remove(2), await remove(1), await remove(1)], ['stale', 'deleted', 'absent']);
    assert.equal(await store.findRetentionPolicy('team'), undefined);
  });

  storeTest(open, 'runs are kept, the newest first, and announced', async (steps) => {
    const { store, at } = steps;
    await steps.push(app);
    const { projectId } = (await store.findRepository(app)) ?? assert.fail();
    const first = await store.beginRetentionRun({ projectId, kind: 'policy', requestedBy: 'system:schedule', at });
    assert.equal((await store.listRetentionRuns(projectId, { limit: 1, before: undefined }))[0]?.outcome, undefined, 'it runs');
    const id = await store.beginRetentionRun({ projectId, kind: 'cleanup', requestedBy: by.actor, at: at + 1 });
    await steps.events();
    const counts = { tagsKept: 1, tagsRemoved: 2, manifestsRemoved: 3 };
    const finished = { id, project: 'team', kind: 'cleanup', counts, outcome: 'cancelled', message: 'enough', by, at: at + 2 } as const;
    await store.finishRetentionRun(finished);
    assert.deepEqual(
      (await steps.events()).map(({ type }) => type),
      ['retention.finished'],
    );
    const [newest, oldest] = await store.listRetentionRuns(projectId, { limit: 5, before: undefined });
    const run = {
      id,
      kind: 'cleanup',
      requestedBy: by.actor,
      startedAt: at + 1,
      finishedAt: at + 2,
      outcome: 'cancelled',
      message: 'enough',
    };
    assert.deepEqual(newest, { ...run, ...counts });
    assert.deepEqual([oldest?.id, oldest?.outcome, oldest?.finishedAt], [first, 'failed', at + 1], 'its process died');
    assert.deepEqual((await store.listRetentionRuns(projectId, { limit: 5, before: id })).length, 1);
  });

  storeTest(open, 'the end of a temporary project that removed nothing leaves no trace', async (steps) => {
    const { store, at } = steps;
    await steps.push(app);
    const { projectId } = (await store.findRepository(app)) ?? assert.fail();
    await steps.events();
    for (const tagsRemoved of [0, 1]) {
      const id = await store.beginRetentionRun({ projectId, kind: 'expiry', requestedBy: 'system:expiry', at });
      const counts = { tagsKept: 1, tagsRemoved, manifestsRemoved: 0 };
      await store.finishRetentionRun({ id, project: 'team', kind: 'expiry', counts, outcome: 'done', message: undefined, by, at });
      assert.equal((await store.listRetentionRuns(projectId, { limit: 5, before: undefined })).length, tagsRemoved);
      assert.equal((await steps.events()).length, tagsRemoved);
    }
  });
}
