import assert from 'node:assert/strict';
import test from 'node:test';
import { ApiError } from '../../management/problems.ts';
import { maskOf } from '../../registry/action-mask.ts';
import type { Action, Subject } from '../../registry/ports/authorizer.ts';
import type { RobotPermission } from '../../registry/ports/robot-store.ts';
import { namesOfProject } from '../../registry/repository-pattern.ts';
import { requireGivable } from './givable-permissions.ts';

const alice: Subject = { kind: 'user', id: 1, name: 'alice', administrator: false };
const root: Subject = { kind: 'user', id: 2, name: 'root', administrator: true };
const roles: Readonly<Record<string, readonly Action[]>> = {
  reader: ['pull', 'list'],
  writer: ['pull', 'list', 'push', 'update'],
  keeper: ['administer'],
};
const whole = namesOfProject('team');

/** Whether the subject, who holds these roles on all of team and nothing elsewhere, may give the permission. */
async function mayGive(subject: Subject, holds: readonly string[], permission: Partial<RobotPermission>): Promise<boolean> {
  const deps = {
    robots: { findRoleActions: async ({ role }: { role: string }) => roles[role] && maskOf(roles[role]) },
    access: {
      findAccess: async (_: unknown, { project, low, high }: { project: string | undefined; low: string; high: string }) => ({
        project: { id: 1, visibility: 'private' as const },
        roles:
          project === 'team' && low >= whole.low && high <= whole.high
            ? holds.map((name) => ({ name, actions: maskOf(roles[name] ?? []) }))
            : [],
      }),
    },
  };
  try {
    await requireGivable(deps, subject, [{ project: 'team', repositories: '**', role: 'reader', ...permission }]);
    return true;
  } catch (error) {
    assert.ok(error instanceof ApiError && error.code === 'forbidden');
    return false;
  }
}

test('what somebody may do by several roles together may be given, on all of it or a part, and nothing more', async () => {
  assert.equal(await mayGive(alice, ['reader', 'keeper'], {}), true);
  assert.equal(await mayGive(alice, ['reader', 'keeper'], { repositories: 'app/**' }), true);
  assert.equal(await mayGive(alice, ['writer', 'keeper'], { role: 'writer' }), true);
  assert.equal(await mayGive(alice, ['keeper'], {}), false, 'who only administers may not pull through a robot either');
  assert.equal(await mayGive(alice, ['reader', 'keeper'], { role: 'writer' }), false);
  assert.equal(await mayGive(alice, ['writer', 'keeper'], { project: 'other' }), false);
  assert.equal(await mayGive(alice, ['writer', 'keeper'], { project: undefined }), false, 'every project');
});

test('administrators give everything but what no robot may have', async () => {
  assert.equal(await mayGive(root, [], { project: undefined, role: 'writer' }), true);
  assert.equal(await mayGive(root, [], { role: 'keeper' }), false);
  assert.equal(await mayGive(alice, ['keeper'], { role: 'keeper' }), false);
});
