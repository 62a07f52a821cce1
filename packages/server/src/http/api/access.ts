import { ApiError } from '../../management/problems.ts';
import type { Route } from '../../management/route.ts';
import { type Agent, agentOf } from '../../registry/ports/agent.ts';
import { needsSecondFactorMessage, type Refusal } from '../../registry/ports/authenticator.ts';
import { type Authorizer, anonymous, type Decision, type Principal, type Resource } from '../../registry/ports/authorizer.ts';
import type { OpenSession } from '../../registry/ports/sign-in-service.ts';
import { auditRefusedAction, auditRefusedLogin } from '../audited-denials.ts';
import { foreignRefusalMessage } from '../foreign-refusal.ts';
import type { HttpExchange } from '../http-exchange.ts';
import { comingFrom } from '../located-principal.ts';
import { keptByBrowser } from '../sign-in/cookies.ts';
import { isOwnPage, isToken } from '../sign-in/own-page.ts';
import type { ApiDeps } from './api.ts';

/** Who sends this request. Wrong credentials are refused even where none are needed; a cookie counts where there are none, and when it is good. */
export async function authenticate(exchange: HttpExchange, deps: ApiDeps): Promise<Principal> {
  return comingFrom(await prove(exchange, deps), exchange.origin);
}

async function prove(exchange: HttpExchange, deps: ApiDeps): Promise<Principal> {
  const { authenticator, auditor } = deps;
  const header = exchange.request.headers.authorization;
  // Whoever signed in with this browser comes before the certificate that it shows by itself.
  const signedIn = header === undefined ? await bySession(exchange, deps) : undefined;
  if (signedIn !== undefined) return signedIn;
  const found = await authenticator.authenticate(header, exchange.origin);
  if (found.kind === 'refused') {
    await auditRefusedLogin(auditor, exchange, found);
    throw refused(found, exchange);
  }
  if (found.kind === 'anonymous') return anonymous;
  // What was issued for pushing and pulling does not administer: it is handed to tools that are trusted with no more.
  if (found.principal.limit !== undefined) {
    const decision = { reason: 'a registry token is good for /v2/ only', roles: [] };
    await auditRefusedAction(auditor, exchange, { principal: found.principal, action: 'login', resource: { kind: 'registry' }, decision });
    throw unauthorized('A registry token is good for /v2/ only: use a password or an access token.', exchange);
  }
  return found.principal;
}

/** Whoever is signed in with this browser. What changes something must come from a page of ours, and show the token of the session. */
async function bySession(exchange: HttpExchange, { sessions, plainPublicUrl }: ApiDeps): Promise<Principal | undefined> {
  const secret = keptByBrowser(exchange, 'session', plainPublicUrl);
  const open = secret === undefined ? undefined : await (await sessions()).find(secret);
  if (open === undefined) return undefined;
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD' && !isOfOwnPage(exchange, open)) {
    throw new ApiError('forbidden', {
      detail: 'This must come from a page of this registry, with the csrfToken of GET /api/v1/me in the header X-CSRF-Token.',
    });
  }
  if (open.mustSetUp) throw new ApiError('forbidden', { detail: 'Set up a second factor first, at /auth/second-factor/set-up.' });
  return open.principal;
}

function isOfOwnPage(exchange: HttpExchange, { csrfToken }: OpenSession): boolean {
  return isOwnPage(exchange) && isToken([exchange.request.headers['x-csrf-token']].flat()[0], csrfToken);
}

function refused(refusal: Refusal, exchange: HttpExchange): ApiError {
  const { reason, retryAfterSeconds = 1 } = refusal;
  if (reason === 'second-factor') return unauthorized(needsSecondFactorMessage, exchange);
  if (reason !== 'delayed') return unauthorized(foreignRefusalMessage(refusal) ?? 'User name, password or token are wrong.', exchange);
  return new ApiError('too-many-requests', {
    detail: `Too many failed logins: wait ${retryAfterSeconds} seconds before the next try.`,
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}

/** A script of a page says by X-Requested-With that it is one: for Basic its browser would ask for a password by itself, in a window of its own. */
function unauthorized(detail: string, { request }: HttpExchange): ApiError {
  const scheme = request.headers['x-requested-with'] === undefined ? 'Basic' : 'Session';
  return new ApiError('unauthorized', { detail, headers: { 'WWW-Authenticate': `${scheme} realm="longshore"` } });
}

/**
 * Lets the principal through by what the route needs, and says as whom; or refuses: 401 when credentials could help, 404 when not even reading is
 * allowed.
 */
export async function authorize(
  exchange: HttpExchange,
  principal: Principal,
  { needs, operationId }: Route,
  params: unknown,
  { authorizer, auditor }: ApiDeps,
): Promise<Agent> {
  const from = { address: exchange.origin.address, requestId: exchange.id };
  const agent = (decision: Pick<Decision, 'reason' | 'roles' | 'project'>) => agentOf(principal, decision, from);
  if (needs === 'anybody') return agent({ reason: 'anybody may', roles: [] });
  const { subject } = principal;
  if (needs === 'signed-in') {
    if (subject.kind === 'anonymous') throw unauthorized('Log in first.', exchange);
    return agent({ reason: 'whoever is signed in may', roles: [] });
  }
  const { action, on, orUser } = needs as {
    action: typeof needs.action;
    on: (params: unknown) => Resource;
    orUser?: (params: unknown) => string;
  };
  if (orUser !== undefined && subject.kind === 'user' && subject.name === orUser(params)) {
    return agent({ reason: 'these are things of their own', roles: [] });
  }
  const resource = on(params);
  const decision = await authorizer.decide(principal, action, resource);
  if (decision.allow) return agent(decision);
  if (subject.kind === 'anonymous') throw unauthorized('Log in first.', exchange);
  await auditRefusedAction(auditor, exchange, { principal, action: operationId, resource, decision });
  if (await mayKnowOf(authorizer, principal, resource))
    throw new ApiError('forbidden', { detail: `${sentence(decision.reason, subject.name)}.` });
  throw new ApiError('not-found', { detail: 'There is nothing of that name that you may see: check the name, or ask for a role.' });
}

/** What an operation is about, as far as it needs a right over something. */
export function resourceOf({ needs }: Route, params: unknown): Resource {
  return typeof needs === 'string' ? { kind: 'registry' } : (needs.on as (params: unknown) => Resource)(params);
}

async function mayKnowOf(authorizer: Authorizer, principal: Principal, resource: Resource): Promise<boolean> {
  return resource.kind === 'registry' || (await authorizer.decide(principal, 'list', resource)).allow;
}

/** A name stays as it is written. */
const sentence = (text: string, name: string) => (text.startsWith(`${name} `) ? text : text.charAt(0).toUpperCase() + text.slice(1));
