import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseRepositoryName, parseRoute, type Route } from '@longshore/oci';
import type { Authenticator } from '../../registry/ports/authenticator.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import type { Origin } from '../client-address.ts';
import { requireAccess } from './access.ts';
import { sendEmpty, type V2Deps } from './exchange.ts';
import { endpointOf, methodsOf } from './routes.ts';

export interface DataPathDeps extends V2Deps {
  readonly authenticator: Authenticator;
  /** The token service's path on this host, and the service name that tokens are for. */
  readonly tokenPath: string;
  readonly service: string;
  /** Whether everybody may do everything here without credentials (`anonymous: push`). */
  readonly openToAll: boolean;
  /** Host names besides the one in the request that mean this registry in `?ns=`. */
  readonly ownHosts: readonly string[];
}

/** One request of `/v2/`: parse, authenticate, authorize by the route's own need, handle. Throws what the catch renders. */
export async function serveDataPath(request: IncomingMessage, response: ServerResponse, origin: Origin, deps: DataPathDeps): Promise<void> {
  response.setHeader('Docker-Distribution-Api-Version', 'registry/2.0');
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const route = requireRoute(mark < 0 ? url : url.slice(0, mark));
  const endpoint = endpointOf(route, request.method);
  if (endpoint === undefined) {
    if (request.method === 'OPTIONS') return sendEmpty(response, 204, { Allow: methodsOf(route) });
    throw new RegistryError('UNSUPPORTED', { message: `Here works: ${methodsOf(route)}.`, headers: { Allow: methodsOf(route) } });
  }
  const authentication = await deps.authenticator.authenticate(request.headers.authorization, origin);
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  const challenge = { realm: `${origin.baseUrl}${deps.tokenPath}`, service: deps.service, alsoUseful: mountScope(route, query) };
  const access = await requireAccess(deps.authorizer, authentication, route, endpoint.need, challenge, deps.openToAll);
  answerNamespace(query, response, origin, deps.ownHosts);
  await endpoint.handle({ request, response, route, query, origin, ...access }, deps);
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
function answerNamespace(query: URLSearchParams, response: ServerResponse, origin: Origin, ownHosts: readonly string[]): void {
  const namespace = query.get('ns');
  if (namespace === null) return;
  if (namespace !== origin.host && !ownHosts.includes(namespace)) {
    throw new RegistryError('NAME_UNKNOWN', { message: `This registry mirrors no upstream named '${namespace.slice(0, 255)}'.` });
  }
  response.setHeader('OCI-Namespace', namespace);
}

/** A mount reads its source too: the named one, or wherever the blob is. */
function mountScope(route: Route, query: URLSearchParams): string {
  if (route.kind !== 'uploads' || !query.has('mount')) return '';
  const from = parseRepositoryName(query.get('from') ?? '');
  return `repository:${from ?? '*'}:pull`;
}
