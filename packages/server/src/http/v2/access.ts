import { formatBearerChallenge, type Route } from '@longshore/oci';
import { type Authentication, needsSecondFactorMessage } from '../../registry/ports/authenticator.ts';
import { type Authorizer, anonymous, type Decision, type Principal, type Resource } from '../../registry/ports/authorizer.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import { foreignRefusalMessage } from '../foreign-refusal.ts';
import type { Admitted } from '../remembered-admission.ts';
import type { Need } from './routes.ts';

/** What a challenge tells the client to ask a token for. */
const scopeActions: Readonly<Record<Need, string>> = {
  pull: 'pull',
  push: 'pull,push',
  delete: 'delete',
  list: '*',
  login: '',
};

export interface ChallengeTo {
  /** The token service's address, as the client reaches it. */
  readonly realm: () => string;
  readonly service: string;
  /** Scopes that this request can use besides its own, such as the source of a mount. */
  readonly alsoUseful: string;
}

const signedIn: Decision = { allow: true, reason: 'whoever is signed in may ask', roles: [] };

/**
 * Lets a request through with who is asking, or refuses it: 401 with a challenge when better credentials could help
 * (none given, wrong ones, or a token that was issued for less), 403 when the subject itself may not. `openToAll`:
 * nobody needs credentials, so `GET /v2/` asks for none; anywhere else it must, or docker login takes any password. `onDenied`
 * is told of a 403 before it is one.
 */
export async function requireAccess(
  authorizer: Authorizer,
  authentication: Authentication,
  route: Route,
  need: Need,
  challenge: ChallengeTo,
  openToAll: boolean,
  onDenied: (principal: Principal, decision: Decision, resource: Resource) => Promise<void>,
): Promise<Admitted> {
  if (authentication.kind === 'refused') throw refused(authentication, route, need, challenge);
  const principal = authentication.kind === 'principal' ? authentication.principal : anonymous;
  const resource: Resource = 'name' in route ? { kind: 'repository', name: route.name } : { kind: 'registry' };
  if (need === 'login') {
    if (principal.subject.kind !== 'anonymous' || openToAll) return { principal, decision: signedIn };
    throw unauthorized(route, need, challenge);
  }
  const decision = await authorizer.decide(principal, need, resource);
  if (decision.allow) return { principal, decision };
  if (principal.subject.kind === 'anonymous') throw unauthorized(route, need, challenge);
  const own = principal.limit === undefined ? decision : await authorizer.decide({ ...principal, limit: undefined }, need, resource);
  if (own.allow) throw insufficientScope(route, need, challenge);
  await onDenied(principal, own, resource);
  if (own.told !== undefined) throw new RegistryError('DENIED', { message: own.told });
  const mayRead = (await authorizer.decide(principal, 'pull', resource)).allow;
  throw new RegistryError('DENIED', { message: mayRead ? own.reason : closed(resource) });
}

/** The 401 for a token that was issued for less than a request needs, or can use. */
export function insufficientScope(route: Route, need: Need, challenge: ChallengeTo): RegistryError {
  return unauthorized(route, need, challenge, 'insufficient_scope');
}

/** What somebody without read access hears, whether it exists or not: the authorizer's reason would tell. */
function closed(resource: Resource): string {
  if (resource.kind === 'registry') return 'You may not do this: ask an administrator.';
  const project = resource.name.split('/', 1)[0];
  return `There is no ${resource.name} that you may use: ask for a role in project ${project}, or check the name.`;
}

function refused(refusal: Extract<Authentication, { kind: 'refused' }>, route: Route, need: Need, challenge: ChallengeTo): RegistryError {
  if (refusal.reason === 'delayed') {
    return new RegistryError('TOOMANYREQUESTS', {
      message: `Too many failed logins: wait ${refusal.retryAfterSeconds ?? 1} seconds before the next try.`,
      headers: { 'Retry-After': String(refusal.retryAfterSeconds ?? 1) },
    });
  }
  const error = refusal.reason.startsWith('token-') ? 'invalid_token' : undefined;
  return unauthorized(route, need, challenge, error, foreignRefusalMessage(refusal) ?? messages[refusal.reason]);
}

const messages: Readonly<Record<string, string>> = {
  credentials: 'User name or password are wrong.',
  'second-factor': needsSecondFactorMessage,
  'token-expired': 'The token has expired: get a new one from the token service.',
  'token-invalid': 'The token is not one of ours, or is no longer good: log in again.',
};

function unauthorized(
  route: Route,
  need: Need,
  { realm, service, alsoUseful }: ChallengeTo,
  error?: string,
  message?: string,
): RegistryError {
  const actions = scopeActions[need];
  const own = actions === '' ? '' : 'name' in route ? `repository:${route.name}:${actions}` : `registry:catalog:${actions}`;
  const scope = `${own} ${alsoUseful}`.trim();
  const header = formatBearerChallenge({ realm: realm(), service, scope, ...(error === undefined ? {} : { error }) });
  return new RegistryError('UNAUTHORIZED', { headers: { 'WWW-Authenticate': header }, ...(message === undefined ? {} : { message }) });
}
