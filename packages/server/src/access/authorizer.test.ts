import assert from 'node:assert/strict';
import test from 'node:test';
import type { RepositoryName } from '@longshore/oci';
import { parseRepositoryName } from '@longshore/oci';
import { maskOf } from '../registry/action-mask.ts';
import type { AccessRange, HeldAccess, ProjectVisibility, RoleHolder } from '../registry/ports/access.ts';
import type { Role } from '../registry/ports/account-store.ts';
import type { AccessLimit, Action, Authorizer, Principal, Resource } from '../registry/ports/authorizer.ts';
import { actions } from '../registry/ports/authorizer.ts';
import { projectOf } from '../registry/project-name.ts';
import { rangeOfPattern } from '../registry/repository-pattern.ts';
import { type CreateOnPush, RoleAuthorizer } from './authorizer.ts';
import type { AnonymousAccess } from './roles.ts';
import { roleActions } from './roles.ts';

const registry: Resource = { kind: 'registry' };
const nobody: Principal = { subject: { kind: 'anonymous' }, limit: undefined, credential: 'anonymous' };
const alice = user(1, 'alice');
const robot: Principal = { subject: { kind: 'robot', id: 1, name: 'team' }, limit: undefined, credential: 'robot:1' };
const pod: Principal = {
  subject: { kind: 'kubernetes', cluster: 'prod', name: 'system:serviceaccount:team:default', uid: '1', groups: [], extra: {} },
  limit: undefined,
  credential: 'kubernetes:prod',
};
const root: Principal = { subject: { kind: 'user', id: 9, name: 'root', administrator: true }, limit: undefined, credential: 'password' };

function user(id: number, name: string): Principal {
  return { subject: { kind: 'user', id, name, administrator: false }, limit: undefined, credential: 'password' };
}

function name(text: string): RepositoryName {
  const parsed = parseRepositoryName(text);
  assert.ok(parsed, text);
  return parsed;
}

function repository(text: string): Resource {
  return { kind: 'repository', name: name(text) };
}

interface Situation {
  readonly anonymous?: AnonymousAccess;
  readonly createOnPush?: CreateOnPush;
  /** Names of those that exist, with their visibility where it is not private. */
  readonly projects?: readonly string[] | Readonly<Record<string, ProjectVisibility>>;
  /** `1:team` -> role on the whole of team, `1:team/a/**` on a part of it, `1:` on every project. */
  readonly grants?: Readonly<Record<string, Role>>;
}

function authorizerFor({ anonymous = 'none', createOnPush = 'own-name', projects = [], grants = {} }: Situation = {}): Authorizer {
  const known: Readonly<Record<string, ProjectVisibility>> = Array.isArray(projects)
    ? Object.fromEntries(projects.map((project) => [project, 'private']))
    : (projects as Record<string, ProjectVisibility>);
  const findAccess = async (holder: RoleHolder | undefined, { project, low, high }: AccessRange): Promise<HeldAccess> => {
    const bound = Object.entries(grants).filter(([binding]) => {
      const [id = '', where = ''] = binding.split(':');
      if (holder === undefined || Number(id) !== holder.id) return false;
      if (where === '') return true;
      const own = projectOf(where);
      const range = rangeOfPattern(own, where.slice(own.length + 1) || '**') ?? assert.fail(where);
      return own === project && project in known && range.low <= low && range.high >= high;
    });
    const visibility = project === undefined ? undefined : known[project];
    return {
      project: visibility && { id: 1, visibility },
      roles: bound.map(([, role]) => ({ name: role, actions: maskOf(roleActions[role]) })),
    };
  };
  return new RoleAuthorizer({ access: { findAccess }, anonymous, createOnPush });
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
    const open = { kind: 'held', holder: undefined, action: maskOf(['list']), open: ['public'] };
    assert.deepEqual(visible, anonymous === 'none' ? open : { kind: 'everything' });
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
  assert.deepEqual(await allowedTo(authorizer, alice, repository('alice/app')), ['pull', 'push', 'update', 'delete', 'list', 'promote']);
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
  const held = (action: Action, open: ProjectVisibility[]) => ({
    kind: 'held',
    holder: { kind: 'user', id: 1 },
    action: maskOf([action]),
    open,
  });
  assert.deepEqual(await authorizer.visible(alice, 'list'), held('list', ['public', 'internal']));
  assert.deepEqual(await authorizer.visible(alice, 'delete'), held('delete', []));
  assert.deepEqual(await authorizer.visible(alice, 'administer'), held('administer', []));
  assert.deepEqual(await authorizer.visible(nobody, 'delete'), { kind: 'nothing' });
});

test('visibility opens projects to read: public to anybody, internal to users, never to robots by their name', async () => {
  const authorizer = authorizerFor({ projects: { open: 'public', inside: 'internal', closed: 'private' } });
  const readers: [Principal, string[]][] = [
    [nobody, ['open']],
    [robot, ['open']],
    [pod, ['open']],
    [alice, ['open', 'inside']],
  ];
  for (const [principal, readable] of readers) {
    for (const project of ['open', 'inside', 'closed']) {
      const expected = readable.includes(project) ? ['pull', 'list'] : [];
      assert.deepEqual(await allowedTo(authorizer, principal, repository(`${project}/app`)), expected, project);
      assert.deepEqual(await allowedTo(authorizer, principal, { kind: 'project', name: project }), expected, project);
    }
  }
  assert.deepEqual(await authorizer.visible(robot, 'pull'), {
    kind: 'held',
    holder: { kind: 'robot', id: 1 },
    action: maskOf(['pull']),
    open: ['public'],
  });
});

test('a robot administers nothing, whatever it is bound to', async () => {
  const authorizer = authorizerFor({ projects: ['team'], grants: { '1:': 'owner' } });
  for (const resource of [registry, { kind: 'project', name: 'team' } as const, repository('team/app')]) {
    assert.ok(!(await allowedTo(authorizer, robot, resource)).includes('administer'));
    assert.ok((await allowedTo(authorizer, alice, resource)).includes('administer'));
  }
  assert.deepEqual(await authorizer.visible(robot, 'administer'), { kind: 'nothing' });
});

test('a subject of a cluster holds no role, and begins no project', async () => {
  const authorizer = authorizerFor({ createOnPush: 'users', projects: ['team'], grants: { '1:': 'owner' } });
  for (const resource of [{ kind: 'project', name: 'team' } as const, repository('team/app'), repository('new/app')])
    assert.deepEqual(await allowedTo(authorizer, pod, resource), []);
  assert.deepEqual(await allowedTo(authorizer, pod, registry), ['list']);
  assert.deepEqual(await authorizer.visible(pod, 'administer'), { kind: 'nothing' });
});

test('a role on a part of a project is none on the project, which is listed all the same', async () => {
  const authorizer = authorizerFor({ projects: ['team'], grants: { '1:team/web/**': 'owner' } });
  const all = [...actions];
  assert.deepEqual(await allowedTo(authorizer, alice, repository('team/web/app')), all);
  for (const other of ['team/web', 'team/webapp', 'team', 'team/api'])
    assert.deepEqual(await allowedTo(authorizer, alice, repository(other)), []);
  assert.deepEqual(await allowedTo(authorizer, alice, { kind: 'project', name: 'team' }), ['list']);
});

test('roles on the registry hold in every project, and where none is yet', async () => {
  const authorizer = authorizerFor({ projects: ['team'], grants: { '1:': 'maintainer' } });
  const byTable = actions.filter((action) => roleActions.maintainer.includes(action));
  for (const resource of [repository('team/app'), repository('new/app'), registry])
    assert.deepEqual(await allowedTo(authorizer, alice, resource), byTable);
  const careful = authorizerFor({ createOnPush: 'nobody', grants: { '1:': 'maintainer' } });
  assert.deepEqual(await allowedTo(careful, alice, repository('new/app')), ['pull', 'list']);
});

test('who begins a project is a setting', async () => {
  const nobodyMay = authorizerFor({ createOnPush: 'nobody' });
  assert.deepEqual(await allowedTo(nobodyMay, alice, repository('alice/app')), []);
  const usersMay = authorizerFor({ createOnPush: 'users', projects: ['team'] });
  assert.deepEqual(await allowedTo(usersMay, alice, repository('new/app')), ['pull', 'push', 'update', 'delete', 'list', 'promote']);
  assert.deepEqual(await allowedTo(usersMay, alice, repository('team/app')), []);
  for (const other of [robot, nobody]) assert.deepEqual(await allowedTo(usersMay, other, repository('new/app')), []);
});

test('a decision tells the roles through which somebody acts', async () => {
  const authorizer = authorizerFor({ projects: ['team'], grants: { '1:team': 'writer' } });
  const roles = async (principal: Principal, action: Action) => (await authorizer.decide(principal, action, repository('team/app'))).roles;
  assert.deepEqual(await roles(alice, 'pull'), ['writer']);
  assert.deepEqual(await roles(alice, 'delete'), ['writer']);
  assert.deepEqual(await roles(root, 'delete'), ['administrator']);
  assert.deepEqual(await roles(nobody, 'pull'), []);
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
  assert.equal((await authorizer.visible({ ...alice, limit }, 'list')).kind, 'held');
  assert.deepEqual(await authorizer.visible({ ...alice, limit }, 'pull'), { kind: 'nothing' });
  assert.deepEqual(await allowedTo(authorizer, { ...alice, limit }, repository('team/app')), ['list']);
});
