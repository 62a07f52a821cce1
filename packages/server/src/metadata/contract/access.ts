import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { requireRepositoryName } from '@longshore/oci';
import { maskOf } from '../../registry/action-mask.ts';
import type { HeldAccess, RoleHolder } from '../../registry/ports/access.ts';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import { namesOfProject } from '../../registry/repository-pattern.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, byActor, foreign, newDigest, storeTest } from './contract-steps.ts';

/** A user of that name, without password. */
export async function newUser({ store, at }: StoreSteps, name: string): Promise<RoleHolder & { readonly kind: 'user' }> {
  const user = await store.createUser({ name, passwordHash: undefined, administrator: false, at });
  return { kind: 'user', id: user?.id ?? assert.fail(`${name} exists`) };
}

/** What a list shows whoever may pull by a role alone. */
export function pulledBy(holder: RoleHolder): Visibility {
  return { kind: 'held', holder, action: maskOf(['pull']), open: [] };
}

/** What somebody holds on the whole of a project, in short. */
export async function rolesOn(store: MetadataStore, holder: RoleHolder | undefined, project: string): Promise<string[] | undefined> {
  const { project: known, roles }: HeldAccess = await store.findAccess(holder, { project, ...namesOfProject(project) });
  return known && roles.map(({ name }) => name);
}

/** Roles, and who holds them where. */
export function describeAccess(open: OpenStore): void {
  describe('access', () => {
    storeTest(open, 'roles on a whole project are set, changed and taken away', async (steps) => {
      const { store, at } = steps;
      const alice = await newUser(steps, 'alice');
      const set = (project: string, role: string | undefined, userId = alice.id) => store.setProjectRole({ userId, project, role, by, at });
      assert.equal(await rolesOn(store, alice, 'team'), undefined);
      assert.equal(await set('team', 'reader'), false);
      for (const name of ['team/app', 'solo']) await steps.begin(requireRepositoryName(name));
      assert.deepEqual(await rolesOn(store, alice, 'team'), []);
      assert.equal(await set('team', 'reader', 999), false);
      assert.equal(await set('team', 'king'), false);
      assert.equal(await set('team', 'reader'), true);
      assert.equal(await set('team', 'writer'), true);
      assert.equal(await set('team', 'writer'), true);
      assert.equal(await set('solo', 'creator'), true);
      assert.deepEqual(await store.listRolesOfUser(alice.id), [
        { project: 'solo', pattern: '**', role: 'creator' },
        { project: 'team', pattern: '**', role: 'writer' },
      ]);
      assert.deepEqual(await rolesOn(store, undefined, 'team'), []);
      assert.equal(await set('solo', undefined), true);
      assert.deepEqual(await rolesOn(store, alice, 'solo'), []);
      await store.deleteUser({ id: alice.id });
      assert.deepEqual(await rolesOn(store, alice, 'team'), []);
    });

    storeTest(open, 'what is shown besides roles is in every list, and nothing else is', async (steps) => {
      const { store } = steps;
      const shared = newDigest();
      const [beside, below] = [requireRepositoryName('team'), requireRepositoryName('team-b/app')];
      for (const repository of [app, beside, below, foreign]) {
        await steps.blob(repository, shared);
        await steps.push(repository, { tags: ['v1'] });
      }
      const projects = (await store.listNamedProjects(9)).filter(({ name }) => name === 'team');
      assert.equal(projects.length, 1);
      assert.equal((await store.listNamedProjects(2)).length, 2);
      const visibility = { kind: 'held', holder: undefined, action: maskOf(['list']), open: [], projects } as const;
      assert.deepEqual((await store.listRepositories(visibility, { limit: 9 })).items, [beside, app]);
      assert.deepEqual((await store.listRepositories(visibility, { limit: 1 })).items, [beside]);
      assert.deepEqual((await store.listRepositories(visibility, { limit: 9, after: beside })).items, [app]);
      const found = await store.searchRepositories({ term: 'team', visibility }, { limit: 9, after: undefined });
      assert.deepEqual(found.items.map(({ name }) => name).sort(), [beside, app]);
      assert.deepEqual((await store.findBlobSources(shared, 'default', visibility, 9)).sort(), [beside, app]);
      const none = { ...visibility, projects: [] };
      assert.deepEqual((await store.listRepositories(none, { limit: 9 })).items, []);
    });

    storeTest(open, 'a user who makes a project by the first push owns it; who comes later does not', async (steps) => {
      const { store, at } = steps;
      const [alice, bob] = [await newUser(steps, 'alice'), await newUser(steps, 'bob')];
      const push = (id: string, repository: string, actor: string) =>
        store.startUpload({ id, repository: requireRepositoryName(repository), by: byActor(actor), algorithm: 'sha256', at });
      await push('one', 'team/deep/app', `user:${alice.id}:alice`);
      await push('two', 'team/deep/app', `user:${bob.id}:bob`);
      assert.deepEqual(await rolesOn(store, alice, 'team'), ['owner']);
      assert.deepEqual(await rolesOn(store, bob, 'team'), []);
      await push('three', 'gone/app', 'user:999:gone');
      assert.deepEqual(await rolesOn(store, alice, 'gone'), []);
      const ownerless = { ...byActor(`user:${alice.id}:alice`), ownerless: true } as const;
      await store.startUpload({ id: 'four', repository: requireRepositoryName('shop/app'), by: ownerless, algorithm: 'sha256', at });
      assert.deepEqual(await rolesOn(store, alice, 'shop'), [], 'a cluster lets it begin');
    });
  });
}
