import Type, { type Static } from 'typebox';
import type { Member, RoleStore, Scope } from '../../registry/ports/role-store.ts';
import { rangeOfBinding } from '../../registry/repository-pattern.ts';
import { formatInstant, id, instant, roleName } from '../names.ts';
import { listed, listOf, pageOf, pageQuery } from '../paging.ts';
import { ApiError, notFound, stale } from '../problems.ts';
import { authorityIn, beyondAuthority, lastOwner, locationIn, type RoleScope, roleScopes, scopeOf } from '../role-scopes.ts';
import { defineRoute, type Route, type RouteRequest } from '../route.ts';
import type { RoleRouteDeps } from './roles.ts';

const repositories = Type.String({
  maxLength: 255,
  description: 'The repositories below the project: ** for all, a/b for one, a/** for those below it, a* for those that begin so.',
  examples: ['**', 'web/**'],
});
const subject = Type.Object(
  { kind: Type.Enum(['user', 'group', 'robot']), name: Type.String({ description: 'Of a robot: project+name, or its name alone.' }) },
  { additionalProperties: false },
);
const newSubject = Type.Object(
  { kind: Type.Enum(['user', 'group']), name: Type.String({ minLength: 1, maxLength: 255, examples: ['alice'] }) },
  { additionalProperties: false, description: 'Robots get their roles where they are made.' },
);
const member = Type.Object(
  { id, subject, role: roleName, repositories, createdAt: instant, createdBy: Type.String() },
  { $id: 'Member', additionalProperties: false },
);
const newMember = Type.Object(
  { subject: newSubject, role: roleName, repositories: Type.Optional(repositories) },
  { $id: 'NewMember', additionalProperties: false, description: 'Without repositories: all of them.' },
);
const memberChange = Type.Object({ role: roleName }, { $id: 'MemberChange', additionalProperties: false });
const tag = 'members';

/** `/members` (of the whole registry), `/projects/{project}/members`, and each of them. */
export function memberRoutes(deps: RoleRouteDeps): Route[] {
  return roleScopes.flatMap((scope) => [list(deps, scope), add(deps, scope), one(deps, scope), change(deps, scope), remove(deps, scope)]);
}

function list({ roles }: RoleRouteDeps, scope: RoleScope): Route {
  return defineRoute({
    method: 'GET',
    path: `${scope.path}/members`,
    operationId: `list${scope.prefix}Members`,
    summary: `Who holds which role in ${scope.of}, the oldest first`,
    tag,
    needs: scope.needs,
    params: scope.params,
    query: pageQuery,
    responses: { 200: listOf(member) },
    handle: async (request) => {
      const page = await roles.listMembers(scopeOf(request), pageOf(request, Type.Integer()));
      return listed(request, page, (found) => found.id, show);
    },
  });
}

function add({ roles, authorizer, clock }: RoleRouteDeps, scope: RoleScope): Route {
  return defineRoute({
    method: 'POST',
    path: `${scope.path}/members`,
    operationId: `add${scope.prefix}Member`,
    summary: `Give a user or a group a role in ${scope.of}`,
    tag,
    needs: scope.needs,
    params: scope.params,
    problems: ['name-taken', 'forbidden'],
    body: newMember,
    responses: { 201: member },
    handle: async (request) => {
      const { principal, by } = request;
      const { subject: who, role, repositories: pattern = '**' } = request.body;
      const where = scopeOf(request);
      const range = rangeOfBinding({ project: where, pattern });
      if (range === undefined) throw badPattern(where);
      const authority = await authorityIn(authorizer, principal, where);
      const added = await roles.addMember({ scope: where, subject: who, role, pattern, ...range, authority, by, at: clock() });
      if (added.outcome !== 'added') throw refusal(added.outcome, role);
      const made = await requireMember(roles, where, added.id);
      return { status: 201, body: show(made), version: made.version, location: locationIn(scope, where, `/members/${made.id}`) };
    },
  });
}

function one({ roles }: RoleRouteDeps, scope: RoleScope): Route {
  return defineRoute({
    method: 'GET',
    path: `${scope.path}/members/{member}`,
    operationId: `get${scope.prefix}Member`,
    summary: `One role of somebody in ${scope.of}`,
    tag,
    needs: scope.needs,
    params: { ...scope.params, member: id },
    responses: { 200: member },
    handle: async (request) => {
      const found = await requireMember(roles, scopeOf(request), memberIn(request));
      return { status: 200, body: show(found), version: found.version };
    },
  });
}

function change({ roles, authorizer, clock }: RoleRouteDeps, scope: RoleScope): Route {
  return defineRoute({
    method: 'PATCH',
    path: `${scope.path}/members/{member}`,
    operationId: `update${scope.prefix}Member`,
    summary: 'Give a member another role in place of this one',
    tag,
    needs: scope.needs,
    params: { ...scope.params, member: id },
    ifMatch: 'required',
    problems: ['name-taken', 'conflict', 'forbidden'],
    body: memberChange,
    responses: { 200: member },
    handle: async (request) => {
      const { principal, by, ifMatch: version } = request;
      const { role } = request.body;
      const [where, binding] = [scopeOf(request), memberIn(request)];
      const authority = await authorityIn(authorizer, principal, where);
      const outcome = await roles.changeMember({ scope: where, id: binding, version, role, authority, by, at: clock() });
      if (outcome !== 'changed') throw refusal(outcome, role);
      const changed = await requireMember(roles, where, binding);
      return { status: 200, body: show(changed), version: changed.version };
    },
  });
}

function remove({ roles, authorizer, clock }: RoleRouteDeps, scope: RoleScope): Route {
  return defineRoute({
    method: 'DELETE',
    path: `${scope.path}/members/{member}`,
    operationId: `remove${scope.prefix}Member`,
    summary: `Take a role in ${scope.of} away from somebody`,
    tag,
    needs: scope.needs,
    params: { ...scope.params, member: id },
    ifMatch: 'optional',
    problems: ['conflict', 'forbidden'],
    responses: { 204: null },
    handle: async (request) => {
      const { principal, by, ifMatch: version } = request;
      const [where, binding] = [scopeOf(request), memberIn(request)];
      const authority = await authorityIn(authorizer, principal, where);
      const outcome = await roles.removeMember({ scope: where, id: binding, version, authority, by, at: clock() });
      if (outcome !== 'removed') throw refusal(outcome, 'The role');
      return { status: 204 };
    },
  });
}

type Refusal =
  | Exclude<Awaited<ReturnType<RoleStore['addMember']>>['outcome'], 'added'>
  | Exclude<Awaited<ReturnType<RoleStore['changeMember' | 'removeMember']>>, 'changed' | 'removed'>;

function refusal(outcome: Refusal, role: string): ApiError {
  switch (outcome) {
    case 'absent':
      return notFound('member');
    case 'stale':
      return stale();
    case 'exists':
      return new ApiError('name-taken', { detail: `There is ${role} on these repositories for the same one already: nothing to change.` });
    case 'unknown-subject':
      return invalid('/subject/name', 'There is nobody of that kind and name: make the user or group first.');
    case 'unknown-role':
      return invalid('/role', 'There is no such role: name a built-in one, one of the project, or one of the registry.');
    case 'beyond-authority':
      return beyondAuthority(role);
    case 'last-owner':
      return lastOwner();
  }
}

function badPattern(scope: Scope): ApiError {
  return invalid(
    '/repositories',
    scope === undefined
      ? 'A role in the whole registry is on all repositories: leave the pattern out, or add the member in projects.'
      : 'A pattern is ** for all, a/b for one path, a/** for those below it, or a* for those that begin so.',
  );
}

function invalid(pointer: string, detail: string): ApiError {
  return new ApiError('invalid-request', { detail, faults: [{ pointer, detail }] });
}

async function requireMember(roles: RoleStore, scope: Scope, binding: number): Promise<Member> {
  const found = await roles.findMember(scope, binding);
  if (found === undefined) throw notFound('member');
  return found;
}

function memberIn({ params }: RouteRequest): number {
  const number = Number((params as { member: string }).member);
  if (!Number.isSafeInteger(number)) throw notFound('member');
  return number;
}

function show({ id: number, subject: who, role, pattern, createdAt, createdBy }: Member): Static<typeof member> {
  return { id: String(number), subject: { ...who }, role, repositories: pattern, createdAt: formatInstant(createdAt), createdBy };
}
