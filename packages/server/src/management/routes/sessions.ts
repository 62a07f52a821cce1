import Type, { type Static } from 'typebox';
import type { Session, SessionStore } from '../../registry/ports/session-store.ts';
import { formatInstant, id, instant, userName } from '../names.ts';
import { listed, listOf, pageOf, pageQuery } from '../paging.ts';
import { notFound } from '../problems.ts';
import { defineRoute, type Route } from '../route.ts';
import { requireStanding, requireUser, selfToo, type UserRouteDeps } from './users.ts';

const session = Type.Object(
  {
    id,
    provider: Type.String({ description: '`password`, or the name of the provider through which the user signed in.' }),
    createdAt: instant,
    expiresAt: instant,
    lastSeenAt: instant,
    address: Type.String(),
    userAgent: Type.String(),
    current: Type.Boolean({ description: 'Whether this request came with it.' }),
  },
  { $id: 'Session', additionalProperties: false },
);

/** `/users/{user}/sessions`: browsers in which a user is signed in. */
export function sessionRoutes({ accounts, sessions, clock }: UserRouteDeps & { sessions: SessionStore }): Route[] {
  const common = { tag: 'sessions', needs: selfToo } as const;
  return [
    defineRoute({
      ...common,
      method: 'GET',
      path: '/users/{user}/sessions',
      operationId: 'listSessions',
      summary: 'Browsers in which a user is signed in, the oldest first; those that are over may be among them for an hour',
      params: { user: userName },
      query: pageQuery,
      responses: { 200: listOf(session) },
      handle: async (request) => {
        const { id: userId } = await requireUser(accounts, request.params.user, request.principal);
        const page = await sessions.listSessionPage(userId, pageOf(request, Type.Integer({ minimum: 0 })));
        const { proof } = request.principal;
        const current = proof !== undefined && 'session' in proof ? proof.session?.id : undefined;
        return listed(
          request,
          page,
          (one) => one.id,
          (one) => show(one, current),
        );
      },
    }),
    defineRoute({
      ...common,
      method: 'DELETE',
      path: '/users/{user}/sessions/{session}',
      operationId: 'endSession',
      summary: 'Signs a user out in one browser, at once',
      params: { user: userName, session: id },
      responses: { 204: null },
      handle: async ({ params, by, principal }) => {
        const user = await requireUser(accounts, params.user, principal);
        requireStanding(principal, user);
        const ended = await sessions.endSession({ id: Number(params.session), userId: user.id, by, at: clock() });
        if (!ended) throw notFound('session');
        return { status: 204 };
      },
    }),
  ];
}

function show(one: Session, current: number | undefined): Static<typeof session> {
  const { id: number, provider, createdAt, expiresAt, lastSeenAt, address, userAgent } = one;
  return {
    id: String(number),
    provider,
    createdAt: formatInstant(createdAt),
    expiresAt: formatInstant(expiresAt),
    lastSeenAt: formatInstant(lastSeenAt),
    address,
    userAgent,
    current: number === current,
  };
}
