import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { RepositoryName } from '@longshore/oci';
import { requireRepositoryName } from '@longshore/oci';
import { maskOf } from '../../registry/action-mask.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import { type Action, actions, type Visibility } from '../../registry/ports/authorizer.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import type { Remains, TenantFilter, TenantOrder, TenantSettings } from '../../registry/ports/tenant-store.ts';
import { rangeOfPattern } from '../../registry/repository-pattern.ts';
import { newUser, rolesOn } from './access.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, byActor, newDigest, storeTest, web } from './contract-steps.ts';

const plain: TenantSettings = {
  description: undefined,
  visibility: 'private',
  environment: undefined,
  promotesTo: undefined,
  expireAfterHours: undefined,
  allowedAddresses: undefined,
  deniedAddresses: undefined,
};
const everything: Visibility = { kind: 'everything' };

const create = ({ store, at }: StoreSteps, name: string, settings: Partial<TenantSettings> = {}, agent: Agent = by) =>
  store.createTenant({ name, store: 'default', settings: { ...plain, ...settings }, by: agent, at });

async function names(
  store: MetadataStore,
  visibility: Visibility,
  filter: TenantFilter = {},
  order: TenantOrder = { by: 'name', after: undefined },
  limit = 100,
): Promise<string[]> {
  return (await store.listTenants(visibility, filter, order, limit)).items.map(({ name }) => name);
}

/** Removes what a deletion left, as its job does. */
async function removeAll({ store }: StoreSteps, remains: Remains): Promise<void> {
  for (const { id } of await store.listUploadsOfDeleted(remains)) await store.cancelUpload({ id });
  for (let rounds = 0; (await store.removeRemains(remains)) === 'more'; rounds += 1) assert.ok(rounds < 100, 'it never ends');
}

/** Projects, and what is left of them. */
export function describeTenants(open: OpenStore): void {
  describe('tenants', () => {
    storeTest(open, 'a project is created once, shown, and changed by version', async (steps) => {
      const { store, at } = steps;
      const alice = await newUser(steps, 'alice');
      assert.equal(
        await create(steps, 'team', { description: 'ours', visibility: 'internal' }, byActor(`user:${alice.id}:alice`)),
        'created',
      );
      assert.equal(await create(steps, 'team'), 'name-taken');
      assert.deepEqual(await rolesOn(store, alice, 'team'), ['owner']);
      const team = (await store.findTenant('team')) ?? assert.fail();
      const rest = { id: team.id, name: 'team', store: 'default', sizeBytes: 0, createdAt: at, updatedAt: at, version: 1 };
      assert.deepEqual(team, { ...plain, ...rest, description: 'ours', visibility: 'internal', createdBy: `user:${alice.id}:alice` });
      const update = (version: number | undefined, settings: Partial<TenantSettings>, name = 'team') =>
        store.updateTenant({ name, version, settings, by, at: at + 5 });
      assert.equal(await update(2, { visibility: 'public' }), 'stale');
      assert.equal(await update(undefined, {}, 'nowhere'), 'absent');
      assert.equal(await update(1, { visibility: 'public', description: undefined, environment: 'dev', expireAfterHours: 72 }), 'updated');
      const changed = { visibility: 'public', description: undefined, environment: 'dev', expireAfterHours: 72 } as const;
      assert.deepEqual(await store.findTenant('team'), { ...team, ...changed, updatedAt: at + 5, version: 2 });
      assert.deepEqual(
        (await steps.events()).map(({ type, data }) => [type, data['project']]),
        [
          ['project.created', 'team'],
          ['project.updated', 'team'],
        ],
      );
    });

    storeTest(open, 'a chain of projects leads on and never back', async (steps) => {
      const { store, at } = steps;
      await create(steps, 'prod', { environment: 'prod' });
      await create(steps, 'test', { promotesTo: 'prod' });
      assert.equal(await create(steps, 'dev', { promotesTo: 'nowhere' }), 'unknown-target');
      assert.equal(await store.findTenant('dev'), undefined, 'nothing is left of what was refused');
      await create(steps, 'dev', { promotesTo: 'test' });
      const link = (name: string, promotesTo: string) => store.updateTenant({ name, version: undefined, settings: { promotesTo }, by, at });
      for (const name of ['dev', 'test', 'prod']) assert.equal(await link('prod', name), 'circular-chain', name);
      assert.equal((await store.findTenant('dev'))?.promotesTo, 'test');
      await store.deleteTenant({ name: 'test', version: undefined, force: false, by, at });
      assert.equal((await store.findTenant('dev'))?.promotesTo, undefined);
    });

    storeTest(open, 'lists show what is visible, filtered and sorted, in pages', async (steps) => {
      const { store } = steps;
      const [eve, group] = [await newUser(steps, 'eve'), 'readers'];
      let { at } = steps;
      const make = async (name: string, settings: Partial<TenantSettings>) => {
        at += 1;
        await store.createTenant({ name, store: 'default', settings: { ...plain, ...settings }, by, at });
      };
      await make('open-b', { visibility: 'public', environment: 'prod' });
      await make('open-a', { visibility: 'public' });
      await make('inside', { visibility: 'internal', environment: 'prod' });
      for (const name of ['mine', 'theirs', 'groups', 'hidden']) await make(name, {});
      await store.setProjectRole({ userId: eve.id, project: 'mine', role: 'reader', by, at });
      await store.createGroup({ name: group, by, at });
      await store.addGroupMember({ group, user: 'eve', actions: 511, by, at });
      const authority = { actions: 511, mayOrphan: true };
      const part = { pattern: 'a/**', low: 'groups/a/', high: 'groups/a/{' };
      await store.addMember({ scope: 'groups', subject: { kind: 'group', name: group }, role: 'reader', ...part, authority, by, at });
      const all = ['groups', 'hidden', 'inside', 'mine', 'open-a', 'open-b', 'theirs'];
      assert.deepEqual(await names(store, everything), all);
      const held = (open: readonly ('public' | 'internal')[], action: 'list' | 'push' = 'list'): Visibility => ({
        kind: 'held',
        holder: eve,
        action: maskOf([action]),
        open,
      });
      const visible = ['groups', 'inside', 'mine', 'open-a', 'open-b'];
      const user = held(['public', 'internal']);
      assert.deepEqual(await names(store, user), visible);
      assert.deepEqual(await names(store, held(['public'])), ['groups', 'mine', 'open-a', 'open-b']);
      assert.deepEqual(await names(store, held([], 'push')), []);
      assert.deepEqual(await names(store, { kind: 'held', holder: undefined, action: 1, open: ['public'] }), ['open-a', 'open-b']);
      const projects = (await store.listNamedProjects(3)).slice(1);
      assert.deepEqual(
        projects.map(({ name }) => name),
        ['hidden', 'inside'],
      );
      const besides = { kind: 'held', holder: undefined, action: 1, open: ['public'], projects } as const;
      assert.deepEqual(await names(store, besides), ['hidden', 'inside', 'open-a', 'open-b']);
      assert.deepEqual(await names(store, { kind: 'nothing' }), []);
      for (const visibility of [everything, user]) {
        assert.deepEqual(await names(store, visibility, { environment: 'prod' }), ['inside', 'open-b']);
        assert.deepEqual(await names(store, visibility, { visibility: 'public', prefix: 'open' }), ['open-a', 'open-b']);
        assert.deepEqual(await names(store, visibility, { prefix: 'open-a' }), ['open-a']);
        assert.deepEqual(await names(store, visibility, { prefix: '%' }), []);
      }
      const newest = (await store.listTenants(user, {}, { by: 'newest', after: undefined }, 2)).items;
      assert.deepEqual(
        newest.map(({ name }) => name),
        ['groups', 'mine'],
      );
      assert.deepEqual(await names(store, user, {}, { by: 'newest', after: newest[1] }), ['inside', 'open-a', 'open-b']);
      for (let limit = 1; limit <= 5; limit += 1) {
        const page = await store.listTenants(user, {}, { by: 'name', after: 'inside' }, limit);
        assert.deepEqual([page.items.map(({ name }) => name), page.more], [visible.slice(2, 2 + limit), limit < 3], `${limit}`);
      }
      const wide = { scope: undefined, subject: { kind: 'group', name: group } as const, pattern: '**', low: '', high: '{' };
      await store.addMember({ ...wide, role: 'reader', authority, by, at });
      assert.deepEqual(await names(store, held([])), all);
    });

    storeTest(open, 'a deleted project is gone at once, and what it leaves goes later', async (steps) => {
      const { store, at } = steps;
      const shared = await steps.blob(app);
      await steps.blob(web, shared);
      const config = await steps.blob(app);
      const digest = await steps.push(app, { blobs: [shared, config], tags: ['one', 'two'] });
      await steps.push(app, { subject: digest, tags: ['three'] });
      const open = await steps.begin(web);
      const alice = await newUser(steps, 'alice');
      await store.setProjectRole({ userId: alice.id, project: 'team', role: 'reader', by, at });
      const { id } = (await store.findTenant('team')) ?? assert.fail();
      const lost = {
        repositories: 2,
        tags: ((await store.deleteTenant({ name: 'team', version: undefined, force: false, by, at })) as { lost: { tags: number } }).lost
          .tags,
        sizeBytes: 240,
      };
      assert.deepEqual(await store.deleteTenant({ name: 'team', version: undefined, force: false, by, at }), {
        outcome: 'has-content',
        lost,
      });
      assert.equal((await store.deleteTenant({ name: 'team', version: 9, force: true, by, at })).outcome, 'stale');
      assert.equal((await store.deleteTenant({ name: 'nowhere', version: undefined, force: true, by, at })).outcome, 'absent');
      assert.deepEqual(await store.deleteTenant({ name: 'team', version: 1, force: true, by, at }), { outcome: 'deleted', lost });
      assert.equal(await store.findTenant('team'), undefined);
      assert.equal(await rolesOn(store, alice, 'team'), undefined);
      assert.deepEqual(await names(store, everything), []);
      assert.deepEqual((await store.listRepositories(everything, { limit: 9 })).items, []);
      assert.deepEqual((await store.listRepositories(everything, { limit: 9, after: '' })).items, []);
      assert.equal(await store.findManifest(app, { digest }), undefined);
      assert.equal(await store.findBlob(app, shared), undefined);
      assert.deepEqual(await store.findBlobSources(shared, 'default', everything, 9), []);
      assert.equal(await store.mountBlob({ digest: shared, from: app, to: web, by, at }), false);

      // The name is another project's now, which has nothing of the first.
      assert.equal(await create(steps, 'team'), 'created');
      const next = (await store.findTenant('team')) ?? assert.fail();
      assert.ok(next.id > id);
      assert.deepEqual([next.sizeBytes, await rolesOn(store, alice, 'team')], [0, []]);
      const kept = await steps.push(app, { tags: ['one'] });
      assert.deepEqual((await store.listTagHistory(app, 'one' as never, 9)).length, 1);

      // An upload that was open ends with the project that it was for.
      const late = { uploadId: open, epoch: 1, digest: newDigest(), sizeBytes: 5, location: 'late' as never, by, at };
      assert.deepEqual(await store.commitBlob(late), { outcome: 'lost' });
      const job = await store.claimJob({ names: ['remove-deleted'], claimant: 'test', leaseMs: 60_000 });
      assert.deepEqual(job?.input, { projectId: id });
      assert.equal((await store.listUploadsOfDeleted({ projectId: id }))[0]?.id, open);
      await removeAll(steps, { projectId: id });
      assert.equal(await store.findUpload(open), undefined);
      assert.equal((await store.countContent()).repositories, 1);
      assert.equal((await store.findManifest(app, { tag: 'one' as never }))?.digest, kept);
      assert.equal(await store.removeRemains({ projectId: next.id }).catch(() => 'refused'), 'more', 'only what is deleted is removed');
      assert.equal((await store.findManifest(app, { tag: 'one' as never }))?.digest, kept);
      const types = (await steps.events()).map(({ type }) => type);
      assert.equal(types.filter((type) => type === 'project.deleted').length, 1);
    });

    storeTest(open, 'a deleted repository leaves the others and gives back what it took', async (steps) => {
      const { store, at } = steps;
      const shared = await steps.blob(app);
      await steps.blob(web, shared);
      await steps.blob(app);
      const tagged = await steps.push(app, { blobs: [shared], tags: ['one'] });
      await steps.push(web, { blobs: [shared], tags: ['one'] });
      const id = (await store.findRepository(app))?.id ?? assert.fail();
      const lost = { repositories: 1, tags: 1, sizeBytes: 220 };
      assert.deepEqual(await store.findRepositoryLosses(app), lost);
      const gone = await store.deleteRepository({ repository: app, by, at });
      assert.deepEqual(gone, { outcome: 'deleted', lost });
      assert.equal(await store.findRepositoryLosses(app), undefined);
      assert.deepEqual(await store.deleteRepository({ repository: app, by, at }), { outcome: 'absent' });
      assert.deepEqual((await store.listRepositories(everything, { limit: 9 })).items, [web]);
      await removeAll(steps, { repositoryId: id });
      assert.equal((await store.findTenant('team'))?.sizeBytes, 120);
      assert.equal((await store.countContent()).repositories, 1);
      assert.equal(await store.findManifest(app, { digest: tagged }), undefined);
    });

    storeTest(open, 'harbor#22900: what was decided on one project is not done to the next of its name', async (steps) => {
      const { store, at } = steps;
      await create(steps, 'team');
      const first = (await store.findTenant('team'))?.id ?? assert.fail();
      const [stale, hopeful] = [
        { ...by, project: first },
        { ...by, project: 'none' as const },
      ];
      const start = (agent: Agent, repository: RepositoryName = app) =>
        store.startUpload({ id: `upload-${Math.random()}`, repository, by: agent, algorithm: 'sha256', at });
      const push = (agent: Agent) => store.commitManifest({ ...steps.manifest(app, {}), by: agent });
      const retried = (error: unknown) => error instanceof StorageError && error.retryable;
      await start(stale);
      await store.deleteTenant({ name: 'team', version: undefined, force: true, by, at });
      for (const attempt of [start, push]) await assert.rejects(attempt(stale), retried);
      assert.equal(await store.findTenant('team'), undefined, 'nobody begins a project because an earlier one was his');
      await create(steps, 'team', {}, byActor('user:5:somebody'));
      for (const attempt of [start, push]) {
        await assert.rejects(attempt(stale), retried);
        await assert.rejects(attempt(hopeful), retried);
      }
      await start(by);
      for (const attempt of [start, push]) await assert.rejects(attempt(stale), retried, 'nor where its repository exists');
      await start({ ...hopeful, actor: 'user:5:somebody' });
      await start({ ...by, project: 'none' }, requireRepositoryName('new/app'));
      await start({ ...by, project: 'none' }, requireRepositoryName('new/other'));
    });

    storeTest(open, 'the next project of a chain is told only to whoever may see it', async (steps) => {
      const { store, at } = steps;
      const [alice, bob] = [await newUser(steps, 'alice'), await newUser(steps, 'bob')];
      await create(steps, 'prod', {}, byActor(`user:${alice.id}:alice`));
      await create(steps, 'team', { visibility: 'public', promotesTo: 'prod' });
      const told = async (visibility: Visibility) => {
        const [one, listed] = [
          await store.findTenant('team', visibility),
          await store.listTenants(visibility, {}, { by: 'name', after: undefined }, 9),
        ];
        const answers = [one?.promotesTo, listed.items.find(({ name }) => name === 'team')?.promotesTo];
        answers.push((await store.findPromotionPolicy('team', visibility))?.promotesTo);
        return answers;
      };
      const seenBy = (id?: number, action: Action = 'list'): Visibility => ({
        kind: 'held',
        holder: id === undefined ? undefined : { kind: 'user', id },
        action: maskOf([action]),
        open: ['public'],
      });
      const [shown, hidden] = [new Array(3).fill('prod'), new Array(3).fill(undefined)];
      assert.deepEqual([await told(everything), await told(seenBy(alice.id))], [shown, shown]);
      assert.deepEqual([await told(seenBy()), await told(seenBy(bob.id)), await told({ kind: 'nothing' })], [hidden, hidden, hidden]);
      await store.createGroup({ name: 'devs', by, at });
      await store.addGroupMember({ group: 'devs', user: 'bob', actions: maskOf(actions), by, at });
      const authority = { actions: maskOf(actions), mayOrphan: false };
      const range = rangeOfPattern('prod', 'web/**') ?? assert.fail();
      const subject = { kind: 'group', name: 'devs' } as const;
      await store.addMember({ scope: 'prod', subject, role: 'reader', pattern: 'web/**', ...range, authority, by, at });
      assert.deepEqual([await told(seenBy(bob.id)), await told(seenBy(bob.id, 'push'))], [shown, hidden]);
    });

    storeTest(open, 'pushes that race with the deletion of their project leave nothing in it', async (steps) => {
      const { store, at } = steps;
      for (let round = 0; round < 5; round += 1) {
        await create(steps, 'team');
        const { id } = (await store.findTenant('team')) ?? assert.fail();
        const agent = { ...by, project: id };
        const uploads = await Promise.all([app, web].map((name) => steps.begin(name)));
        const pushes = [
          ...uploads.map((uploadId, index) =>
            store.commitBlob({
              uploadId,
              epoch: 1,
              digest: newDigest(),
              sizeBytes: 1,
              location: `r${round}-${index}` as never,
              by: agent,
              at,
            }),
          ),
          ...[app, web].map((name) => store.commitManifest({ ...steps.manifest(name, { tags: ['a'] }), by: agent })),
        ];
        const deleted = store.deleteTenant({ name: 'team', version: undefined, force: true, by, at });
        for (const result of await Promise.allSettled(pushes)) {
          if (result.status === 'rejected')
            assert.ok(result.reason instanceof StorageError && result.reason.retryable, String(result.reason));
        }
        assert.equal((await deleted).outcome, 'deleted');
        assert.equal(await store.findTenant('team'), undefined);
        await removeAll(steps, { projectId: id });
        const { repositories, manifests, tags, uploads: left } = await store.countContent();
        assert.deepEqual([repositories, manifests, tags, left], [0, 0, 0, 0], `round ${round}`);
      }
    });

    storeTest(open, 'a repository that begins meanwhile is never of the project that goes', async (steps) => {
      const { store, at } = steps;
      const begun = ['team/one', 'team/two', 'team/three'].map((name) => requireRepositoryName(name));
      const remove = () => store.deleteTenant({ name: 'team', version: undefined, force: true, by, at });
      for (let round = 0; round < 20; round += 1) {
        await steps.push(app);
        await Promise.allSettled([remove(), ...begun.map((name) => store.commitManifest({ ...steps.manifest(name, { tags: [] }), by }))]);
        const project = await store.findTenant('team');
        for (const name of begun) {
          const repository = await store.findRepository(name);
          assert.ok(
            repository === undefined || repository.projectId === project?.id,
            `round ${round}: ${name} is left of a deleted project`,
          );
        }
        await remove();
      }
    });
  });
}
