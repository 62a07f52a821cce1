import { type Digest, etagMatches, formatEntityTag, type Route, type Tag } from '@longshore/oci';
import type { Resource } from '../../registry/ports/authorizer.ts';
import type { ManifestReference } from '../../registry/registry.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import { type HeaderList, sendBody, sendEmpty, sendHead } from '../answer.ts';
import { readBody } from '../request-body.ts';
import type { Exchange, Handler, V2Deps } from './exchange.ts';
import { expiryHeaders } from './expiry-headers.ts';
import { requireReferenceOf, requireTagsOf } from './parameters.ts';
import { quotaHeaders } from './quota-headers.ts';

type ManifestRoute = Extract<Route, { kind: 'manifest' }>;

/** `GET /v2/<name>/manifests/<reference>` (end-3): the bytes as they were pushed. */
export const getManifest: Handler<ManifestRoute> = async ({ http, route }, deps) => {
  const { registry, pulls, expiry } = deps;
  const reference = requireReferenceOf(route.reference);
  const { digest, mediaType, bytes } = await registry.getManifest(route.name, reference);
  const own = headersOf(digest);
  const headers = expiry.mayExpire(route.name) ? [...own, ...(await expiryHeaders(route.name, reference, deps))] : own;
  if (etagMatches(http.request.headers['if-none-match'], formatEntityTag(digest))) {
    pulls.count(route.name, digest, tagOf(reference), 0);
    return sendEmpty(http, 304, headers);
  }
  pulls.begin(route.name, bytes.byteLength);
  pulls.count(route.name, digest, tagOf(reference), 1);
  sendBody(http, 200, mediaType, bytes, headers);
};

/** `HEAD` of the same, without reading the bytes. Clients that have them already ask for no more, so it is a use of the tag. */
export const headManifest: Handler<ManifestRoute> = async ({ http, route }, deps) => {
  const { registry, pulls, expiry } = deps;
  const reference = requireReferenceOf(route.reference);
  const { digest, mediaType, sizeBytes } = await registry.statManifest(route.name, reference);
  pulls.count(route.name, digest, tagOf(reference), 0);
  const own = headersOf(digest);
  const headers = expiry.mayExpire(route.name) ? [...own, ...(await expiryHeaders(route.name, reference, deps))] : own;
  if (etagMatches(http.request.headers['if-none-match'], formatEntityTag(digest))) return sendEmpty(http, 304, headers);
  sendHead(http, 200, ['Content-Type', mediaType, 'Content-Length', String(sizeBytes), ...headers]);
  http.response.end();
};

/** `PUT` (end-7a, end-7b): a tag that exists is moved only when the caller may update, not merely push. */
export const putManifest: Handler<ManifestRoute> = async (exchange, deps) => {
  const { http, route, principal, by } = exchange;
  const reference = requireReferenceOf(route.reference);
  const tags = requireTagsOf(exchange.query);
  if ('tag' in reference && tags.length > 0) {
    throw new RegistryError('TAG_INVALID', { message: '?tag= goes with a push by digest: put the digest in the path.' });
  }
  const bytes = await readBody(http, { watch: deps.watch, maxBytes: deps.limits.manifestBytes, tooLong: () => tooLong(deps) });
  const repository: Resource = { kind: 'repository', name: route.name };
  const update = await deps.authorizer.decide(principal, 'update', repository);
  // A body may take an hour on purpose, until after its sender has lost his role.
  const decision = update.allow ? update : await deps.authorizer.decide(principal, 'push', repository);
  if (!decision.allow) throw new RegistryError('DENIED', { message: 'You may not push here any more: ask for a role in the project.' });
  const contentType = http.request.headers['content-type'] ?? '';
  const pushed = await deps.registry.putManifest({
    ...{ repository: route.name, reference, tags, contentType, bytes, mayMoveTags: update.allow },
    by: { ...by, roles: decision.roles },
  });
  sendEmpty(http, 201, [
    'Location',
    `/v2/${route.name}/manifests/${'tag' in reference ? reference.tag : pushed.digest}`,
    'Docker-Content-Digest',
    pushed.digest,
    ...(pushed.subject === undefined ? [] : ['OCI-Subject', pushed.subject]),
    ...(tags.length === 0 ? [] : ['OCI-Tag', tags.join(', ')]),
    ...(await quotaHeaders(route.name, pushed, deps)),
    ...(deps.expiry.mayExpire(route.name) ? await expiryHeaders(route.name, reference, deps) : []),
  ]);
};

/** `DELETE` (end-9): by tag the tag alone, by digest the manifest with all its tags. */
export const deleteManifest: Handler<ManifestRoute> = async (exchange: Exchange<ManifestRoute>, { registry, limits }) => {
  requireDeletion(limits, 'GET, HEAD, PUT');
  await registry.deleteManifest(exchange.route.name, requireReferenceOf(exchange.route.reference), exchange.by);
  sendEmpty(exchange.http, 202);
};

/** Answers 405 when the settings disable deletion; `others`: the methods that still work there, for Allow. */
export function requireDeletion(limits: V2Deps['limits'], others: string): void {
  if (limits.deletion) return;
  const message = 'Deleting is disabled here: set deletion.enabled to true to allow it.';
  throw new RegistryError('UNSUPPORTED', { message, headers: { Allow: others } });
}

function tagOf(reference: ManifestReference): Tag | undefined {
  return 'tag' in reference ? reference.tag : undefined;
}

function headersOf(digest: Digest): HeaderList {
  return ['Docker-Content-Digest', digest, 'ETag', formatEntityTag(digest)];
}

function tooLong(deps: V2Deps): RegistryError {
  return new RegistryError('SIZE_INVALID', {
    status: 413,
    message: `A manifest may have at most ${deps.limits.manifestBytes} bytes (limits.manifestBytes).`,
  });
}
