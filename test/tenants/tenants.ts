import assert from 'node:assert/strict';
import { type ApiClient, eachItem } from '../../packages/api-client/src/index.ts';
import type { TestRegistry } from '../protocol/registry-fixture.ts';
import { until } from '../security/until.ts';
import type { Asked } from './asked-actions.ts';
import { RepositoryState } from './repository-state.ts';
import { type Plan, type PlannedAsker, paths } from './tenants-plan.ts';
import { bootstrap, disableUser, type Login, linkProjects, makeAsker, makeProject, makeRoles, makeTagRules } from './tenants-world.ts';
import type { AsAdministrator } from './traces.ts';

/** The tenants of the plan, on a server. */
export interface Tenants {
  readonly plan: Plan;
  /** The administrator's client of the API. */
  readonly admin: ApiClient;
  readonly asAdministrator: AsAdministrator;
  /** The value of Authorization of another administrator. */
  readonly basic: string;
  /** Projects, and roles that users, groups and robots hold, as the API lists them. */
  count(): Promise<{ projects: number; members: number }>;
  stateOf(project: string, path: string): RepositoryState;
  loginOf(asker: PlannedAsker): Login | undefined;
  /** As a client sends it: name and secret with every request, or a token that was got for the project's repositories. */
  credentialsOf(asker: PlannedAsker, project: string, basic: boolean): Promise<Pick<Asked, 'data' | 'management'>>;
}

/** Builds everything of the plan through the management API, and pushes what the questions are about. */
export async function buildTenants(registry: TestRegistry, plan: Plan): Promise<Tenants> {
  const { projects, askers } = plan;
  const { client, url } = registry;
  const admin = await bootstrap(registry);
  await makeRoles(admin);
  await Promise.all(projects.map((project) => makeProject(admin, project)));
  const [root] = askers.filter(({ kind }) => kind === 'administrator');
  const logins = new Map<string, Login | undefined>();
  const make = async (asker: PlannedAsker, expiresAt?: string) => {
    logins.set(keyOf(asker), await makeAsker(admin, url, asker, expiresAt));
  };
  if (root !== undefined) await make(root);
  const { basic = '' } = logins.get(keyOf(root ?? assert.fail())) ?? {};
  const states = new Map<string, RepositoryState>();
  await Promise.all(
    projects.map(async (project) => {
      for (const path of paths) {
        const name = `${project.name}/${path}`;
        states.set(name, await RepositoryState.push(client, basic, name));
      }
      await makeTagRules(admin, project);
    }),
  );
  for (const [at, project] of projects.entries()) {
    const next = projects[at + 1];
    if (next !== undefined && project.environment !== 'prod') await linkProjects(admin, project, next);
  }
  await Promise.all(askers.filter((asker) => asker !== root && asker.kind !== 'gone').map((asker) => make(asker)));
  const tokens = new Map<string, Promise<string>>();
  const tenants: Tenants = {
    plan,
    admin,
    basic,
    count: () => countOf(admin),
    asAdministrator: (method, path, version) =>
      client.send(method, `/api/v1${path}`, { authorization: basic, ...(version !== undefined && { headers: { 'if-match': version } }) }),
    stateOf: (project, path) => states.get(`${project}/${path}`) ?? assert.fail(`${project}/${path}`),
    loginOf: (asker) => logins.get(keyOf(asker)),
    async credentialsOf(asker, project, isBasic) {
      const login = logins.get(keyOf(asker));
      const management = isBasic || login === undefined ? login?.basic : `Bearer ${login.secret}`;
      if (isBasic) return { data: login?.basic, management };
      const key = `${keyOf(asker)} ${project}`;
      const token =
        tokens.get(key) ??
        tokenOf(
          registry,
          login?.basic,
          paths.map((path) => `repository:${project}/${path}:pull,push,delete`),
        );
      tokens.set(key, token);
      return { data: `Bearer ${await token}`, management };
    },
  };
  await endLogins(registry, tenants, make);
  return tenants;
}

async function countOf(admin: ApiClient): Promise<{ projects: number; members: number }> {
  const lengthOf = async (list: Parameters<typeof eachItem<unknown>>[0]): Promise<number> => {
    let length = 0;
    for await (const _ of eachItem(list)) length += 1;
    return length;
  };
  let members = await lengthOf((query) => admin.GET('/api/v1/members', { params: { query } }));
  members += await lengthOf((query) => admin.GET('/api/v1/robots', { params: { query } }));
  let counted = 0;
  for await (const { name } of eachItem((query) => admin.GET('/api/v1/projects', { params: { query } }))) {
    const path = { project: name };
    members += await lengthOf((query) => admin.GET('/api/v1/projects/{project}/members', { params: { path, query } }));
    members += await lengthOf((query) => admin.GET('/api/v1/projects/{project}/robots', { params: { path, query } }));
    counted += 1;
  }
  return { projects: counted, members };
}

/** A token as docker gets it. */
export async function tokenOf(
  { client }: Pick<TestRegistry, 'client'>,
  basic: string | undefined,
  scopes: readonly string[],
): Promise<string> {
  const query = scopes.map((scope) => `scope=${encodeURIComponent(scope)}`).join('&');
  const { status, body } = await client.send('GET', `/auth/token?service=longshore&${query}`, { authorization: basic });
  assert.equal(status, 200, body.toString());
  return JSON.parse(body.toString()).token;
}

/** Long enough to be asked for everything on a busy machine. */
const robotLifeMs = 8000;

/** Those who are gone had got tokens for everything before. */
async function endLogins(
  { client }: TestRegistry,
  tenants: Tenants,
  make: (asker: PlannedAsker, expiresAt?: string) => Promise<void>,
): Promise<void> {
  for (const asker of tenants.plan.askers.filter(({ kind }) => kind === 'gone')) {
    const isRobot = asker.by === 'registry robot';
    await make(asker, isRobot ? new Date(Date.now() + robotLifeMs).toISOString() : undefined);
    for (const { name } of asker.projects) {
      const { data } = await tenants.credentialsOf(asker, name, false);
      assert.equal((await client.send('GET', `/v2/${name}/in/app/tags/list`, { authorization: data })).status, 200, 'it is good before');
    }
    if (!isRobot) await disableUser(tenants.admin, asker.name);
    const authorization = tenants.loginOf(asker)?.basic;
    await until(async () => (await client.send('GET', '/v2/', { authorization })).status === 401);
  }
}

const keyOf = ({ name, by, projects: [first] }: PlannedAsker) => (by === 'project robot' ? `${first?.name}+${name}` : name);
