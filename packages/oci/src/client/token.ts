import type { Challenge } from '../challenge.ts';
import { member } from '../json-shape.ts';
import type { Scope } from '../scope.ts';
import { formatScope, parseScopes } from '../scope.ts';
import { readJson } from './body.ts';
import { protocolError } from './error.ts';
import { errorFromResponse } from './error-response.ts';
import type { FetchInit, RegistryClientOptions, RegistryCredentials } from './options.ts';
import { fetchFollowing } from './redirect.ts';

const maxTokenBytes = 256 * 1024;
const leastTtlSeconds = 60;

/** A bearer token and until when, in milliseconds of the client's clock, it may be used. */
export interface Token {
  readonly value: string;
  readonly usableUntilMs: number;
}

/**
 * Asks the token service of a Bearer challenge for a token, with the scopes we want and those the challenge names.
 * Credentials go to it only when its host is the registry's own or trusted, and never over http when the registry
 * is https; otherwise the request is anonymous. Throws a RegistryClientError.
 */
export async function requestToken(
  options: RegistryClientOptions,
  challenge: Challenge,
  wanted: readonly Scope[],
  signal?: AbortSignal,
): Promise<Token> {
  const realm = URL.parse(challenge.params['realm'] ?? '');
  const base = new URL(options.baseUrl);
  if (realm === null || !isWeb(realm) || (base.protocol === 'https:' && realm.protocol !== 'https:')) {
    throw protocolError(`${base.host} names a token service that cannot be used`);
  }
  const trusted = realm.host === base.host || (options.trustedRealmHosts ?? []).includes(realm.host);
  const request = tokenRequest(realm, challenge, wanted, trusted ? options.credentials : undefined);
  const init: FetchInit = { ...request.init, ...(signal === undefined ? {} : { signal }) };
  const requestedAtMs = (options.nowMs ?? Date.now)();
  // An identity token is in the body.
  const { response } = await fetchFollowing(options.fetch, request.url, init, true);
  if (response.status !== 200) throw await errorFromResponse(`${init.method} ${realm.origin}${realm.pathname}`, response);
  const body = (await readJson(response, maxTokenBytes)) ?? {};
  const value = member(body, 'token') ?? member(body, 'access_token');
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) throw protocolError(`${realm.host} answered without a token`);
  return { value, usableUntilMs: requestedAtMs + usableSeconds(member(body, 'expires_in')) * 1000 };
}

function tokenRequest(
  realm: URL,
  challenge: Challenge,
  wanted: readonly Scope[],
  credentials: RegistryCredentials | undefined,
): { readonly url: URL; readonly init: FetchInit } {
  const service = challenge.params['service'];
  const scopes = unite(wanted, challenge.params['scope']);
  if (credentials !== undefined && 'identityToken' in credentials) {
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: credentials.identityToken, client_id: 'longshore' });
    if (service !== undefined) form.set('service', service);
    if (scopes.length > 0) form.set('scope', scopes.join(' '));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { url: realm, init: { method: 'POST', headers, redirect: 'manual', body: new TextEncoder().encode(form.toString()) } };
  }
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const basic = credentials !== undefined && 'password' in credentials ? { authorization: basicAuthorization(credentials) } : undefined;
  return { url, init: { method: 'GET', headers: { ...basic }, redirect: 'manual' } };
}

/** The Authorization header of HTTP Basic in UTF-8 (RFC 7617). */
export function basicAuthorization({ username, password }: { readonly username: string; readonly password: string }): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
}

function unite(wanted: readonly Scope[], challenged: string | undefined): readonly string[] {
  return [...new Set([...wanted, ...(parseScopes(challenged ?? '') ?? [])].map(formatScope))];
}

/** Ten per cent are kept back for clocks and transit. A token service need not say, and then means 60 seconds. */
function usableSeconds(expiresIn: unknown): number {
  const seconds = typeof expiresIn === 'number' && expiresIn > 0 ? Math.min(expiresIn, 86_400) : leastTtlSeconds;
  return seconds * 0.9;
}

function isWeb(url: URL): boolean {
  return (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === '';
}
