import assert from 'node:assert/strict';
import type { ApiClient } from '../../packages/api-client/src/index.ts';
import type { TestRegistry } from '../protocol/registry-fixture.ts';
import { RepositoryState } from './repository-state.ts';
import { type Tenants, tokenOf } from './tenants.ts';
import { type Login, makeRobot, makeUser, versionOf } from './tenants-world.ts';

/** A way to lose what was given: how somebody gets it, how it is taken away, and what tokens from before are answered then. */
interface Loss {
  readonly name: string;
  readonly give: (scene: Scene) => Promise<Login | undefined>;
  readonly take: (scene: Scene) => Promise<unknown>;
  /** To tokens, and to name and secret. */
  readonly answers: readonly [number, number];
}

interface Scene {
  readonly admin: ApiClient;
  readonly url: string;
  /** Of this loss alone; also the name of who loses. */
  readonly project: string;
}

const robot = ({ admin, project }: Scene) =>
  makeRobot(admin, { name: 'robot', by: 'project robot', holds: [{ project, pattern: '**', role: 'maintainer' }] }, undefined);
const user = ({ admin, url, project }: Scene) => makeUser(admin, url, project, false);
const inProject = ({ project }: Scene) => ({ path: { project } });

async function member(scene: Scene, kind: 'user' | 'group' = 'user', role = 'maintainer') {
  const { admin, project } = scene;
  const body = { subject: { kind, name: project }, role };
  return (await admin.POST('/api/v1/projects/{project}/members', { params: inProject(scene), body })).data?.id ?? '';
}

async function userWithRole(scene: Scene, role?: string): Promise<Login> {
  const login = await user(scene);
  await member(scene, 'user', role);
  return login;
}

async function userInGroup(scene: Scene): Promise<Login> {
  const { admin, project } = scene;
  const login = await user(scene);
  await admin.POST('/api/v1/groups', { body: { name: project } });
  await admin.PUT('/api/v1/groups/{group}/members/{user}', { params: { path: { group: project, user: project } } });
  await member(scene, 'group');
  return login;
}

async function userWithOwnRole(scene: Scene): Promise<Login> {
  const body = { name: 'own', actions: ['pull', 'push'] as ('pull' | 'push')[] };
  await scene.admin.POST('/api/v1/projects/{project}/roles', { params: inProject(scene), body });
  return userWithRole(scene, 'own');
}

async function open({ admin, project }: Scene, visibility: 'public' | 'internal' | 'private') {
  const params = { path: { project } };
  const header = await versionOf(admin.GET('/api/v1/projects/{project}', { params }));
  await admin.PATCH('/api/v1/projects/{project}', { params: { ...params, header }, body: { visibility } });
}

async function onlyMember(scene: Scene): Promise<string> {
  const { data } = await scene.admin.GET('/api/v1/projects/{project}/members', { params: inProject(scene) });
  return data?.items.find(({ subject }) => subject.name === scene.project)?.id ?? assert.fail('no member');
}

async function onlyRobot(scene: Scene): Promise<string> {
  const { data } = await scene.admin.GET('/api/v1/projects/{project}/robots', { params: inProject(scene) });
  return data?.items[0]?.id ?? assert.fail('no robot');
}

async function changeRobot(scene: Scene, body: { disabled?: boolean; permissions?: [] }) {
  const path = { project: scene.project, robot: await onlyRobot(scene) };
  const header = await versionOf(scene.admin.GET('/api/v1/projects/{project}/robots/{robot}', { params: { path } }));
  await scene.admin.PATCH('/api/v1/projects/{project}/robots/{robot}', { params: { path, header }, body });
}

const losses: readonly Loss[] = [
  {
    name: 'a member is removed',
    give: (scene) => userWithRole(scene),
    take: async (scene) => {
      const path = { project: scene.project, member: await onlyMember(scene) };
      await scene.admin.DELETE('/api/v1/projects/{project}/members/{member}', { params: { path } });
    },
    answers: [403, 403],
  },
  {
    name: 'a member gets a role without pull',
    give: (scene) => userWithRole(scene),
    take: async (scene) => {
      const path = { project: scene.project, member: await onlyMember(scene) };
      const header = await versionOf(scene.admin.GET('/api/v1/projects/{project}/members/{member}', { params: { path } }));
      await scene.admin.PATCH('/api/v1/projects/{project}/members/{member}', { params: { path, header }, body: { role: 'auditor' } });
    },
    answers: [403, 403],
  },
  {
    name: 'a custom role loses pull',
    give: userWithOwnRole,
    take: async (scene) => {
      const path = { project: scene.project, role: 'own' };
      const header = await versionOf(scene.admin.GET('/api/v1/projects/{project}/roles/{role}', { params: { path } }));
      await scene.admin.PATCH('/api/v1/projects/{project}/roles/{role}', { params: { path, header }, body: { actions: ['push'] } });
    },
    answers: [403, 403],
  },
  {
    name: 'somebody leaves a group',
    give: userInGroup,
    take: ({ admin, project }) =>
      admin.DELETE('/api/v1/groups/{group}/members/{user}', { params: { path: { group: project, user: project } } }),
    answers: [403, 403],
  },
  {
    name: 'a group is deleted',
    give: userInGroup,
    take: ({ admin, project }) => admin.DELETE('/api/v1/groups/{group}', { params: { path: { group: project } } }),
    answers: [403, 403],
  },
  {
    name: 'an internal project is closed',
    give: async (scene) => {
      await open(scene, 'internal');
      return user(scene);
    },
    take: (scene) => open(scene, 'private'),
    answers: [403, 403],
  },
  {
    name: 'a public project is closed to the anonymous',
    give: async (scene) => {
      await open(scene, 'public');
      return undefined;
    },
    take: (scene) => open(scene, 'internal'),
    answers: [401, 401],
  },
  { name: 'a robot loses its permissions', give: robot, take: (scene) => changeRobot(scene, { permissions: [] }), answers: [403, 403] },
  { name: 'a robot is disabled', give: robot, take: (scene) => changeRobot(scene, { disabled: true }), answers: [401, 401] },
  {
    name: 'a robot is deleted',
    give: robot,
    take: async (scene) => {
      const path = { project: scene.project, robot: await onlyRobot(scene) };
      await scene.admin.DELETE('/api/v1/projects/{project}/robots/{robot}', { params: { path } });
    },
    answers: [401, 401],
  },
  {
    name: 'a user is deleted',
    give: (scene) => userWithRole(scene),
    take: ({ admin, project }) => admin.DELETE('/api/v1/users/{user}', { params: { path: { user: project } } }),
    answers: [401, 401],
  },
  {
    name: 'a project is deleted, and made again under its name',
    give: (scene) => userWithRole(scene),
    take: async ({ admin, project }) => {
      await admin.DELETE('/api/v1/projects/{project}', { params: { path: { project }, query: { force: true } } });
      await admin.POST('/api/v1/projects', { body: { name: project } });
    },
    answers: [403, 403],
  },
];

/** Asserts that each loss counts at the next request, for tokens from before as for logins. Answers how many there are. */
export async function assertLosses(registry: TestRegistry, tenants: Tenants): Promise<number> {
  const { client, url } = registry;
  for (const [at, { name, give, take, answers }] of losses.entries()) {
    const scene: Scene = { admin: tenants.admin, url, project: `losing-${at}` };
    await scene.admin.POST('/api/v1/projects', { body: { name: scene.project } });
    const repository = `${scene.project}/app`;
    await RepositoryState.push(client, tenants.basic, repository);
    const login = await give(scene);
    const token = `Bearer ${await tokenOf(registry, login?.basic, [`repository:${repository}:pull,push,delete`])}`;
    const pulls = async () => {
      const tries = [token, login?.basic].map((authorization) => client.send('GET', `/v2/${repository}/manifests/none`, { authorization }));
      return (await Promise.all(tries)).map(({ status }) => status);
    };
    assert.deepEqual(await pulls(), [200, 200], `before ${name}`);
    await take(scene);
    assert.deepEqual(await pulls(), answers, name);
  }
  return losses.length;
}
