import Type, { type Static } from 'typebox';
import type { ExternalAccountStore, IdentityLink } from '../../registry/ports/external-account-store.ts';
import { formatInstant, id, instant, userName } from '../names.ts';
import { listed, listOf, pageOf, pageQuery } from '../paging.ts';
import { notFound } from '../problems.ts';
import { defineRoute, type Route } from '../route.ts';
import { administrators, requireStanding, requireUser, selfToo, type UserRouteDeps } from './users.ts';

type IdentityRouteDeps = Pick<UserRouteDeps, 'accounts' | 'clock'> & {
  readonly identities: Pick<ExternalAccountStore, 'listIdentityLinks' | 'unlinkIdentity'>;
};

const identity = Type.Object(
  {
    id,
    provider: Type.String({ description: 'As in the settings.' }),
    externalId: Type.String({ description: 'By which the provider tells this person from everybody else.' }),
    externalName: Type.String({ description: 'What the provider called them last; it decides nothing.' }),
    email: Type.Optional(Type.String()),
    createdAt: instant,
    lastSeenAt: Type.String({ format: 'date-time', description: 'When the provider last vouched for them, at a login or in between.' }),
  },
  { $id: 'UserIdentity', additionalProperties: false },
);

/** `/users/{user}/identities`: who a user is at providers of logins. */
export function userIdentityRoutes({ accounts, identities: store, clock }: IdentityRouteDeps): Route[] {
  const tag = 'users';
  return [
    defineRoute({
      tag,
      needs: selfToo,
      method: 'GET',
      path: '/users/{user}/identities',
      operationId: 'listUserIdentities',
      summary: 'Who a user is at providers of logins, the oldest first; nothing for users who were made here',
      params: { user: userName },
      query: pageQuery,
      responses: { 200: listOf(identity) },
      handle: async (request) => {
        const { id: userId } = await requireUser(accounts, request.params.user, request.principal);
        const page = await store.listIdentityLinks(userId, pageOf(request, Type.Integer({ minimum: 0 })));
        return listed(request, page, (link) => link.id, show);
      },
    }),
    defineRoute({
      tag,
      needs: administrators,
      method: 'DELETE',
      path: '/users/{user}/identities/{identity}',
      operationId: 'deleteUserIdentity',
      summary:
        'Tells a user from somebody at a provider: what the provider gave goes, sessions end, a user without a password is disabled, and who signs in there next is somebody new',
      params: { user: userName, identity: id },
      responses: { 204: null },
      handle: async ({ params, by, principal }) => {
        const user = await requireUser(accounts, params.user, principal);
        requireStanding(principal, user);
        if (!(await store.unlinkIdentity({ userId: user.id, id: Number(params.identity), by, at: clock() }))) throw notFound('identity');
        return { status: 204 };
      },
    }),
  ];
}

function show({ id: number, provider, externalId, externalName, email, createdAt, lastSeenAt }: IdentityLink): Static<typeof identity> {
  const at = { createdAt: formatInstant(createdAt), lastSeenAt: formatInstant(lastSeenAt) };
  return { id: String(number), provider, externalId, externalName, ...(email !== undefined && { email }), ...at };
}
