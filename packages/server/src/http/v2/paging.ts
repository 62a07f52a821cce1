import { formatNextLink, type LinkQuery } from '@longshore/oci';
import type { Listed, Page } from '../../registry/ports/content-store.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import type { HeaderList } from '../answer.ts';

/** The most entries one answer holds, whatever the client asks for; the rest follows by Link. */
const mostEntries = 10_000;

const numberPattern = /^[0-9]{1,15}$/;

/** `n` and `last` of a list request; `n` is clamped, so that it cannot make the server allocate (CVE-2023-2253). */
export function pageOf(query: URLSearchParams, most = mostEntries): Page {
  const n = query.get('n');
  if (n !== null && !numberPattern.test(n)) {
    throw new RegistryError('PAGINATION_NUMBER_INVALID', { message: `n must be a number of 0 or more, not '${n.slice(0, 32)}'.` });
  }
  const limit = n === null ? most : Math.min(Number(n), most);
  return { limit, after: query.get('last') ?? undefined };
}

/** The Link header to the next page, when there is one and this page is not empty. */
export function nextPage(path: string, page: Page, listed: Listed<string>, more: LinkQuery = {}): HeaderList {
  const last = listed.items.at(-1);
  if (!listed.more || last === undefined) return [];
  return ['Link', formatNextLink(path, { n: page.limit, last, ...more })];
}
