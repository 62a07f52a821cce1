import Type, { type Static } from 'typebox';
import { maskOf } from '../../registry/action-mask.ts';
import { AccountError } from '../../registry/ports/account-error.ts';
import type { AccountService } from '../../registry/ports/account-service.ts';
import type { AccountStore, User } from '../../registry/ports/account-store.ts';
import { type Authorizer, actions, type Resource } from '../../registry/ports/authorizer.ts';
import type { BrowseStore } from '../../registry/ports/browse-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import { isRecentSignIn } from '../../registry/recent-sign-in.ts';
import { id, userName } from '../names.ts';
import { listed, listOf, pageOf, pageQuery, sortedBy } from '../paging.ts';
import { ApiError, notFound, stale } from '../problems.ts';
import { authorityIn } from '../role-scopes.ts';
import { defineRoute, type Route, type RouteRequest } from '../route.ts';

/** What operations on accounts are made of. */
export interface UserRouteDeps {
  readonly accounts: AccountStore & Pick<BrowseStore, 'listUserPage' | 'listAccessTokenPage'>;
  readonly service: AccountService;
  readonly authorizer: Authorizer;
  readonly clock: () => Millis;
}

const user = Type.Object(
  { id, name: userName, administrator: Type.Boolean(), disabled: Type.Boolean(), hasPassword: Type.Boolean() },
  { $id: 'User', additionalProperties: false },
);

const madeUser = Type.Object(
  {
    id,
    name: userName,
    administrator: Type.Boolean(),
    disabled: Type.Boolean(),
    hasPassword: Type.Boolean(),
    password: Type.Optional(Type.String({ description: 'The one that was made, shown this once.' })),
  },
  { $id: 'MadeUser', additionalProperties: false },
);

const password = Type.String({ minLength: 1, maxLength: 1024 });
const newUser = Type.Object(
  { name: userName, password: Type.Optional(password), administrator: Type.Optional(Type.Boolean()) },
  { $id: 'NewUser', additionalProperties: false },
);
const userChanges = Type.Object(
  { password: Type.Optional(password), administrator: Type.Optional(Type.Boolean()), disabled: Type.Optional(Type.Boolean()) },
  { $id: 'UserChanges', additionalProperties: false },
);

const ofUser = { user: userName };
const onRegistry = (): Resource => ({ kind: 'registry' });

/** Administrators, and whoever has a role on the whole registry with this action; what those may not, `requireStanding` says. */
export const administrators = { action: 'administer', on: onRegistry } as const;

/** Administrators, and everybody over themselves. */
export const selfToo = { ...administrators, orUser: (params: { user: string }) => params.user };

/** `/users`. */
export function userRoutes(deps: UserRouteDeps): Route[] {
  return [list(deps), create(deps), one(deps), change(deps), remove(deps)];
}

function list({ accounts }: UserRouteDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/users',
    operationId: 'listUsers',
    summary: 'Users',
    tag: 'users',
    needs: administrators,
    query: { ...pageQuery, sort: sortedBy('name'), prefix: Type.Optional(Type.String({ pattern: '^[a-z0-9._-]{1,64}$' })) },
    responses: { 200: listOf(user) },
    handle: async (request) => {
      const page = await accounts.listUserPage({ prefix: request.query.prefix }, pageOf(request, Type.String()));
      return listed(request, page, ({ name }) => name, show);
    },
  });
}

function create({ service }: UserRouteDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/users',
    operationId: 'createUser',
    summary: 'Makes a user; without a password a random one is made and answered, this once',
    tag: 'users',
    needs: administrators,
    body: newUser,
    responses: { 201: madeUser },
    problems: ['name-taken'],
    handle: async ({ body, by, principal }) => {
      const { name, password: given, administrator } = body;
      requireStanding(principal, undefined, administrator);
      const made = await explained(service.addUser({ name, password: given, administrator, by }));
      return {
        status: 201,
        body: { ...show(made.user), ...(made.password !== undefined && { password: made.password }) },
        location: `/api/v1/users/${name}`,
        version: made.user.version,
      };
    },
  });
}

function one({ accounts }: UserRouteDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/users/{user}',
    operationId: 'getUser',
    summary: 'One user',
    tag: 'users',
    needs: selfToo,
    params: ofUser,
    responses: { 200: user },
    handle: async ({ params, principal }) => {
      const found = await requireUser(accounts, params.user, principal);
      return { status: 200, body: show(found), version: found.version };
    },
  });
}

function change({ accounts, service, authorizer, clock }: UserRouteDeps): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/users/{user}',
    operationId: 'updateUser',
    summary: 'Changes a user; everybody may change their own password',
    tag: 'users',
    needs: selfToo,
    ifMatch: 'required',
    params: ofUser,
    body: userChanges,
    responses: { 200: user },
    problems: ['conflict'],
    handle: async ({ params, body, by, ifMatch, principal }) => {
      const found = await requireUser(accounts, params.user, principal);
      const { password: given, administrator, disabled } = body;
      requireStanding(principal, found, administrator);
      if (administrator !== undefined || disabled !== undefined) refuseSelf(principal, found);
      // A stolen token must not become a password.
      if (given !== undefined && isSelf(principal, found)) {
        requireOwner(principal, clock());
        requireOwnPassword(principal);
      } else if (given !== undefined) await requireEveryAction(authorizer, principal);
      const changed = await explained(service.changeUser(found, { ifVersion: ifMatch, password: given, administrator, disabled, by }));
      if (!changed) throw stale();
      const now = await requireUser(accounts, params.user, principal);
      return { status: 200, body: show(now), version: now.version };
    },
  });
}

function remove({ accounts, clock }: UserRouteDeps): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/users/{user}',
    operationId: 'deleteUser',
    summary: 'Removes a user with tokens and roles',
    tag: 'users',
    needs: administrators,
    params: ofUser,
    responses: { 204: null },
    problems: ['conflict'],
    handle: async ({ params, by, principal }) => {
      const found = await requireUser(accounts, params.user, principal);
      refuseSelf(principal, found);
      requireStanding(principal, found);
      if (!(await accounts.deleteUser({ id: found.id, by, at: clock() }))) throw notFound('user');
      return { status: 204 };
    },
  });
}

/** The user of that name; throws `not-found`, also for a later one of the name of whoever asks, who has been removed meanwhile. */
export async function requireUser(accounts: Pick<AccountStore, 'findUser'>, name: string, { subject }: Principal): Promise<User> {
  const found = await accounts.findUser({ name });
  if (found === undefined || (subject.kind === 'user' && subject.name === name && subject.id !== found.id)) throw notFound('user');
  return found;
}

type Principal = RouteRequest['principal'];

/** Whether the request is a user's own. */
export function isSelf({ subject }: Principal, { id: userId }: User): boolean {
  return subject.kind === 'user' && subject.id === userId;
}

/** Refuses what neither a token nor a browser that was left open may do for its user: to make credentials. */
export function requireOwner({ credential, proof }: Principal, now: Millis): void {
  const session = proof !== undefined && 'session' in proof ? proof.session : undefined;
  if (session !== undefined && !isRecentSignIn(session.provedAt, now)) {
    throw new ApiError('forbidden', {
      detail: 'This needs a sign-in of the last ten minutes: sign in again at /auth/sign-in?again=1, then repeat this.',
    });
  }
  if (session === undefined && !/^(?:password|ldap:.+)$/.test(credential)) {
    throw new ApiError('forbidden', { detail: 'A token makes no further credentials: repeat this with your name and password.' });
  }
}

/** A password of their own would let people in whom their provider lets in no more. */
function requireOwnPassword({ credential }: Principal): void {
  if (credential === 'password' || credential === 'session:password') return;
  throw new ApiError('forbidden', { detail: 'Your password is not kept here: change it where you sign in.' });
}

/** Only administrators make administrators, and change or remove the account of one: a role, whatever its actions, is not enough. */
export function requireStanding(principal: Principal, target: User | undefined, administrator?: boolean): void {
  if (principal.subject.kind === 'user' && principal.subject.administrator) return;
  if (administrator !== true && (target?.administrator !== true || isSelf(principal, target))) return;
  throw new ApiError('forbidden', { detail: 'Only an administrator makes administrators or changes their accounts: ask one.' });
}

/** Who sets the password of somebody else can act as them, whatever they may do. */
async function requireEveryAction(authorizer: Authorizer, principal: Principal): Promise<void> {
  if ((await authorityIn(authorizer, principal, undefined)).actions === maskOf(actions)) return;
  throw new ApiError('forbidden', {
    detail: 'With the password of another you could do what you may not: ask an administrator to set it.',
  });
}

/** So that there always is an administrator: who acts cannot be the one who goes. */
function refuseSelf(principal: Principal, target: User): void {
  if (!isSelf(principal, target)) return;
  throw new ApiError(principal.subject.kind === 'user' && principal.subject.administrator ? 'conflict' : 'forbidden', {
    detail: 'Nobody changes or removes their own standing: ask another administrator.',
  });
}

/** What is wrong with an account, as a problem. */
export async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof AccountError)) throw error;
    throw new ApiError(error.code === 'name-taken' ? 'name-taken' : 'invalid-request', { detail: error.message });
  }
}

function show({ id: number, name, administrator, disabled, passwordHash }: User): Static<typeof user> {
  return { id: String(number), name, administrator, disabled, hasPassword: passwordHash !== undefined };
}
