import { type ApiClient, createApiClient } from '../../packages/api-client/src/index.ts';
import { basicAuthorization, type TestRegistry } from '../protocol/registry-fixture.ts';
import { protectors, roles } from './expectations.ts';
import { builtIn, ofProjects, type PlannedAsker, type PlannedProject } from './tenants-plan.ts';

/** How somebody logs in: a user name, and an access token or a robot's secret. */
export interface Login {
  readonly name: string;
  readonly secret: string;
  readonly basic: string;
}

/** A client of the management API as the first administrator, the one account that does not come from it. */
export async function bootstrap(registry: TestRegistry): Promise<ApiClient> {
  const { user, password } = await registry.addUser('first');
  await registry.metadata.updateUser({ id: user.id, administrator: true, at: Date.now() });
  const credential = { name: user.name, password };
  const admin = createApiClient({ baseUrl: registry.url, credential });
  const made = await admin.POST('/api/v1/users/{user}/tokens', { params: { path: { user: user.name } }, body: { name: 'builds tenants' } });
  return createApiClient({ baseUrl: registry.url, credential: { token: made.data?.token ?? '' } });
}

/** Everything of a tenant that is there before anybody is a member. */
export async function makeProject(admin: ApiClient, { name, visibility, environment }: PlannedProject): Promise<void> {
  await admin.POST('/api/v1/projects', { body: { name, visibility, environment, description: '0' } });
  const params = { path: { project: name } };
  for (const role of ofProjects) {
    await admin.POST('/api/v1/projects/{project}/roles', { params, body: { name: role, actions: actionsOf(role) } });
  }
  const rule = { repositories: '**', include: ['*'], exclude: [], keep: { kind: 'newest' as const, count: 1000 } };
  await admin.PUT('/api/v1/projects/{project}/retention', { params, body: { rules: [rule] } });
  const header = await versionOf(admin.GET('/api/v1/projects/{project}/quota', { params }));
  await admin.PATCH('/api/v1/projects/{project}/quota', {
    params: { ...params, header },
    body: { limitBytes: 10_000_000, limitTags: 1000 },
  });
}

/** Made when the first tags are pushed, which they would forbid. */
export async function makeTagRules(admin: ApiClient, { name }: PlannedProject): Promise<void> {
  const params = { path: { project: name } };
  await admin.POST('/api/v1/projects/{project}/tag-rules', { params, body: { tags: 'immutable*', kind: 'immutable' } });
  const body = { tags: 'protected*', kind: 'protected' as const, roles: [...protectors] };
  await admin.POST('/api/v1/projects/{project}/tag-rules', { params, body });
}

/** The chain dev -> test -> prod of the projects of one set of roles. */
export async function linkProjects(admin: ApiClient, project: PlannedProject, next: PlannedProject): Promise<void> {
  const path = { project: project.name };
  const header = await versionOf(admin.GET('/api/v1/projects/{project}', { params: { path } }));
  await admin.PATCH('/api/v1/projects/{project}', { params: { path, header }, body: { promotesTo: next.name } });
}

/** Roles of the registry, which every project can use. */
export async function makeRoles(admin: ApiClient): Promise<void> {
  const own = Object.keys(roles).filter((role) => !builtIn.includes(role) && !ofProjects.includes(role));
  for (const name of own) await admin.POST('/api/v1/roles', { body: { name, actions: actionsOf(name) } });
}

function actionsOf(role: string) {
  const given = Object.entries(roles[role] ?? {}).filter(([, cell]) => cell === 'yes');
  return given.map(([action]) => action) as 'pull'[];
}

/** Makes somebody with all roles; undefined for those who have no login. `expiresAt`: of a robot that is to expire. */
export async function makeAsker(
  admin: ApiClient,
  baseUrl: string,
  asker: PlannedAsker,
  expiresAt: string | undefined,
): Promise<Login | undefined> {
  if (asker.kind === 'anonymous') return undefined;
  if (asker.by.endsWith('robot')) return makeRobot(admin, asker, expiresAt);
  const { name } = asker;
  const login = await makeUser(admin, baseUrl, name, asker.kind === 'administrator');
  if (asker.by === 'group') {
    await admin.POST('/api/v1/groups', { body: { name } });
    await admin.PUT('/api/v1/groups/{group}/members/{user}', { params: { path: { group: name, user: name } } });
  }
  const subject = { kind: asker.by === 'group' ? ('group' as const) : ('user' as const), name };
  for (const { project, pattern, role } of asker.holds) {
    const body = { subject, role, repositories: pattern };
    if (project === undefined) await admin.POST('/api/v1/members', { body });
    else await admin.POST('/api/v1/projects/{project}/members', { params: { path: { project } }, body });
  }
  return login;
}

/** A user with an access token. */
export async function makeUser(admin: ApiClient, baseUrl: string, name: string, administrator: boolean): Promise<Login> {
  const password = `password of ${name}`;
  await admin.POST('/api/v1/users', { body: { name, password, administrator } });
  const own = createApiClient({ baseUrl, credential: { name, password } });
  const made = await own.POST('/api/v1/users/{user}/tokens', { params: { path: { user: name } }, body: { name: 'matrix' } });
  return loginOf(name, made.data?.token);
}

/** A robot, of the project of what it holds or of the registry. */
export async function makeRobot(
  admin: ApiClient,
  { name, by, holds }: Pick<PlannedAsker, 'name' | 'by' | 'holds'>,
  expiresAt: string | undefined,
): Promise<Login> {
  const permissions = holds.map(({ project, pattern, role }) => ({
    ...(project !== undefined && { project }),
    repositories: pattern,
    role,
  }));
  const body = { name, permissions, ...(expiresAt !== undefined && { expiresAt }) };
  const project = holds[0]?.project ?? '';
  const made =
    by === 'project robot'
      ? await admin.POST('/api/v1/projects/{project}/robots', { params: { path: { project } }, body })
      : await admin.POST('/api/v1/robots', { body });
  return loginOf(made.data?.robot.userName, made.data?.secret);
}

function loginOf(name = '', secret = ''): Login {
  return { name, secret, basic: basicAuthorization(name, secret) };
}

/** Ends the logins of a user. */
export async function disableUser(admin: ApiClient, user: string): Promise<void> {
  const path = { user };
  const header = await versionOf(admin.GET('/api/v1/users/{user}', { params: { path } }));
  await admin.PATCH('/api/v1/users/{user}', { params: { path, header }, body: { disabled: true } });
}

/** The header that says which version is to be changed: the one that an operation has just shown. */
export async function versionOf(shown: Promise<{ response: Response }>): Promise<{ 'If-Match': string }> {
  return { 'If-Match': (await shown).response.headers.get('etag') ?? '' };
}
