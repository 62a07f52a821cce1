import type { RepositoryName } from '@longshore/oci';
import Type, { type Static, type TSchema } from 'typebox';
import { isAddressRange } from '../../registry/address-spans.ts';
import { projectVisibilities } from '../../registry/ports/access.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Authorizer, Principal } from '../../registry/ports/authorizer.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import { environments, type Tenant, type TenantSettings, type TenantStore } from '../../registry/ports/tenant-store.ts';
import { losses } from '../losses.ts';
import { formatInstant, instant, projectName } from '../names.ts';
import { listed, listOf, pageOf, pageQuery, sortedBy } from '../paging.ts';
import { ApiError, notFound, stale } from '../problems.ts';
import { defineRoute, type Route } from '../route.ts';
import { isToldActors, namesToldActors, toldTo } from '../told-actors.ts';

const visibilityName = Type.Enum([...projectVisibilities], { description: 'Who may read without a role: anybody, any user, nobody.' });
const environmentName = Type.Enum([...environments]);
const descriptionText = Type.String({ maxLength: 1000 });
const hours = Type.Integer({ minimum: 1, maximum: 87_600, description: 'Content goes so long after its push.' });
const ranges = Type.Array(Type.String({ minLength: 2, maxLength: 49, examples: ['10.0.0.0/8', '2001:db8::/32'] }), {
  maxItems: 100,
  uniqueItems: true,
});
const shownRanges = Type.Optional(Type.Array(ranges.items, { description: toldTo }));
const nullable = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

const project = Type.Object(
  {
    name: projectName,
    description: Type.Optional(descriptionText),
    visibility: visibilityName,
    environment: Type.Optional(environmentName),
    promotesTo: Type.Optional(projectName),
    expireAfterHours: Type.Optional(Type.Integer()),
    allowedAddresses: shownRanges,
    deniedAddresses: shownRanges,
    store: Type.String(),
    sizeBytes: Type.Integer(),
    createdAt: instant,
    createdBy: Type.Optional(Type.String({ description: toldTo })),
    updatedAt: instant,
  },
  { $id: 'Project' },
);

const settings = {
  description: nullable(descriptionText),
  visibility: Type.Optional(visibilityName),
  environment: nullable(environmentName),
  promotesTo: nullable(projectName),
  expireAfterHours: nullable(hours),
  allowedAddresses: nullable({ ...ranges, description: 'Addresses and CIDR ranges that requests may come from; none: all.' }),
  deniedAddresses: nullable({ ...ranges, description: 'Those that they may not come from, allowed or not.' }),
};
const newProject = Type.Object({ name: projectName, ...settings }, { $id: 'NewProject', additionalProperties: false });
const projectChange = Type.Object(settings, { $id: 'ProjectChange', additionalProperties: false });
const params = { project: projectName };

/** What the operations need: where projects are, who may begin one, and on which store it then lives. */
export interface ProjectRouteDeps {
  readonly tenants: TenantStore;
  readonly authorizer: Authorizer;
  readonly storeOf: (project: string) => string;
  readonly clock: () => Millis;
}

/** `/projects` and `/projects/{project}`. */
export function projectRoutes(deps: ProjectRouteDeps): Route[] {
  return [listProjects(deps), createProject(deps), getProject(deps), updateProject(deps), deleteProject(deps)];
}

function listProjects({ tenants, authorizer }: ProjectRouteDeps): Route {
  const byName = Type.Tuple([Type.String()]);
  const byAge = Type.Tuple([Type.Integer(), Type.Integer()]);
  return defineRoute({
    method: 'GET',
    path: '/projects',
    operationId: 'listProjects',
    summary: 'The projects that you may see',
    tag: 'projects',
    needs: 'anybody',
    query: {
      ...pageQuery,
      sort: sortedBy('name', '-createdAt'),
      visibility: Type.Optional(visibilityName),
      environment: Type.Optional(environmentName),
      q: Type.Optional(Type.String({ maxLength: 255, description: 'How the name begins.' })),
    },
    responses: { 200: listOf(project) },
    handle: async (request) => {
      const { sort = 'name', q: prefix, ...filter } = request.query;
      const isNewest = sort === '-createdAt';
      const visible = await authorizer.visible(request.principal, 'list');
      if (isNewest) {
        const { limit, after } = pageOf(request, byAge);
        const page = await tenants.listTenants(
          visible,
          { ...filter, prefix },
          { by: 'newest', after: after && { createdAt: after[0], id: after[1] } },
          limit,
        );
        return listed(request, page, ({ createdAt, id }) => [createdAt, id], await showTo(authorizer, request.principal, page.items));
      }
      const { limit, after } = pageOf(request, byName);
      const page = await tenants.listTenants(visible, { ...filter, prefix }, { by: 'name', after: after?.[0] }, limit);
      return listed(request, page, ({ name }) => [name], await showTo(authorizer, request.principal, page.items));
    },
  });
}

function createProject(deps: ProjectRouteDeps): Route {
  const { tenants, authorizer, storeOf, clock } = deps;
  return defineRoute({
    method: 'POST',
    path: '/projects',
    operationId: 'createProject',
    summary: 'Create a project, which you then own',
    tag: 'projects',
    needs: 'signed-in',
    problems: ['name-taken', 'conflict', 'forbidden'],
    body: newProject,
    responses: { 201: project },
    handle: async ({ body: { name, ...body }, principal, by }) => {
      if (!(await mayBegin(authorizer, principal, name))) {
        throw new ApiError('forbidden', { detail: `You may not create the project ${name}: ask an administrator for it.` });
      }
      const wanted = { ...plain, ...wantedSettings(body) };
      await requireVisibleTarget(authorizer, principal, wanted.promotesTo);
      const outcome = await tenants.createTenant({ name, store: storeOf(name), settings: wanted, by, at: clock() });
      if (outcome === 'name-taken') throw new ApiError('name-taken', { detail: `There is a project ${name} already: take another name.` });
      if (outcome === 'closes-caller') throw closesCaller(by);
      if (outcome !== 'created') throw chainProblem();
      const created = await requireTenant(deps, name, principal);
      return { status: 201, body: show(created, true), version: created.version, location: `/api/v1/projects/${name}` };
    },
  });
}

function getProject(deps: ProjectRouteDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/projects/{project}',
    operationId: 'getProject',
    summary: 'One project',
    tag: 'projects',
    needs: { action: 'list', on: ({ project: name }) => ({ kind: 'project', name }) },
    params,
    responses: { 200: project },
    handle: async (request) => {
      const found = await requireTenant(deps, request.params.project, request.principal);
      const isTold = await isToldActors(deps.authorizer, request.principal, { kind: 'project', name: found.name });
      return { status: 200, body: show(found, isTold), version: found.version };
    },
  });
}

function updateProject(deps: ProjectRouteDeps): Route {
  const { tenants, authorizer, clock } = deps;
  return defineRoute({
    method: 'PATCH',
    path: '/projects/{project}',
    operationId: 'updateProject',
    summary: 'Change the settings of a project',
    tag: 'projects',
    needs: { action: 'administer', on: ({ project: name }) => ({ kind: 'project', name }) },
    ifMatch: 'required',
    problems: ['conflict'],
    params,
    body: projectChange,
    responses: { 200: project },
    handle: async ({ params: { project: name }, body, ifMatch, principal, by }) => {
      const wanted = wantedSettings(body);
      await requireVisibleTarget(authorizer, principal, wanted.promotesTo);
      const outcome = await tenants.updateTenant({ name, version: ifMatch, settings: wanted, by, at: clock() });
      if (outcome === 'absent') throw notFound(`project ${name}`);
      if (outcome === 'stale') throw stale();
      if (outcome === 'closes-caller') throw closesCaller(by);
      if (outcome !== 'updated') throw chainProblem();
      const changed = await requireTenant(deps, name, principal);
      return { status: 200, body: show(changed, true), version: changed.version };
    },
  });
}

function deleteProject({ tenants, clock }: ProjectRouteDeps): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/projects/{project}',
    operationId: 'deleteProject',
    summary: 'Delete a project with everything in it',
    tag: 'projects',
    needs: { action: 'administer', on: ({ project: name }) => ({ kind: 'project', name }) },
    ifMatch: 'optional',
    problems: ['conflict'],
    params,
    query: { force: Type.Optional(Type.Boolean({ default: false, description: 'Also when there is content.' })) },
    responses: { 200: losses },
    handle: async ({ params: { project: name }, query, ifMatch, by }) => {
      const result = await tenants.deleteTenant({ name, version: ifMatch, force: query.force ?? false, by, at: clock() });
      if (result.outcome === 'deleted') return { status: 200, body: { ...result.lost } };
      if (result.outcome !== 'has-content') throw result.outcome === 'stale' ? stale() : notFound(`project ${name}`);
      const { repositories, tags, sizeBytes } = result.lost;
      throw new ApiError('conflict', {
        detail: `The project has ${repositories} repositories with ${tags} tags and ${sizeBytes} bytes, which cannot be brought back: say force=true to lose them.`,
      });
    },
  });
}

const plain: TenantSettings = {
  description: undefined,
  visibility: 'private',
  environment: undefined,
  promotesTo: undefined,
  expireAfterHours: undefined,
  allowedAddresses: undefined,
  deniedAddresses: undefined,
};

/** Null takes a setting away, and so does a list of nothing; what is not named stays. */
function wantedSettings(body: Static<typeof projectChange>): Partial<TenantSettings> {
  for (const setting of ['allowedAddresses', 'deniedAddresses'] as const) {
    const wrong = (body[setting] ?? []).findIndex((range) => !isAddressRange(range));
    if (wrong >= 0) throw notRange(`/${setting}/${wrong}`);
  }
  return Object.fromEntries(
    Object.entries(body).map(([setting, value]) => [
      setting,
      Array.isArray(value) && value.length === 0 ? undefined : (value ?? undefined),
    ]),
  );
}

/** As a push that would begin it is decided on, for users alone: others begin plain ones, and say nothing of who sees them. */
async function mayBegin(authorizer: Authorizer, principal: Principal, name: string): Promise<boolean> {
  if (principal.subject.kind !== 'user') return false;
  return (await authorizer.decide(principal, 'push', { kind: 'repository', name: name as RepositoryName })).allow;
}

/** A project that the caller may not see is none to promote to. */
async function requireVisibleTarget(authorizer: Authorizer, principal: Principal, name: string | undefined): Promise<void> {
  if (name !== undefined && !(await authorizer.decide(principal, 'list', { kind: 'project', name })).allow) throw chainProblem();
}

function notRange(pointer: string): ApiError {
  const detail = "is no address and no CIDR range such as '10.0.0.0/8'";
  return new ApiError('invalid-request', { detail: `${pointer}: ${detail}.`, faults: [{ pointer, detail }] });
}

function closesCaller({ address }: Agent): ApiError {
  return new ApiError('conflict', {
    detail: `Your own address ${address} would be kept out, and only an administrator could mend that: leave it in allowedAddresses.`,
  });
}

function chainProblem(): ApiError {
  return new ApiError('conflict', {
    detail: 'promotesTo must name another project that you may see, whose own chain does not lead back here.',
  });
}

/** As this principal may see it: not the name of a next project that is hidden from him. */
async function requireTenant({ tenants, authorizer }: ProjectRouteDeps, name: string, principal: Principal): Promise<Tenant> {
  const found = await tenants.findTenant(name, await authorizer.visible(principal, 'list'));
  if (found === undefined) throw notFound(`project ${name}`);
  return found;
}

/** Each of a page, as far as somebody is told of it. */
async function showTo(
  authorizer: Authorizer,
  principal: Principal,
  page: readonly Tenant[],
): Promise<(tenant: Tenant) => Static<typeof project>> {
  const places = page.map(({ name }) => ({ kind: 'project', name }) as const);
  const told = await namesToldActors(authorizer, principal, places);
  return (tenant) => show(tenant, told.has(tenant.name));
}

function show(tenant: Tenant, isTold: boolean): Static<typeof project> {
  const { name, description, visibility, environment, promotesTo, expireAfterHours, store, sizeBytes, createdBy } = tenant;
  const { allowedAddresses, deniedAddresses } = tenant;
  return {
    name,
    visibility,
    store,
    sizeBytes,
    createdAt: formatInstant(tenant.createdAt),
    updatedAt: formatInstant(tenant.updatedAt),
    ...(description !== undefined && { description }),
    ...(environment !== undefined && { environment }),
    ...(promotesTo !== undefined && { promotesTo }),
    ...(expireAfterHours !== undefined && { expireAfterHours }),
    ...(isTold && { createdBy }),
    ...(isTold && allowedAddresses !== undefined && { allowedAddresses: [...allowedAddresses] }),
    ...(isTold && deniedAddresses !== undefined && { deniedAddresses: [...deniedAddresses] }),
  };
}
