import { mediaTypes, type Route } from '@longshore/oci';
import type { Listed } from '../../registry/ports/content-store.ts';
import { sendBody } from '../answer.ts';
import type { Handler } from './exchange.ts';
import { nextPage, pageOf } from './paging.ts';
import { requireDigestOf } from './parameters.ts';

const json = 'application/json';
/** Referrers carry annotations, so a page of them is kept smaller. */
const mostReferrers = 1000;

const bodies = new WeakMap<object, string>();

/** The JSON of a page; made once for each page object, since whoever remembers pages gives the same object again. */
function bodyOf(page: Listed<unknown>, content: () => object): string {
  const known = bodies.get(page);
  if (known !== undefined) return known;
  const body = JSON.stringify(content());
  bodies.set(page, body);
  return body;
}

/** `GET /v2/`: the answer to "do you speak the API, and am I logged in". */
export const getBase: Handler<Extract<Route, { kind: 'base' }>> = async (exchange) => sendBody(exchange.http, 200, json, '{}');

/** `GET /v2/_catalog`: the repositories that the caller may read. */
export const getCatalog: Handler<Extract<Route, { kind: 'catalog' }>> = async (exchange, { registry, authorizer }) => {
  const page = pageOf(exchange.query);
  const visibility = await authorizer.visible(exchange.principal, 'list');
  const listed = page.limit === 0 ? { items: [], more: false } : await registry.listRepositories(visibility, page);
  sendBody(
    exchange.http,
    200,
    json,
    bodyOf(listed, () => ({ repositories: listed.items })),
    nextPage('/v2/_catalog', page, listed),
  );
};

/** `GET /v2/<name>/tags/list` (end-8a, end-8b). */
export const getTags: Handler<Extract<Route, { kind: 'tags' }>> = async (exchange, { registry }) => {
  const { name } = exchange.route;
  const page = pageOf(exchange.query);
  const listed = await registry.listTags(name, { ...page, limit: Math.max(1, page.limit) });
  const shown = page.limit === 0 ? { items: [], more: false } : listed;
  sendBody(
    exchange.http,
    200,
    json,
    bodyOf(shown, () => ({ name, tags: shown.items })),
    nextPage(`/v2/${name}/tags/list`, page, shown),
  );
};

/** `GET /v2/<name>/referrers/<digest>` (end-12a, end-12b): an index, also when there are none. */
export const getReferrers: Handler<Extract<Route, { kind: 'referrers' }>> = async (exchange, { registry }) => {
  const { name } = exchange.route;
  const subject = requireDigestOf(exchange.route.digest);
  const artifactType = exchange.query.get('artifactType') || undefined;
  const asked = pageOf(exchange.query, mostReferrers);
  const page = { ...asked, limit: Math.max(1, asked.limit) };
  const listed = await registry.listReferrers(name, subject, artifactType, page);
  const body = bodyOf(listed, () => ({
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: listed.items.map(({ sizeBytes, ...referrer }) => ({ ...referrer, size: sizeBytes })),
  }));
  const digests = { items: listed.items.slice(-1).map(({ digest }) => digest), more: listed.more };
  sendBody(exchange.http, 200, mediaTypes.ociIndex, body, [
    ...nextPage(`/v2/${name}/referrers/${subject}`, page, digests, { artifactType }),
    ...(artifactType === undefined ? [] : ['OCI-Filters-Applied', 'artifactType']),
  ]);
};

/** `GET /v2/_oci/ext/discover` and its form below a repository: no extensions yet. */
export const getExtensions: Handler<Extract<Route, { kind: 'extensions' | 'repository-extensions' }>> = async (exchange) =>
  sendBody(exchange.http, 200, json, JSON.stringify({ extensions: [] }));
