import { parseParameter, quote, splitHeaderList } from './header-list.ts';

/** One link of a Link header: where it leads, as written, and its parameters with lower-case names. */
export interface Link {
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
}

/** Query parameters of a link; undefined ones are left out. */
export type LinkQuery = Readonly<Record<string, string | number | undefined>>;

/**
 * The Link header that leads to the next page (distribution specification, "Listing Tags"; RFC 8288):
 * `</v2/app/tags/list?n=10&last=v1>; rel="next"`. `path` must already be encoded; the query is encoded here.
 */
export function formatNextLink(path: string, query: LinkQuery): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.append(name, String(value));
  }
  const text = parameters.toString();
  return formatLink({ url: text === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${text}`, params: { rel: 'next' } });
}

/** A link as it stands in a header. Characters that would end the target are encoded. */
export function formatLink({ url, params }: Link): string {
  const target = url.toWellFormed().replace(/[<>"]|[^\x21-\x7e]+/g, encodeURIComponent);
  return [`<${target}>`, ...Object.entries(params).map(([name, value]) => `${name}=${quote(value)}`)].join('; ');
}

/** The links of a Link header, in order; parts that are not links are skipped. Never throws. */
export function parseLink(header: string | undefined): readonly Link[] {
  return splitLinks(header ?? '').flatMap((text) => {
    const end = text.indexOf('>');
    if (!text.startsWith('<') || end < 0) return [];
    const entries = splitHeaderList(text.slice(end + 1), ';').flatMap((part) => {
      const parameter = parseParameter(part);
      return parameter === undefined ? [] : [parameter];
    });
    // The first occurrence of a parameter counts (RFC 8288 section 3.3).
    return [{ url: text.slice(1, end), params: Object.fromEntries(entries.toReversed()) }];
  });
}

/** The target of the link with relation `next`, undefined when there is none: the last page. */
export function nextLink(header: string | undefined): string | undefined {
  return parseLink(header).find(({ params }) => params['rel']?.toLowerCase().split(/\s+/).includes('next'))?.url;
}

/** Splits at commas that are neither in a quoted string nor in a `<target>`. */
function splitLinks(header: string): readonly string[] {
  const links: string[] = [];
  let start = 0;
  let inside: '' | '>' | '"' = '';
  for (let index = 0; index <= header.length; index += 1) {
    const character = header[index];
    if (inside === '"' && character === '\\') index += 1;
    else if (inside !== '' && character === inside) inside = '';
    else if (inside === '' && (character === '<' || character === '"')) inside = character === '<' ? '>' : '"';
    if (index >= header.length || (character === ',' && inside === '')) {
      const link = header.slice(start, index).trim();
      if (link !== '') links.push(link);
      start = index + 1;
    }
  }
  return links;
}
