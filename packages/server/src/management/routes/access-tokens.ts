import Type, { type Static } from 'typebox';
import type { AccessToken } from '../../registry/ports/account-store.ts';
import { formatInstant, id, instant, userName } from '../names.ts';
import { listed, listOf, pageOf, pageQuery } from '../paging.ts';
import { ApiError, notFound } from '../problems.ts';
import { defineRoute, type Route } from '../route.ts';
import { explained, isSelf, requireOwner, requireUser, selfToo, type UserRouteDeps } from './users.ts';

const parts = {
  id,
  name: Type.String(),
  createdAt: instant,
  expiresAt: Type.Optional(instant),
  lastUsedAt: Type.Optional(instant),
};
const accessToken = Type.Object(parts, { $id: 'AccessToken', additionalProperties: false });
const madeToken = Type.Object(
  { id, token: Type.String({ description: 'The secret, shown this once.' }) },
  { $id: 'MadeAccessToken', additionalProperties: false },
);
const newToken = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    expiresInSeconds: Type.Optional(
      Type.Integer({ minimum: 60, maximum: 315_360_000, description: 'Without it the token is good until it is deleted.' }),
    ),
  },
  { $id: 'NewAccessToken', additionalProperties: false },
);

/** `/users/{user}/tokens`: personal access tokens, reached through their user. */
export function accessTokenRoutes({ accounts, service, clock }: UserRouteDeps): Route[] {
  const common = { tag: 'tokens', needs: selfToo } as const;
  return [
    defineRoute({
      ...common,
      method: 'GET',
      path: '/users/{user}/tokens',
      operationId: 'listAccessTokens',
      summary: 'Personal access tokens of a user, the oldest first, without their secrets',
      params: { user: userName },
      query: pageQuery,
      responses: { 200: listOf(accessToken) },
      handle: async (request) => {
        const { id: userId } = await requireUser(accounts, request.params.user, request.principal);
        const page = await accounts.listAccessTokenPage(userId, pageOf(request, Type.Integer({ minimum: 0 })));
        return listed(request, page, (token) => token.id, show);
      },
    }),
    defineRoute({
      ...common,
      method: 'POST',
      path: '/users/{user}/tokens',
      operationId: 'createAccessToken',
      summary: 'Makes a personal access token of your own; needs your password or a recent sign-in, and answers the secret this once',
      params: { user: userName },
      body: newToken,
      responses: { 201: madeToken },
      handle: async ({ params, body, by, principal }) => {
        const user = await requireUser(accounts, params.user, principal);
        if (!isSelf(principal, user)) throw new ApiError('forbidden', { detail: 'A token acts as its user, who alone may make one.' });
        requireOwner(principal, clock());
        const ttlMs = body.expiresInSeconds === undefined ? undefined : body.expiresInSeconds * 1000;
        const made = await explained(service.addToken(user, { name: body.name, ttlMs, by }));
        return { status: 201, body: { id: String(made.id), token: made.token }, location: `/api/v1/users/${user.name}/tokens/${made.id}` };
      },
    }),
    defineRoute({
      ...common,
      method: 'DELETE',
      path: '/users/{user}/tokens/{token}',
      operationId: 'deleteAccessToken',
      summary: 'Deletes a personal access token, which ends at once',
      params: { user: userName, token: id },
      responses: { 204: null },
      handle: async ({ params, by, principal }) => {
        const { id: userId } = await requireUser(accounts, params.user, principal);
        const deleted = await accounts.deleteAccessToken({ id: Number(params.token), userId, by, at: clock() });
        if (!deleted) throw notFound('token');
        return { status: 204 };
      },
    }),
  ];
}

function show({ id: number, name, createdAt, expiresAt, lastUsedAt }: AccessToken): Static<typeof accessToken> {
  return {
    id: String(number),
    name,
    createdAt: formatInstant(createdAt),
    ...(expiresAt !== undefined && { expiresAt: formatInstant(expiresAt) }),
    ...(lastUsedAt !== undefined && { lastUsedAt: formatInstant(lastUsedAt) }),
  };
}
