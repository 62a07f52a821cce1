import Type, { type Static } from 'typebox';
import type { Authorizer, Resource } from '../../registry/ports/authorizer.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Group, GroupStore } from '../../registry/ports/group-store.ts';
import { formatInstant, groupName, instant, userName } from '../names.ts';
import { listed, listOf, pageOf, pageQuery, sortedBy } from '../paging.ts';
import { ApiError, notFound } from '../problems.ts';
import { authorityIn, beyondAuthority } from '../role-scopes.ts';
import { defineRoute, type Route } from '../route.ts';

/** What operations on groups are made of. */
export interface GroupRouteDeps {
  readonly groups: GroupStore;
  readonly authorizer: Authorizer;
  readonly clock: () => Millis;
}

const source = Type.Object(
  {
    provider: Type.String({ pattern: '^[a-z0-9-]{1,40}$', examples: ['keycloak'] }),
    externalName: Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'What the provider calls it, exactly.',
      examples: ['/platform/dev'],
    }),
  },
  {
    $id: 'GroupSource',
    additionalProperties: false,
    description: 'Only logins by this provider lead into the group. Without: made by hand, and joined by hand alone.',
  },
);
const group = Type.Object(
  { name: groupName, createdAt: instant, source: Type.Optional(source) },
  { $id: 'Group', additionalProperties: false },
);
const newGroup = Type.Object({ name: groupName, source: Type.Optional(source) }, { $id: 'NewGroup', additionalProperties: false });
const groupMember = Type.Object({ name: userName, addedAt: instant }, { $id: 'GroupMember', additionalProperties: false });
const ofGroup = { group: groupName };
const ofMember = { ...ofGroup, user: userName };
const common = { tag: 'groups', needs: { action: 'administer', on: (): Resource => ({ kind: 'registry' }) } } as const;

/** `/groups`, each of them, and who is in it. */
export function groupRoutes(deps: GroupRouteDeps): Route[] {
  return [list(deps), create(deps), one(deps), remove(deps), listMembers(deps), addMember(deps), removeMember(deps)];
}

function list({ groups }: GroupRouteDeps): Route {
  return defineRoute({
    ...common,
    method: 'GET',
    path: '/groups',
    operationId: 'listGroups',
    summary: 'Groups of users',
    query: { ...pageQuery, sort: sortedBy('name') },
    responses: { 200: listOf(group) },
    handle: async (request) => {
      const page = await groups.listGroups(pageOf(request, Type.String()));
      return listed(request, page, ({ name }) => name, show);
    },
  });
}

function create({ groups, clock }: GroupRouteDeps): Route {
  return defineRoute({
    ...common,
    method: 'POST',
    path: '/groups',
    operationId: 'createGroup',
    summary: 'Make a group, with nobody in it',
    problems: ['name-taken', 'conflict'],
    body: newGroup,
    responses: { 201: group },
    handle: async ({ body: { name, source: from }, by }) => {
      const outcome = await groups.createGroup({ name, ...from, by, at: clock() });
      if (outcome === 'name-taken') throw new ApiError('name-taken', { detail: `There is a group ${name} already: take another name.` });
      if (outcome === 'source-taken') {
        throw new ApiError('conflict', {
          detail: 'There is a group of this provider and external name already, under another name: use that one.',
        });
      }
      return { status: 201, body: show(await requireGroup(groups, name)), location: `/api/v1/groups/${name}` };
    },
  });
}

function one({ groups }: GroupRouteDeps): Route {
  return defineRoute({
    ...common,
    method: 'GET',
    path: '/groups/{group}',
    operationId: 'getGroup',
    summary: 'One group',
    params: ofGroup,
    responses: { 200: group },
    handle: async ({ params }) => ({ status: 200, body: show(await requireGroup(groups, params.group)) }),
  });
}

function remove({ groups, clock }: GroupRouteDeps): Route {
  return defineRoute({
    ...common,
    method: 'DELETE',
    path: '/groups/{group}',
    operationId: 'deleteGroup',
    summary: 'Remove a group and the roles that it gives; not while a project has no other owner',
    params: ofGroup,
    problems: ['in-use'],
    responses: { 204: null },
    handle: async ({ params, by }) => {
      const deleted = await groups.deleteGroup({ name: params.group, by, at: clock() });
      if (deleted.outcome === 'absent') throw notFound('group');
      if (deleted.outcome === 'last-owner') {
        const detail = `Nobody else administers the project ${deleted.project}: give it another owner first, or delete it.`;
        throw new ApiError('in-use', { detail });
      }
      return { status: 204 };
    },
  });
}

function listMembers({ groups }: GroupRouteDeps): Route {
  return defineRoute({
    ...common,
    method: 'GET',
    path: '/groups/{group}/members',
    operationId: 'listGroupMembers',
    summary: 'The users of a group',
    params: ofGroup,
    query: { ...pageQuery, sort: sortedBy('name') },
    responses: { 200: listOf(groupMember) },
    handle: async (request) => {
      const page = await groups.listGroupMembers(request.params.group, pageOf(request, Type.String()));
      if (page === undefined) throw notFound('group');
      return listed(
        request,
        page,
        ({ name }) => name,
        ({ name, addedAt }) => ({ name, addedAt: formatInstant(addedAt) }),
      );
    },
  });
}

function addMember({ groups, authorizer, clock }: GroupRouteDeps): Route {
  return defineRoute({
    ...common,
    method: 'PUT',
    path: '/groups/{group}/members/{user}',
    operationId: 'addGroupMember',
    summary: 'Put a user into a group; nothing changes for one who is in it',
    params: ofMember,
    problems: ['forbidden', 'conflict'],
    responses: { 204: null },
    handle: async ({ params: { group: name, user }, principal, by }) => {
      const { actions } = await authorityIn(authorizer, principal, undefined);
      const outcome = await groups.addGroupMember({ group: name, user, actions, by, at: clock() });
      if (outcome === 'beyond-authority') throw beyondAuthority(`A role of the group ${name}`);
      if (outcome === 'of-provider') {
        const detail = `Only logins lead into the group ${name}, and each of them would undo this: take a group made by hand.`;
        throw new ApiError('conflict', { detail });
      }
      if (outcome !== 'added') throw notFound(outcome === 'absent' ? 'group' : 'user');
      return { status: 204 };
    },
  });
}

function removeMember({ groups, clock }: GroupRouteDeps): Route {
  return defineRoute({
    ...common,
    method: 'DELETE',
    path: '/groups/{group}/members/{user}',
    operationId: 'removeGroupMember',
    summary: 'Take a user out of a group, and its roles from the user',
    params: ofMember,
    responses: { 204: null },
    handle: async ({ params: { group: name, user }, by }) => {
      if (!(await groups.removeGroupMember({ group: name, user, by, at: clock() }))) throw notFound('member');
      return { status: 204 };
    },
  });
}

async function requireGroup(groups: GroupStore, name: string): Promise<Group> {
  const found = await groups.findGroup(name);
  if (found === undefined) throw notFound('group');
  return found;
}

function show({ name, createdAt, source: from }: Group): Static<typeof group> {
  return { name, createdAt: formatInstant(createdAt), ...(from !== undefined && { source: from }) };
}
