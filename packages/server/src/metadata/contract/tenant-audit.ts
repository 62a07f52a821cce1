import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { maskOf } from '../../registry/action-mask.ts';
import { actions } from '../../registry/ports/authorizer.ts';
import { namesOfProject } from '../../registry/repository-pattern.ts';
import { newUser } from './access.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, storeTest } from './contract-steps.ts';

const authority = { actions: maskOf(actions), mayOrphan: true };

async function entriesOf({ store }: StoreSteps, project?: string) {
  const { items } = await store.listAudit({ ...(project !== undefined && { project }) }, { limit: 100, after: undefined });
  return items.map(({ action, resource, detail: { roles, ...detail } }) => [action, `${resource.kind} ${resource.name}`, detail]);
}

/** What changes of roles, members, groups and projects write into the audit log. */
export function describeTenantAudit(open: OpenStore): void {
  describe('audit of tenants', () => {
    storeTest(open, 'roles and members write who got what, and nothing when nothing changed', async (steps) => {
      const { store, at } = steps;
      await newUser(steps, 'bob');
      await steps.begin(app);
      const common = { scope: 'team', authority, by, at };
      await store.createRole({ ...common, name: 'shipper', actions: maskOf(['pull', 'push']) });
      await store.createRole({ ...common, name: 'shipper', actions: maskOf(['pull']) });
      await store.updateRole({ ...common, name: 'shipper', version: undefined, actions: maskOf(['pull']) });
      const subject = { kind: 'user', name: 'bob' } as const;
      const added = await store.addMember({ ...common, subject, role: 'owner', pattern: '**', ...namesOfProject('team') });
      const id = added.outcome === 'added' ? added.id : assert.fail(added.outcome);
      await store.changeMember({ ...common, id, version: undefined, role: 'shipper' });
      await store.removeMember({ ...common, id, version: 1 });
      await store.removeMember({ ...common, id, version: 2 });
      await store.deleteRole({ scope: 'team', name: 'shipper', by, at });
      const bob = { member: id, subject: 'user:bob', repositories: '**' };
      const expected = [
        ['role.deleted', 'role shipper', { actions: ['pull'] }],
        ['member.removed', 'project team', { ...bob, role: 'shipper' }],
        ['member.changed', 'project team', { ...bob, role: 'shipper', before: 'owner' }],
        ['member.added', 'project team', { ...bob, role: 'owner' }],
        ['role.updated', 'role shipper', { actions: ['pull'], before: ['pull', 'push'] }],
        ['role.created', 'role shipper', { actions: ['pull', 'push'] }],
        ['project.created', 'project team', { project: 'team' }],
      ];
      assert.deepEqual(await entriesOf(steps, 'team'), expected);
    });

    storeTest(open, 'groups write who joined and who left', async (steps) => {
      const { store, at } = steps;
      const bob = await newUser(steps, 'bob');
      const group = { group: 'devs', user: 'bob', by, at };
      for (let times = 0; times < 2; times += 1) {
        await store.createGroup({ name: 'devs', by, at });
        await store.addGroupMember({ ...group, actions: authority.actions });
      }
      for (let times = 0; times < 2; times += 1) await store.removeGroupMember(group);
      for (let times = 0; times < 2; times += 1) await store.deleteGroup({ name: 'devs', by, at });
      await steps.begin(app);
      for (const role of ['writer', 'writer', undefined, undefined]) {
        await store.setProjectRole({ userId: bob.id, project: 'team', role, by, at });
      }
      const entries = (await entriesOf(steps)).filter(([action]) => /^(group|member)/.test(String(action)));
      assert.deepEqual(entries, [
        ['member.removed', 'project team', { subject: 'user:bob', repositories: '**' }],
        ['member.changed', 'project team', { subject: 'user:bob', role: 'writer', repositories: '**' }],
        ['group.deleted', 'group devs', {}],
        ['group.member-removed', 'group devs', { user: 'bob' }],
        ['group.member-added', 'group devs', { user: 'bob' }],
        ['group.created', 'group devs', {}],
      ]);
    });
  });
}
