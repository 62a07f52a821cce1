import assert from 'node:assert/strict';
import test from 'node:test';
import { ApiError } from '../../management/problems.ts';
import { maskOf } from '../../registry/action-mask.ts';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { Action, Subject } from '../../registry/ports/authorizer.ts';
import { type RobotDeps, rotateSecret, updateRobot } from './robot-operations.ts';
import { createTrust } from './trust-operations.ts';

const permissions = [{ project: 'team', repositories: '**', role: 'writer' }];
const key = { project: 'team', id: 4 };

/** Operations on a robot that writes, by somebody who may do this. */
function bench(mayDo: readonly Action[]) {
  const calls: string[] = [];
  const deps = {
    robots: {
      findRobot: async () => ({ ...key, name: 'ci', permissions, secrets: [] }),
      findRoleActions: async () => maskOf(['pull', 'push']),
      rotateRobotSecret: async () => calls.push('rotate') > 0,
      updateRobot: async () => {
        calls.push('update');
        return { outcome: 'changed' };
      },
    },
    access: { findAccess: async () => ({ project: { id: 1, visibility: 'private' }, roles: [{ name: 'x', actions: maskOf(mayDo) }] }) },
    trusts: {
      createRobotTrust: async () => {
        calls.push('trust');
        return { outcome: 'created', id: 9 };
      },
      listRobotTrusts: async () => [{ id: 9 }],
    },
    rules: async () => ({ check: () => ({ warnings: [] }) }),
    issuers: new Map([['github', 'token']]),
    newSecret: () => ({ text: 'lsr_x', hash: new Uint8Array() }),
    now: () => 1,
  } as unknown as RobotDeps;
  const subject: Subject = { kind: 'user', id: 1, name: 'alice', administrator: false };
  return { deps, calls, asker: { subject, by: systemAgent('test') } };
}

const isForbidden = (error: unknown) => error instanceof ApiError && error.code === 'forbidden';

test('who may administer but not push gets no secret that pushes, and gives no role that does', async () => {
  const { deps, calls, asker } = bench(['pull', 'administer']);
  await assert.rejects(rotateSecret(deps, asker, key), isForbidden);
  await assert.rejects(updateRobot(deps, asker, key, 1, { permissions: [{ role: 'writer' }] }), isForbidden);
  assert.deepEqual(calls, []);
  await updateRobot(deps, asker, key, 1, { disabled: true });
  assert.deepEqual(calls, ['update'], 'less is always allowed');
});

test('who may administer but not push lets nobody in as a robot that pushes', async () => {
  const { deps, calls, asker } = bench(['pull', 'administer']);
  const trust = { issuer: 'github', rule: 'claims.sub == "a"' };
  await assert.rejects(createTrust(deps, asker, key, trust), isForbidden);
  assert.deepEqual(calls, []);
  const able = bench(['pull', 'push', 'administer']);
  assert.equal((await createTrust(able.deps, able.asker, key, trust)).trust.id, 9);
  assert.deepEqual(able.calls, ['trust']);
});

test('who may do it all gets the secret', async () => {
  const { deps, calls, asker } = bench(['pull', 'push', 'administer']);
  assert.equal((await rotateSecret(deps, asker, key)).secret, 'lsr_x');
  assert.deepEqual(calls, ['rotate']);
});
