import Type, { type Static } from 'typebox';
import { actionsOf, maskOf } from '../../registry/action-mask.ts';
import { type Authorizer, actions } from '../../registry/ports/authorizer.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { RoleStore, Scope, StoredRole } from '../../registry/ports/role-store.ts';
import { formatInstant, instant, roleName } from '../names.ts';
import { listed, listOf, pageOf, pageQuery, sortedBy } from '../paging.ts';
import { ApiError, notFound, stale } from '../problems.ts';
import { authorityIn, beyondAuthority, lastOwner, locationIn, type RoleScope, roleScopes, scopeOf } from '../role-scopes.ts';
import { defineRoute, type Route, type RouteRequest } from '../route.ts';

/** What operations on roles and members are made of. */
export interface RoleRouteDeps {
  readonly roles: RoleStore;
  readonly authorizer: Authorizer;
  readonly clock: () => Millis;
}

const actionSet = Type.Array(Type.Enum([...actions]), {
  minItems: 1,
  maxItems: actions.length,
  uniqueItems: true,
  description: 'What it allows where it is bound.',
});
const role = Type.Object(
  {
    name: roleName,
    actions: actionSet,
    builtIn: Type.Boolean({ description: 'It cannot be changed or removed.' }),
    createdAt: instant,
  },
  { $id: 'Role', additionalProperties: false },
);
const newRole = Type.Object({ name: roleName, actions: actionSet }, { $id: 'NewRole', additionalProperties: false });
const roleChange = Type.Object({ actions: actionSet }, { $id: 'RoleChange', additionalProperties: false });
const tag = 'roles';

/** `/roles`, `/projects/{project}/roles` and each of them. */
export function roleRoutes(deps: RoleRouteDeps): Route[] {
  return roleScopes.flatMap((scope) => [
    list(deps, scope),
    create(deps, scope),
    one(deps, scope),
    change(deps, scope),
    remove(deps, scope),
  ]);
}

/** Whoever binds roles in a project chooses from those of the registry too. */
const readable = ({ prefix, needs }: RoleScope) => (prefix === '' ? 'signed-in' : needs);

function list({ roles }: RoleRouteDeps, scope: RoleScope): Route {
  return defineRoute({
    method: 'GET',
    path: `${scope.path}/roles`,
    operationId: `list${scope.prefix}Roles`,
    summary: scope.prefix === '' ? 'Roles that can be bound in every project' : 'Roles that a project has made for itself',
    tag,
    needs: readable(scope),
    params: scope.params,
    query: { ...pageQuery, sort: sortedBy('name') },
    responses: { 200: listOf(role) },
    handle: async (request) => {
      const page = await roles.listRoles(scopeOf(request), pageOf(request, Type.String()));
      return listed(request, page, ({ name }) => name, show);
    },
  });
}

function create({ roles, authorizer, clock }: RoleRouteDeps, scope: RoleScope): Route {
  return defineRoute({
    method: 'POST',
    path: `${scope.path}/roles`,
    operationId: `create${scope.prefix}Role`,
    summary: `Make a role of ${scope.of}, of actions that you may do there yourself`,
    tag,
    needs: scope.needs,
    params: scope.params,
    problems: ['name-taken', 'forbidden'],
    body: newRole,
    responses: { 201: role },
    handle: async (request) => {
      const { body, principal, by } = request;
      const where = scopeOf(request);
      const authority = await authorityIn(authorizer, principal, where);
      const outcome = await roles.createRole({
        scope: where,
        name: body.name,
        actions: maskOf(body.actions),
        authority,
        by,
        at: clock(),
      });
      if (outcome === 'name-taken') throw nameTaken(body.name);
      if (outcome !== 'created') throw refusal(outcome, body.name);
      const made = await requireRole(roles, where, body.name);
      return { status: 201, body: show(made), version: made.version, location: locationIn(scope, where, `/roles/${body.name}`) };
    },
  });
}

function one({ roles }: RoleRouteDeps, scope: RoleScope): Route {
  return defineRoute({
    method: 'GET',
    path: `${scope.path}/roles/{role}`,
    operationId: `get${scope.prefix}Role`,
    summary: `A role of ${scope.of}`,
    tag,
    needs: readable(scope),
    params: { ...scope.params, role: roleName },
    responses: { 200: role },
    handle: async (request) => {
      const found = await requireRole(roles, scopeOf(request), roleIn(request));
      return { status: 200, body: show(found), version: found.version };
    },
  });
}

function change({ roles, authorizer, clock }: RoleRouteDeps, scope: RoleScope): Route {
  return defineRoute({
    method: 'PATCH',
    path: `${scope.path}/roles/{role}`,
    operationId: `update${scope.prefix}Role`,
    summary: 'Change what a role allows, at once for everybody who holds it',
    tag,
    needs: scope.needs,
    params: { ...scope.params, role: roleName },
    ifMatch: 'required',
    problems: ['conflict', 'forbidden'],
    body: roleChange,
    responses: { 200: role },
    handle: async (request) => {
      const { body, principal, by, ifMatch: version } = request;
      const [where, name] = [scopeOf(request), roleIn(request)];
      const authority = await authorityIn(authorizer, principal, where);
      const outcome = await roles.updateRole({ scope: where, name, version, actions: maskOf(body.actions), authority, by, at: clock() });
      if (outcome !== 'updated') throw refusal(outcome, name);
      const changed = await requireRole(roles, where, name);
      return { status: 200, body: show(changed), version: changed.version };
    },
  });
}

function remove({ roles, clock }: RoleRouteDeps, scope: RoleScope): Route {
  return defineRoute({
    method: 'DELETE',
    path: `${scope.path}/roles/{role}`,
    operationId: `delete${scope.prefix}Role`,
    summary: `Remove a role of ${scope.of} that nobody holds`,
    tag,
    needs: scope.needs,
    params: { ...scope.params, role: roleName },
    problems: ['conflict', 'in-use'],
    responses: { 204: null },
    handle: async (request) => {
      const name = roleIn(request);
      const outcome = await roles.deleteRole({ scope: scopeOf(request), name, by: request.by, at: clock() });
      if (outcome !== 'deleted') throw refusal(outcome, name);
      return { status: 204 };
    },
  });
}

type Refusal = Exclude<Awaited<ReturnType<RoleStore['createRole' | 'updateRole' | 'deleteRole']>>, 'created' | 'updated' | 'deleted'>;

function refusal(outcome: Refusal, name: string): ApiError {
  switch (outcome) {
    case 'absent':
      return notFound('role');
    case 'stale':
      return stale();
    case 'name-taken':
      return nameTaken(name);
    case 'built-in':
      return new ApiError('conflict', { detail: `${name} is built in and stays as it is: make a role of another name.` });
    case 'in-use':
      return new ApiError('in-use', { detail: `Somebody holds ${name}: give members and robots that have it another role first.` });
    case 'beyond-authority':
      return beyondAuthority(name);
    case 'last-owner':
      return lastOwner();
  }
}

function nameTaken(name: string): ApiError {
  return new ApiError('name-taken', { detail: `There is a role ${name} already, here or in the registry: take another name.` });
}

async function requireRole(roles: RoleStore, scope: Scope, name: string): Promise<StoredRole> {
  const found = await roles.findRole(scope, name);
  if (found === undefined) throw notFound('role');
  return found;
}

function roleIn({ params }: RouteRequest): string {
  return (params as { role: string }).role;
}

function show({ name, actions: mask, builtIn, createdAt }: StoredRole): Static<typeof role> {
  return { name, actions: actionsOf(mask), builtIn, createdAt: formatInstant(createdAt) };
}
