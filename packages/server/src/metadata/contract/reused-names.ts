import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { requireTag } from '@longshore/oci';
import { maskOf } from '../../registry/action-mask.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import { actions } from '../../registry/ports/authorizer.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { namesOfProject } from '../../registry/repository-pattern.ts';
import { newUser } from './access.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, storeTest } from './contract-steps.ts';

const range = namesOfProject('team');
const common = { authority: { actions: maskOf(actions), mayOrphan: true }, at: 0, version: undefined };
const robot = { project: 'team', name: 'ci', description: '', expiresAt: undefined, secretHash: new Uint8Array(32), permissions: [] };
const trust = { project: 'team', kind: 'token', issuer: 'github', rule: 'true' } as const;
const bob = { scope: 'team', subject: { kind: 'user', name: 'bob' }, role: 'reader', pattern: '**', ...range } as const;
const rule = { repositories: '**', tags: 'v*', kind: 'immutable', roles: [] } as const;
const policy = { fromChainOnly: false, minimumAgeMs: 0, requiredReferrers: [], roles: [] };
const retention = { rules: [], untaggedDays: 3, allowEmpty: false, schedule: '17 2 * * *' };

/** What is made in the project beforehand, so that there is something to change. */
async function prepare(steps: StoreSteps) {
  const { store, at } = steps;
  const digest = await steps.push(app, { tags: ['latest', 'old'] });
  await newUser(steps, 'bob');
  const projectId = (await store.findTenant('team'))?.id ?? assert.fail();
  await store.createRole({ scope: 'team', name: 'shipper', actions: 1, ...common, by });
  const [member, made] = [await store.addMember({ ...bob, role: 'writer', ...common, by }), await store.createRobot({ ...robot, by, at })];
  const tagRule = await store.createTagRule({ project: 'team', terms: { ...rule, tags: 'x' }, range, by, at });
  assert.ok(member.outcome === 'added' && made.outcome === 'created' && typeof tagRule === 'object');
  await store.setRetentionPolicy({ project: 'team', version: 0, terms: retention, nextRunAt: undefined, by, at });
  return { store, at, digest, projectId, memberId: member.id, robotId: made.id, tagRuleId: tagRule.id };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

/** Everything that changes what is there in a project, in an order in which all of them can be done. */
const changes: Readonly<Record<string, (prepared: Prepared, agent: Agent) => Promise<unknown>>> = {
  addMember: ({ store }, agent) => store.addMember({ ...bob, ...common, by: agent }),
  changeMember: ({ store, memberId: id }, agent) => store.changeMember({ scope: 'team', id, role: 'owner', ...common, by: agent }),
  removeMember: ({ store, memberId: id }, agent) => store.removeMember({ scope: 'team', id, ...common, by: agent }),
  createRole: ({ store }, agent) => store.createRole({ scope: 'team', name: 'other', actions: 1, ...common, by: agent }),
  updateRole: ({ store }, agent) => store.updateRole({ scope: 'team', name: 'shipper', actions: 3, ...common, by: agent }),
  deleteRole: ({ store, at }, agent) => store.deleteRole({ scope: 'team', name: 'shipper', by: agent, at }),
  createRobot: ({ store, at }, agent) => store.createRobot({ ...robot, name: 'other', secretHash: new Uint8Array(31), by: agent, at }),
  updateRobot: ({ store, at, robotId: id }, agent) =>
    store.updateRobot({ project: 'team', id, version: undefined, changes: { description: 'x' }, by: agent, at }),
  rotateRobotSecret: ({ store, at, robotId: id }, agent) =>
    store.rotateRobotSecret({ project: 'team', id, secretHash: new Uint8Array(30), oldUntil: at, by: agent, at }),
  createRobotTrust: ({ store, at, robotId: id }, agent) => store.createRobotTrust({ ...trust, id, by: agent, at }),
  deleteRobotTrust: async ({ store, at, robotId: id }, agent) => {
    const made = await store.createRobotTrust({ ...trust, id, by, at });
    assert.ok(made.outcome === 'created');
    return store.deleteRobotTrust({ project: 'team', id, trustId: made.id, by: agent, at });
  },
  deleteRobot: ({ store, at, robotId: id }, agent) => store.deleteRobot({ project: 'team', id, version: undefined, by: agent, at }),
  createTagRule: ({ store, at }, agent) => store.createTagRule({ project: 'team', terms: rule, range, by: agent, at }),
  updateTagRule: ({ store, at, tagRuleId: id }, agent) =>
    store.updateTagRule({ project: 'team', id, version: 1, terms: rule, range, by: agent, at }),
  deleteTagRule: ({ store, at, tagRuleId: id }, agent) => store.deleteTagRule({ project: 'team', id, version: 2, by: agent, at }),
  setPromotionPolicy: ({ store, at }, agent) => store.setPromotionPolicy({ project: 'team', version: 0, terms: policy, by: agent, at }),
  setRetentionPolicy: ({ store, at }, agent) =>
    store.setRetentionPolicy({ project: 'team', version: 1, terms: retention, nextRunAt: undefined, by: agent, at }),
  deleteRetentionPolicy: ({ store, at }, agent) => store.deleteRetentionPolicy({ project: 'team', version: 2, by: agent, at }),
  deleteWebhook: ({ store, at, projectId: owner }, agent) => store.deleteWebhook({ owner, id: 1, by: agent, at }),
  enqueueJob: ({ store, at, projectId }, agent) =>
    store.enqueueJob({ name: 'retention', input: {}, projectId, requestedBy: agent.actor, by: agent, at }),
  updateTenant: ({ store, at }, agent) =>
    store.updateTenant({ name: 'team', version: undefined, settings: { visibility: 'public' }, by: agent, at }),
  restoreTag: ({ store, at, digest }, agent) => store.restoreTag({ repository: app, tag: requireTag('latest'), digest, by: agent, at }),
  deleteTag: ({ store, at }, agent) => store.deleteTag({ repository: app, tag: requireTag('old'), by: agent, at }),
  deleteManifest: ({ store, at, digest }, agent) => store.deleteManifest({ repository: app, digest, by: agent, at }),
  deleteRepository: ({ store, at }, agent) => store.deleteRepository({ repository: app, by: agent, at }),
  deleteTenant: ({ store, at }, agent) => store.deleteTenant({ name: 'team', version: undefined, force: true, by: agent, at }),
};

/** Names that were another project's when it was decided. */
export function describeReusedNames(open: OpenStore): void {
  describe('re-used names', () => {
    storeTest(open, 'harbor#22900: no change is made to a project that is not the one that was decided on', async (steps) => {
      const prepared = await prepare(steps);
      const retried = (error: unknown) => error instanceof StorageError && error.retryable;
      for (const [name, change] of Object.entries(changes)) {
        await assert.rejects(change(prepared, { ...by, project: prepared.projectId + 1 }), retried, name);
        const answer = await change(prepared, { ...by, project: prepared.projectId });
        assert.doesNotMatch(JSON.stringify(answer), /absent|stale|unknown/, `${name}: there was something to change`);
      }
    });
  });
}
