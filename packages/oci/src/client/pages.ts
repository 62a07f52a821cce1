import type { JsonObject } from '../json-shape.ts';
import { isStringArray, member } from '../json-shape.ts';
import { nextLink } from '../link.ts';
import type { Scope } from '../scope.ts';
import { jsonObjectIn, readBytes } from './body.ts';
import { protocolError } from './error.ts';
import type { CallOptions } from './options.ts';
import type { Answer } from './redirect.ts';
import type { Transport } from './transport.ts';

const maxPages = 10_000;
const maxPageBytes = 16 * 1024 * 1024;

/** What listing may be told: how many entries a page should have. */
export interface ListOptions extends CallOptions {
  readonly pageSize?: number;
}

/** One page after the other by their Link headers; a link to another host, or the same one twice, is a protocol error. */
export async function* pagesOf(
  transport: Transport,
  path: string,
  scope: Scope,
  { signal }: CallOptions,
): AsyncGenerator<{ body: JsonObject; sizeBytes: number; answer: Answer }> {
  const seen = new Set<string>();
  let target: string | URL = path;
  for (let count = 0; count < maxPages; count += 1) {
    const answer: Answer = await transport.send({ method: 'GET', target, scopes: [scope], expect: [200], signal });
    const bytes = await readBytes(answer.response, maxPageBytes);
    const body = jsonObjectIn(bytes);
    if (body === undefined) throw protocolError(`${answer.url.host} answered a list that is not JSON`);
    yield { body, sizeBytes: bytes.length, answer };
    const next = nextLink(answer.response.headers.get('link') ?? undefined);
    if (next === undefined) return;
    const url = URL.parse(next, answer.url.href);
    if (url === null || url.origin !== answer.url.origin || seen.has(url.href))
      throw protocolError(`${answer.url.host} answered an unusable next page`);
    seen.add(url.href);
    target = url;
  }
  throw protocolError('the list has too many pages');
}

/** The tags of a repository, or the repositories of a registry: the strings in `field` of every page. */
export async function* stringsOf(
  transport: Transport,
  path: string,
  scope: Scope,
  field: 'tags' | 'repositories',
  options: ListOptions,
): AsyncGenerator<string> {
  const start = options.pageSize === undefined ? path : `${path}?n=${options.pageSize}`;
  for await (const { body, answer } of pagesOf(transport, start, scope, options)) {
    const strings = member(body, field) ?? [];
    if (!isStringArray(strings)) throw protocolError(`${answer.url.host} answered a list without ${field}`);
    yield* strings;
  }
}
