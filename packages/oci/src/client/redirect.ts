import { discardBody } from './body.ts';
import { protocolError } from './error.ts';
import type { FetchInit, RegistryFetch } from './options.ts';

const maxRedirects = 5;

/** An answer and the URL it came from, after redirects. */
export interface Answer {
  readonly response: Response;
  readonly url: URL;
}

/**
 * Fetches and follows redirects (distribution specification, "API"): Authorization stays behind for good as soon as the
 * host, port or scheme changes, https is never left for http, and a body is only sent again by 307 and 308, and only when it is not
 * a stream. A redirect that cannot be followed so is a protocol error. With `bodyIsSecret`, a body goes to no other origin either.
 */
export async function fetchFollowing(fetch: RegistryFetch, from: URL, init: FetchInit, bodyIsSecret = false): Promise<Answer> {
  let url = from;
  let current = init;
  for (let count = 0; count <= maxRedirects; count += 1) {
    const response = await fetch(url.href, current);
    const location = isRedirect(response.status) ? response.headers.get('location') : null;
    if (location === null) return { response, url };
    await discardBody(response);
    const next = URL.parse(location, url.href) ?? undefined;
    if (next === undefined || !mayLeadTo(url, next)) throw protocolError(`${url.host} redirects to where this client does not follow`);
    const isElsewhere = next.origin !== url.origin;
    const staysHere = bodyIsSecret && isElsewhere && current.body !== undefined;
    if (staysHere || !mayRepeat(current, response.status))
      throw protocolError(`${url.host} redirects a ${current.method} that cannot be repeated`);
    if (isElsewhere) current = { ...current, headers: withoutAuthorization(current.headers) };
    url = next;
  }
  throw protocolError(`${from.host} redirects more than ${maxRedirects} times`);
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function mayLeadTo(from: URL, to: URL): boolean {
  return to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');
}

function mayRepeat({ method, body }: FetchInit, status: number): boolean {
  if (method === 'GET' || method === 'HEAD') return true;
  return (status === 307 || status === 308) && (body === undefined || body instanceof Uint8Array);
}

function withoutAuthorization(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
}
