import assert from 'node:assert/strict';
import test from 'node:test';
import type { RepositoryName } from '@longshore/oci';
import { parseRepositoryName } from '@longshore/oci';
import type { Role } from '../registry/ports/account-store.ts';
import type { AccessLimit, Action, Authorizer, Principal, Resource } from '../registry/ports/authorizer.ts';
import { actions } from '../registry/ports/authorizer.ts';
import { createAuthorizer } from './authorizer.ts';
import type { AnonymousAccess } from './roles.ts';
import { roleActions } from './roles.ts';

const registry: Resource = { kind: 'registry' };
const nobody: Principal = { subject: { kind: 'anonymous' }, limit: undefined };
const alice = user(1, 'alice');
const root: Principal = { subject: { kind: 'user', id: 9, name: 'root', administrator: true }, limit: undefined };

function user(id: number, name: string): Principal {
  return { subject: { kind: 'user', id, name, administrator: false }, limit: undefined };
}

function name(text: string): RepositoryName {
  const parsed = parseRepositoryName(text);
  assert.ok(parsed, text);
  return parsed;
}

function repository(text: string): Resource {
  return { kind: 'repository', name: name(text) };
}

/** An authorizer over grants written `1:team` -> role; a project exists when it is in `projects`. */
function authorizerFor(options: { anonymous?: AnonymousAccess; projects?: string[]; grants?: Record<string, Role> } = {}): Authorizer {
  const { anonymous = 'none', projects = [], grants = {} } = options;
  const findGrant = async (userId: number | undefined, project: string): Promise<{ exists: boolean; role: Role | undefined }> => ({
    exists: projects.includes(project),
    role: grants[`${userId}:${project}`],
  });
  return createAuthorizer({ accounts: { findGrant }, anonymous });
}

async function allowedTo(authorizer: Authorizer, principal: Principal, resource: Resource): Promise<Action[]> {
  const allowed: Action[] = [];
  for (const action of actions) {
    const decision = await authorizer.decide(principal, action, resource);
    assert.match(decision.reason, /\w+ \w+/, 'every decision has a reason for people');
    if (decision.allow) allowed.push(action);
  }
  return allowed;
}

test('administrators may do everything', async () => {
  const authorizer = authorizerFor();
  assert.deepEqual(await allowedTo(authorizer, root, repository('team/app')), [...actions]);
  assert.deepEqual(await allowedTo(authorizer, root, registry), [...actions]);
  assert.deepEqual(await authorizer.visible(root, 'administer'), { kind: 'everything' });
});

for (const [anonymous, allowed] of [
  ['none', []],
  ['pull', ['pull', 'list']],
  ['push', ['pull', 'push', 'update', 'delete', 'list']],
] as const) {
  test(`anonymous access '${anonymous}', which signed-in users have too`, async () => {
    const authorizer = authorizerFor({ anonymous, projects: ['team'] });
    assert.deepEqual(await allowedTo(authorizer, nobody, repository('team/app')), allowed);
    assert.deepEqual(await allowedTo(authorizer, nobody, repository('new/app')), allowed);
    assert.deepEqual(await allowedTo(authorizer, alice, repository('team/app')), allowed);
    const visible = await authorizer.visible(nobody, 'list');
    assert.deepEqual(visible, { kind: anonymous === 'none' ? 'nothing' : 'everything' });
  });
}

test('a grant is for its project only, and for what its role allows', async () => {
  for (const role of Object.keys(roleActions) as Role[]) {
    const authorizer = authorizerFor({ projects: ['team', 'other', 'team2'], grants: { '1:team': role } });
    const byTable = actions.filter((action) => roleActions[role].includes(action));
    assert.deepEqual(await allowedTo(authorizer, alice, repository('team/app/deep')), byTable, role);
    assert.deepEqual(await allowedTo(authorizer, alice, repository('team')), byTable, role);
    for (const elsewhere of ['other/app', 'other/team', 'team2/app']) {
      assert.deepEqual(await allowedTo(authorizer, alice, repository(elsewhere)), [], elsewhere);
    }
    assert.deepEqual(await allowedTo(authorizer, user(2, 'bob'), repository('team/app')), []);
    assert.deepEqual(await allowedTo(authorizer, nobody, repository('team/app')), []);
  }
});

test('a role adds to what anonymous access allows', async () => {
  const authorizer = authorizerFor({ anonymous: 'pull', projects: ['team'], grants: { '1:team': 'creator' } });
  assert.deepEqual(await allowedTo(authorizer, alice, repository('team/app')), ['pull', 'push', 'list']);
});

test('only the user of its name begins a project', async () => {
  const authorizer = authorizerFor();
  assert.deepEqual(await allowedTo(authorizer, alice, repository('alice/app')), ['pull', 'push', 'update', 'delete', 'list']);
  for (const other of ['bob/app', 'alice2/app', 'app/alice', 'team/app']) {
    assert.deepEqual(await allowedTo(authorizer, alice, repository(other)), [], other);
  }
});

test('harbor#23675: a name gives no power over a project that exists', async () => {
  const authorizer = authorizerFor({ projects: ['alice'] });
  assert.deepEqual(await allowedTo(authorizer, alice, repository('alice/app')), []);
});

test('the registry as a whole: signed-in users list, and see only what they were granted', async () => {
  const authorizer = authorizerFor();
  assert.deepEqual(await allowedTo(authorizer, alice, registry), ['list']);
  assert.deepEqual(await allowedTo(authorizer, nobody, registry), []);
  const all = ['reader', 'creator', 'writer', 'maintainer'];
  assert.deepEqual(await authorizer.visible(alice, 'list'), { kind: 'granted', userId: 1, roles: all });
  assert.deepEqual(await authorizer.visible(alice, 'delete'), { kind: 'granted', userId: 1, roles: ['maintainer'] });
  assert.deepEqual(await authorizer.visible(alice, 'administer'), { kind: 'nothing' });
  assert.deepEqual(await authorizer.visible(nobody, 'list'), { kind: 'nothing' });
});

test('a limit narrows whoever it is given to, also administrators, and never widens', async () => {
  const limit: AccessLimit = [{ repository: name('team/app'), actions: ['pull', 'push', 'update', 'administer'] }];
  const authorizer = authorizerFor({ projects: ['team'], grants: { '1:team': 'creator' } });
  assert.deepEqual(await allowedTo(authorizer, { ...root, limit }, repository('team/app')), ['pull', 'push', 'update', 'administer']);
  assert.deepEqual(await allowedTo(authorizer, { ...alice, limit }, repository('team/app')), ['pull', 'push']);
  assert.deepEqual(await allowedTo(authorizer, { ...root, limit }, repository('team/app2')), []);
  assert.deepEqual(await allowedTo(authorizer, { ...root, limit }, registry), []);
  assert.deepEqual(await allowedTo(authorizer, { ...root, limit: [] }, repository('team/app')), []);
});

test('CVE-2026-117685: a limit holds for mount sources and lists as well', async () => {
  const limit: AccessLimit = [{ repository: name('team/app'), actions: ['pull', 'push', 'list'] }];
  for (const anonymous of ['none', 'pull', 'push'] as const) {
    const authorizer = authorizerFor({ anonymous, projects: ['team'] });
    for (const principal of [root, alice, nobody]) {
      assert.equal((await authorizer.decide({ ...principal, limit }, 'pull', repository('team/secret'))).allow, false);
      assert.deepEqual(await authorizer.visible({ ...principal, limit }, 'pull'), { kind: 'nothing' });
      assert.deepEqual(await authorizer.visible({ ...principal, limit }, 'list'), { kind: 'nothing' });
    }
  }
});

test('a token for the catalog lists what its user may see, and pulls nothing', async () => {
  const limit: AccessLimit = [{ repository: '*', actions: ['list'] }];
  const authorizer = authorizerFor({ projects: ['team'], grants: { '1:team': 'maintainer' } });
  assert.deepEqual(await allowedTo(authorizer, { ...alice, limit }, registry), ['list']);
  assert.equal((await authorizer.visible({ ...alice, limit }, 'list')).kind, 'granted');
  assert.deepEqual(await authorizer.visible({ ...alice, limit }, 'pull'), { kind: 'nothing' });
  assert.deepEqual(await allowedTo(authorizer, { ...alice, limit }, repository('team/app')), ['list']);
});
