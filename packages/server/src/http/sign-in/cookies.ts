import type { HttpExchange } from '../http-exchange.ts';

/** What a browser keeps for us: `session` while somebody is signed in, `step` between two steps of signing in. */
type Kept = 'session' | 'step';

const stepSeconds = 600;
const loopback = /^(?:localhost|127\.[0-9.]+|\[::1\])(?::[0-9]+)?$/;

/**
 * Whether the browser speaks TLS as far as we can tell. Without it, cookies go over the wire only within one host, or where the
 * administrator says by `publicUrl` that clients use plain HTTP.
 */
function isPlain({ origin }: HttpExchange, plainPublicUrl: boolean): boolean {
  return origin.baseUrl.startsWith('http:') && (plainPublicUrl || loopback.test(origin.host));
}

/** `__Host-`: a browser takes it over TLS alone, from no other host, for every path (RFC 6265bis section 4.1.3.2). */
function nameOf(exchange: HttpExchange, kept: Kept, plainPublicUrl: boolean): string {
  const name = kept === 'session' ? 'longshore' : 'longshore-step';
  return isPlain(exchange, plainPublicUrl) ? name : `__Host-${name}`;
}

/** The value that the browser sends; undefined when there is none, or two, of which one is somebody else's. */
export function keptByBrowser(exchange: HttpExchange, kept: Kept, plainPublicUrl: boolean): string | undefined {
  const header = exchange.request.headers.cookie;
  if (header === undefined) return undefined;
  const start = `${nameOf(exchange, kept, plainPublicUrl)}=`;
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(start));
  return values.length === 1 ? values[0]?.slice(start.length) || undefined : undefined;
}

/** The value of Set-Cookie that keeps `value`, or forgets it when it is undefined. A session ends with the browser, if not before. */
export function keepInBrowser(exchange: HttpExchange, kept: Kept, value: string | undefined, plainPublicUrl: boolean): string {
  const age = value === undefined ? '; Max-Age=0' : kept === 'step' ? `; Max-Age=${stepSeconds}` : '';
  const secure = isPlain(exchange, plainPublicUrl) ? '' : '; Secure';
  return `${nameOf(exchange, kept, plainPublicUrl)}=${value ?? ''}; Path=/; HttpOnly; SameSite=Lax${secure}${age}`;
}
