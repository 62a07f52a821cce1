import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { maskOf } from '../../registry/action-mask.ts';
import { type Action, actions } from '../../registry/ports/authorizer.ts';
import { rangeOfPattern } from '../../registry/repository-pattern.ts';
import { newUser, rolesOn } from './access.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, foreign, storeTest } from './contract-steps.ts';

const all = { actions: maskOf(actions), mayOrphan: false };
const only = (...held: Action[]) => ({ actions: maskOf(held), mayOrphan: false });

/** A project `team` that alice owns, and one of somebody else. */
async function begin(steps: StoreSteps) {
  const { store, at } = steps;
  const alice = await newUser(steps, 'alice');
  await newUser(steps, 'bob');
  for (const name of [app, foreign]) await steps.begin(name);
  await store.setProjectRole({ userId: alice.id, project: 'team', role: 'owner', by, at });
  const add = (name: string, role: string, pattern = '**', authority = all, kind: 'user' | 'group' = 'user') => {
    const range = rangeOfPattern('team', pattern) ?? assert.fail(pattern);
    return store.addMember({ scope: 'team', subject: { kind, name }, role, pattern, ...range, authority, by, at });
  };
  const members = async () => (await store.listMembers('team', { limit: 99, after: undefined })).items;
  return { store, at, alice, add, members };
}

/** Roles of projects and of the registry, members, groups. */
export function describeMembers(open: OpenStore): void {
  describe('members', () => {
    storeTest(open, 'members are added, listed, changed and removed, each through its project', async (steps) => {
      const { store, at, add, members } = await begin(steps);
      assert.deepEqual(await add('nobody', 'reader'), { outcome: 'unknown-subject' });
      assert.deepEqual(await add('bob', 'king'), { outcome: 'unknown-role' });
      const added = await add('bob', 'reader', 'web/**');
      assert.ok(added.outcome === 'added');
      assert.deepEqual(await add('bob', 'reader', 'web/**'), { outcome: 'exists' });
      assert.equal((await add('bob', 'writer', 'web/**')).outcome, 'added');
      assert.deepEqual(
        (await members()).map(({ subject, role, pattern }) => [subject.name, role, pattern]),
        [
          ['alice', 'owner', '**'],
          ['bob', 'reader', 'web/**'],
          ['bob', 'writer', 'web/**'],
        ],
      );
      const { id } = added;
      const change = (scope: string | undefined, role: string, version: number | undefined = undefined) =>
        store.changeMember({ scope, id, version, role, authority: all, by, at });
      assert.equal(await change('team', 'writer'), 'exists');
      assert.equal(await change('team', 'maintainer', 7), 'stale');
      assert.equal(await change('team', 'maintainer', 1), 'changed');
      assert.deepEqual((await store.findMember('team', id))?.version, 2);
      // CVE-2022-31667: an id is looked up in its own project.
      for (const scope of ['other', undefined, 'nowhere']) {
        assert.equal(await change(scope, 'reader'), 'absent');
        assert.equal(await store.findMember(scope, id), undefined);
        assert.equal(await store.removeMember({ scope, id, version: undefined, authority: all, by, at }), 'absent');
      }
      assert.equal(await store.removeMember({ scope: 'team', id, version: 1, authority: all, by, at }), 'stale');
      assert.equal(await store.removeMember({ scope: 'team', id, version: 2, authority: all, by, at }), 'removed');
      assert.equal(await store.findMember('team', id), undefined);
    });

    storeTest(open, 'nobody gives or takes an action that is not his own', async (steps) => {
      const { store, at, add, members } = await begin(steps);
      const limited = only('pull', 'list', 'administer');
      assert.deepEqual(await add('bob', 'writer', '**', limited), { outcome: 'beyond-authority' });
      const added = await add('bob', 'reader', '**', limited);
      assert.ok(added.outcome === 'added');
      const change = { scope: 'team', version: undefined, authority: limited, by, at };
      assert.equal(await store.changeMember({ ...change, id: added.id, role: 'maintainer' }), 'beyond-authority');
      const [alice] = await members();
      assert.equal(await store.changeMember({ ...change, id: alice?.id ?? 0, role: 'reader' }), 'beyond-authority');
      assert.equal(await store.removeMember({ ...change, id: alice?.id ?? 0 }), 'beyond-authority');
      const role = { scope: 'team', name: 'shipper', authority: limited, by, at };
      assert.equal(await store.createRole({ ...role, actions: maskOf(['push']) }), 'beyond-authority');
      assert.equal(await store.createRole({ ...role, actions: maskOf(['pull']) }), 'created');
      await store.changeMember({ ...change, id: added.id, role: 'shipper' });
      assert.equal(await store.updateRole({ ...role, version: undefined, actions: maskOf(actions) }), 'beyond-authority');
      await store.createGroup({ name: 'ops', by, at });
      assert.equal((await add('ops', 'writer', '**', all, 'group')).outcome, 'added');
      const join = (held: number) => store.addGroupMember({ group: 'ops', user: 'bob', actions: held, by, at });
      assert.equal(await join(limited.actions), 'beyond-authority');
      assert.equal(await join(all.actions), 'added');
    });

    storeTest(open, 'a project keeps somebody who administers it, unless an administrator says otherwise', async (steps) => {
      const { store, at, add, members } = await begin(steps);
      const [alice] = await members();
      const id = alice?.id ?? assert.fail();
      const demote = (mayOrphan = false) =>
        store.changeMember({ scope: 'team', id, version: undefined, role: 'reader', authority: { ...all, mayOrphan }, by, at });
      const remove = (mayOrphan = false) =>
        store.removeMember({ scope: 'team', id, version: undefined, authority: { ...all, mayOrphan }, by, at });
      await add('bob', 'owner', 'web/**');
      await store.createGroup({ name: 'empty', by, at });
      await add('empty', 'owner', '**', all, 'group');
      assert.equal(await demote(), 'last-owner');
      assert.equal(await remove(), 'last-owner');
      assert.equal((await members()).find((member) => member.id === id)?.role, 'owner', 'nothing was changed');
      await store.addGroupMember({ group: 'empty', user: 'bob', actions: all.actions, by, at });
      assert.equal(await demote(), 'changed');
      await store.removeGroupMember({ group: 'empty', user: 'bob', by, at });
      assert.equal(await remove(true), 'removed');
    });

    storeTest(open, 'a group that alone owns a project is not deleted', async (steps) => {
      const { store, at, add, members } = await begin(steps);
      const [alice] = await members();
      const id = alice?.id ?? assert.fail();
      await store.createGroup({ name: 'owners', by, at });
      await store.addGroupMember({ group: 'owners', user: 'bob', actions: all.actions, by, at });
      await add('owners', 'owner', '**', all, 'group');
      const drop = () => store.deleteGroup({ name: 'owners', by, at });
      const remove = () => store.removeMember({ scope: 'team', id, version: undefined, authority: all, by, at });
      assert.equal(await remove(), 'removed');
      const refused = { outcome: 'last-owner', project: 'team' };
      assert.deepEqual(await drop(), refused);
      assert.deepEqual((await members()).length, 1, 'nothing was changed');
      await add('bob', 'owner', 'web/**');
      assert.deepEqual(await drop(), refused, 'nor does the owner of a part administer it');
      await add('bob', 'owner');
      assert.deepEqual(await drop(), { outcome: 'deleted' });
    });

    storeTest(open, 'two owners who remove each other at once do not both succeed', async (steps) => {
      const { store, at, add, members } = await begin(steps);
      await add('bob', 'owner');
      const ids = (await members()).map(({ id }) => id);
      const removals = await Promise.all(
        ids.map((id) => store.removeMember({ scope: 'team', id, version: undefined, authority: all, by, at })),
      );
      assert.deepEqual(removals.sort(), ['last-owner', 'removed']);
    });

    storeTest(open, 'custom roles are of one project or of the registry; built-in ones stay', async (steps) => {
      const { store, at, add, alice } = await begin(steps);
      const common = { authority: all, by, at };
      const role = (scope: string | undefined, name: string, ...held: Action[]) =>
        store.createRole({ scope, name, actions: maskOf(held), ...common });
      assert.equal(await role('team', 'reader', 'pull'), 'name-taken');
      assert.equal(await role('team', 'administrator', 'pull'), 'name-taken', 'rules let it through');
      assert.equal(await role('team', 'shipper', 'pull', 'push'), 'created');
      assert.equal(await role('team', 'shipper', 'pull'), 'name-taken');
      assert.equal(await role('other', 'shipper', 'pull'), 'created');
      assert.equal(await role('nowhere', 'shipper', 'pull'), 'absent');
      assert.equal(await role(undefined, 'auditor', 'audit'), 'created');
      const listed = async (scope: string | undefined) =>
        (await store.listRoles(scope, { limit: 99, after: undefined })).items.map(({ name }) => name);
      assert.deepEqual(await listed('team'), ['shipper']);
      assert.deepEqual(await listed(undefined), ['auditor', 'creator', 'maintainer', 'owner', 'reader', 'writer']);
      assert.equal((await store.findRole('team', 'shipper'))?.actions, maskOf(['pull', 'push']));
      for (const name of ['shipper', 'auditor']) assert.equal((await add('bob', name)).outcome, 'added');
      const update = { name: 'shipper', scope: 'team', ...common };
      assert.equal(await store.updateRole({ ...update, version: 5, actions: 1 }), 'stale');
      assert.equal(await store.updateRole({ ...update, version: 1, actions: maskOf(['pull', 'promote']) }), 'updated');
      assert.equal(await store.updateRole({ ...update, scope: undefined, name: 'reader', version: undefined, actions: 1 }), 'built-in');
      assert.deepEqual(await store.deleteRole({ scope: undefined, name: 'reader', by, at }), 'built-in');
      assert.deepEqual(await store.deleteRole({ scope: 'team', name: 'shipper', by, at }), 'in-use');
      assert.deepEqual(await store.deleteRole({ scope: 'other', name: 'shipper', by, at }), 'deleted');
      assert.deepEqual(await store.deleteRole({ scope: 'other', name: 'shipper', by, at }), 'absent');
      assert.deepEqual(await rolesOn(store, alice, 'team'), ['owner']);
    });

    storeTest(open, 'groups give their roles to who is in them, and to nobody after', async (steps) => {
      const { store, at, add } = await begin(steps);
      const bob = await newUser(steps, 'robert');
      const create = (name: string) => store.createGroup({ name, by, at });
      assert.deepEqual([await create('devs'), await create('devs'), await create('ops')], ['created', 'name-taken', 'created']);
      assert.deepEqual((await store.listGroups({ limit: 1, after: undefined })).more, true);
      const join = (group: string, user = 'robert') => store.addGroupMember({ group, user, actions: all.actions, by, at });
      assert.deepEqual(
        [await join('none'), await join('devs', 'none'), await join('devs'), await join('devs')],
        ['absent', 'unknown-user', 'added', 'added'],
      );
      await add('devs', 'writer', '**', all, 'group');
      await add('ops', 'maintainer', '**', all, 'group');
      assert.deepEqual(await rolesOn(store, bob, 'team'), ['writer']);
      assert.deepEqual((await store.listGroupMembers('devs', { limit: 9, after: undefined }))?.items, [{ name: 'robert', addedAt: at }]);
      assert.equal(await store.listGroupMembers('none', { limit: 9, after: undefined }), undefined);
      assert.equal(await store.removeGroupMember({ group: 'devs', user: 'robert', by, at }), true);
      assert.equal(await store.removeGroupMember({ group: 'devs', user: 'robert', by, at }), false);
      assert.deepEqual(await rolesOn(store, bob, 'team'), []);
      await join('ops');
      assert.deepEqual(await rolesOn(store, bob, 'team'), ['maintainer']);
      assert.deepEqual(await store.deleteGroup({ name: 'ops', by, at }), { outcome: 'deleted' });
      assert.deepEqual(await store.deleteGroup({ name: 'ops', by, at }), { outcome: 'absent' });
      assert.deepEqual(await rolesOn(store, bob, 'team'), []);
      assert.equal((await add('ops', 'reader', '**', all, 'group')).outcome, 'unknown-subject');
    });
  });
}
