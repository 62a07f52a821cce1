import { parseRepositoryName, parseRoute, type Route } from '@longshore/oci';
import { agentOf } from '../../registry/ports/agent.ts';
import type { Auditor } from '../../registry/ports/auditor.ts';
import type { Authenticator } from '../../registry/ports/authenticator.ts';
import type { Resource } from '../../registry/ports/authorizer.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import { sendEmpty } from '../answer.ts';
import { auditLateRefusal, auditRefusedAction, auditRefusedLogin, isDenial } from '../audited-denials.ts';
import type { HttpExchange } from '../http-exchange.ts';
import { locate } from '../located-principal.ts';
import type { Admitted } from '../remembered-admission.ts';
import type { RequestRates } from '../request-rates.ts';
import { admitSubject } from '../subject-rates.ts';
import { type ChallengeTo, insufficientScope, requireAccess } from './access.ts';
import type { Admissions, Asked } from './admissions.ts';
import type { V2Deps } from './exchange.ts';
import { endpointOf, methodsOf, type Need } from './routes.ts';

export interface DataPathDeps extends V2Deps {
  readonly authenticator: Authenticator;
  readonly admissions: Admissions;
  readonly auditor: Auditor;
  readonly subjectRates: RequestRates | undefined;
  /** The token service's path on this host, and the service name that tokens are for. */
  readonly tokenPath: string;
  readonly service: string;
  /** Whether everybody may do everything here without credentials (`anonymous: push`). */
  readonly openToAll: boolean;
  /** Host names besides the one in the request that mean this registry in `?ns=`. */
  readonly ownHosts: readonly string[];
}

/** The query of a request that has none; nobody changes it. */
const noQuery = new URLSearchParams();

/** One request of `/v2/`: parse, authenticate, authorize by the route's own need, handle. Throws what the catch renders. */
export async function serveDataPath(http: HttpExchange, deps: DataPathDeps): Promise<void> {
  http.headers.push('Docker-Distribution-Api-Version', 'registry/2.0');
  const route = requireRoute(http.path);
  http.route = route.kind;
  if ('name' in route) http.repository = route.name;
  const endpoint = endpointOf(route, http.method);
  if (endpoint === undefined) {
    if (http.method === 'OPTIONS') return sendEmpty(http, 204, ['Allow', methodsOf(route)]);
    throw new RegistryError('UNSUPPORTED', { message: `Here works: ${methodsOf(route)}.`, headers: { Allow: methodsOf(route) } });
  }
  const query = http.queryText === undefined ? noQuery : readQuery(http.queryText);
  const challenge = {
    realm: () => `${http.origin.baseUrl}${deps.tokenPath}`,
    service: deps.service,
    alsoUseful: mountScope(route, query),
  };
  const asked = deps.admissions.ask(http, endpoint.need, 'name' in route ? route.name : undefined);
  const known = asked && deps.admissions.recall(asked);
  if (known !== undefined && deps.subjectRates !== undefined) await admitSubject(http, known.principal, deps);
  const { principal, decision } = known ?? (await admit(http, route, endpoint.need, challenge, asked, deps));
  const by = agentOf(principal, decision, { address: http.origin.address, requestId: http.id });
  http.subject = by.actor;
  http.by = by;
  answerNamespace(query, http, deps.ownHosts);
  try {
    const fromHereAlone = decision.fromHereAlone === true;
    const tooNarrow = () => insufficientScope(route, endpoint.need, challenge);
    await endpoint.handle({ http, route, query, principal, fromHereAlone, by, insufficientScope: tooNarrow }, deps);
  } catch (error) {
    if (isDenial(error)) {
      const resource: Resource = 'name' in route ? { kind: 'repository', name: route.name } : { kind: 'registry' };
      await auditLateRefusal(deps.auditor, { by, action: endpoint.need, resource, error });
    }
    throw error;
  }
}

/** Authenticates and authorizes, and remembers what came of it; throws when the request is not let through. */
async function admit(
  http: HttpExchange,
  route: Route,
  need: Need,
  challenge: ChallengeTo,
  asked: Asked | undefined,
  { admissions, auditor, authenticator, authorizer, openToAll, subjectRates }: DataPathDeps,
): Promise<Admitted> {
  const proved = await authenticator.authenticate(http.request.headers.authorization, http.origin);
  const authentication = locate(proved, http.origin);
  if (authentication.kind === 'refused') await auditRefusedLogin(auditor, http, authentication);
  else if (subjectRates !== undefined) await admitSubject(http, authentication.principal, { subjectRates, auditor });
  const admitted = await requireAccess(
    ...([authorizer, authentication, route, need, challenge, openToAll] as const),
    (principal, decision, resource) => auditRefusedAction(auditor, http, { principal, action: need, resource, decision }),
  );
  if (asked !== undefined) admissions.remember(asked, proved, admitted);
  return admitted;
}

function requireRoute(path: string): Route {
  const route = parseRoute(path);
  if (route === undefined)
    throw new RegistryError('UNSUPPORTED', { status: 404, message: 'There is no such endpoint in the distribution API.' });
  if (route.kind === 'invalid') throw new RegistryError(route.code, { detail: { name: route.name.slice(0, 300) } });
  return route;
}

/**
 * `?ns=` names the registry that the client thinks it talks to: our own host means local content; any other name is
 * an upstream, never local content of the same repository name.
 */
function answerNamespace(query: URLSearchParams, { origin, headers }: HttpExchange, ownHosts: readonly string[]): void {
  const namespace = query.get('ns');
  if (namespace === null) return;
  if (namespace !== origin.host && !ownHosts.includes(namespace)) {
    throw new RegistryError('NAME_UNKNOWN', { message: `This registry mirrors no upstream named '${namespace.slice(0, 255)}'.` });
  }
  headers.push('OCI-Namespace', namespace);
}

function readQuery(text: string): URLSearchParams {
  // Nothing has U+0000 in its name, and PostgreSQL fails when it is asked for it.
  if (text.includes('%00'))
    throw new RegistryError('UNSUPPORTED', { status: 400, message: 'The query must not hold the character U+0000.' });
  return new URLSearchParams(text);
}

/** A mount reads its source too: the named one, or wherever the blob is. */
function mountScope(route: Route, query: URLSearchParams): string {
  if (route.kind !== 'uploads' || !query.has('mount')) return '';
  const from = parseRepositoryName(query.get('from') ?? '');
  return `repository:${from ?? '*'}:pull`;
}
