import Type from 'typebox';
import type { SecondFactorService } from '../../registry/ports/sign-in-service.ts';
import { userName } from '../names.ts';
import { ApiError, notFound } from '../problems.ts';
import { defineRoute, type Route, type RouteRequest } from '../route.ts';
import { isSelf, requireOwner, requireStanding, requireUser, selfToo, type UserRouteDeps } from './users.ts';

const state = Type.Object(
  { enabled: Type.Boolean(), recoveryCodes: Type.Integer({ description: 'How many are left.' }) },
  { $id: 'SecondFactor', additionalProperties: false },
);
const begun = Type.Object(
  {
    secret: Type.String({ description: 'Base32, to be typed into an app; it counts when it is confirmed by a first code.' }),
    uri: Type.String({ description: '`otpauth://totp/...`, to be shown as a QR code.' }),
  },
  { $id: 'NewSecondFactor', additionalProperties: false },
);
const code = Type.Object({ code: Type.String({ minLength: 1, maxLength: 40 }) }, { $id: 'SecondFactorCode', additionalProperties: false });
const confirmed = Type.Object(
  { recoveryCodes: Type.Array(Type.String(), { description: 'Each is good once, in the place of a code; shown this once.' }) },
  { $id: 'RecoveryCodes', additionalProperties: false },
);

type FactorRouteDeps = UserRouteDeps & { readonly factors: SecondFactorService };

/** `/users/{user}/second-factor`. Who has set one up signs in with it, and uses access tokens for everything else. */
export function secondFactorRoutes(deps: FactorRouteDeps): Route[] {
  return [one(deps), begin(deps), confirm(deps), remove(deps)];
}

const common = { tag: 'second-factors', needs: selfToo, params: { user: userName } } as const;

function one({ accounts, factors }: FactorRouteDeps): Route {
  return defineRoute({
    ...common,
    method: 'GET',
    path: '/users/{user}/second-factor',
    operationId: 'getSecondFactor',
    summary: 'Whether a user has a second factor',
    responses: { 200: state },
    handle: async ({ params, principal }) => {
      const user = await requireUser(accounts, params.user, principal);
      return { status: 200, body: await factors.stateOf(user) };
    },
  });
}

function begin({ accounts, factors, clock }: FactorRouteDeps): Route {
  return defineRoute({
    ...common,
    method: 'POST',
    path: '/users/{user}/second-factor',
    operationId: 'beginSecondFactor',
    summary: 'Makes a secret for an app of your own; it counts when it is confirmed',
    responses: { 201: begun },
    problems: ['conflict'],
    handle: async (request) => {
      const user = await requireSelf(accounts, request, clock());
      const made = await factors.begin(user, request.by);
      if (made === undefined) throw new ApiError('conflict', { detail: 'There is a second factor already: remove it first.' });
      return { status: 201, body: made };
    },
  });
}

function confirm({ accounts, factors, clock }: FactorRouteDeps): Route {
  return defineRoute({
    ...common,
    method: 'POST',
    path: '/users/{user}/second-factor/confirm',
    operationId: 'confirmSecondFactor',
    summary: 'Confirms the second factor by a first code; sessions and tokens that were got by password end, access tokens stay',
    body: code,
    responses: { 200: confirmed },
    problems: ['conflict', 'too-many-requests'],
    handle: async (request) => {
      const user = await requireSelf(accounts, request, clock());
      const outcome = await factors.confirm(user, request.body.code, request.by);
      if (outcome.kind === 'confirmed') return { status: 200, body: { recoveryCodes: [...outcome.recoveryCodes] } };
      if (outcome.kind === 'wrong')
        throw new ApiError('conflict', { detail: 'This is not the code of now: see to the clock of your phone, and try the next one.' });
      const seconds = String(outcome.retryAfterSeconds);
      const detail = `Too many wrong codes: wait ${seconds} seconds before the next try.`;
      throw new ApiError('too-many-requests', { detail, headers: { 'Retry-After': seconds } });
    },
  });
}

function remove({ accounts, factors, clock }: FactorRouteDeps): Route {
  return defineRoute({
    ...common,
    method: 'DELETE',
    path: '/users/{user}/second-factor',
    operationId: 'removeSecondFactor',
    summary: 'Removes a second factor: your own after a recent sign-in, or as an administrator that of somebody who lost theirs',
    responses: { 204: null },
    handle: async ({ params, by, principal }) => {
      const user = await requireUser(accounts, params.user, principal);
      if (isSelf(principal, user)) requireOwner(principal, clock());
      else requireStanding(principal, user);
      if (!(await factors.remove(user, by))) throw notFound('second factor');
      return { status: 204 };
    },
  });
}

/** Nobody sets up a second factor for somebody else: who knows its secret could sign in with it. */
async function requireSelf(
  accounts: UserRouteDeps['accounts'],
  { params, principal }: Pick<RouteRequest<{ user: string }>, 'params' | 'principal'>,
  now: number,
) {
  const user = await requireUser(accounts, params.user, principal);
  if (!isSelf(principal, user)) throw new ApiError('forbidden', { detail: 'A second factor is set up by its user alone.' });
  requireOwner(principal, now);
  return user;
}
