import type { Challenge } from '../challenge.ts';
import { parseChallenges } from '../challenge.ts';
import type { Scope } from '../scope.ts';
import { formatScopes } from '../scope.ts';
import { discardBody } from './body.ts';
import { errorFromResponse } from './error-response.ts';
import type { FetchInit, RegistryClientOptions } from './options.ts';
import type { Answer } from './redirect.ts';
import { fetchFollowing } from './redirect.ts';
import type { Token } from './token.ts';
import { basicAuthorization, requestToken } from './token.ts';

/** One request to a registry. */
export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** A path from the base URL on (`v2/...`), or the absolute URL of an upload or of a next page. */
  readonly target: string | URL;
  /** What a token has to allow for it. */
  readonly scopes: readonly Scope[];
  /** The statuses that are an answer; any other is thrown. */
  readonly expect: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | ReadableStream<Uint8Array>;
  readonly signal?: AbortSignal | undefined;
}

/** Sends requests, logging in when asked to; throws a RegistryClientError for any status not expected. */
export interface Transport {
  send(request: RegistryRequest): Promise<Answer>;
}

/** A transport that keeps its tokens, one for every set of scopes, and adds them to requests to its own host only. */
export function createTransport(options: RegistryClientOptions): Transport {
  const base = new URL(options.baseUrl.endsWith('/') ? options.baseUrl : `${options.baseUrl}/`);
  const nowMs = options.nowMs ?? Date.now;
  const tokens = new Map<string, Token>();
  let prefersBasic = false;

  function knownAuthorization(key: string): string | undefined {
    const { credentials } = options;
    if (credentials !== undefined && 'registryToken' in credentials) return `Bearer ${credentials.registryToken}`;
    const token = tokens.get(key);
    if (token !== undefined && token.usableUntilMs > nowMs()) return `Bearer ${token.value}`;
    return prefersBasic && credentials !== undefined && 'password' in credentials ? basicAuthorization(credentials) : undefined;
  }

  /** Answers a 401 to a request that went out with `sent`: true when there is now an authorization worth another try. */
  async function logIn(
    challenges: readonly Challenge[],
    key: string,
    request: RegistryRequest,
    sent: string | undefined,
  ): Promise<boolean> {
    const { credentials } = options;
    if (credentials !== undefined && 'registryToken' in credentials) return false;
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    if (bearer !== undefined) {
      tokens.set(key, await requestToken(options, bearer, request.scopes, request.signal));
      return true;
    }
    const basic = challenges.some(({ scheme }) => scheme === 'basic') && credentials !== undefined && 'password' in credentials;
    prefersBasic ||= basic;
    // Another request may have found out meanwhile: what counts is how this one went out.
    return basic && sent !== basicAuthorization(credentials);
  }

  return {
    async send(request) {
      const url = typeof request.target === 'string' ? new URL(request.target, base) : request.target;
      const own = url.origin === base.origin;
      const key = formatScopes(request.scopes);
      const sent = own ? knownAuthorization(key) : undefined;
      let answer = await fetchFollowing(options.fetch, url, initOf(request, sent));
      const repeatable = !(request.body instanceof ReadableStream);
      if (own && repeatable && answer.response.status === 401 && answer.url.origin === base.origin) {
        const challenges = parseChallenges(answer.response.headers.get('www-authenticate') ?? undefined);
        if (await logIn(challenges, key, request, sent)) {
          await discardBody(answer.response);
          answer = await fetchFollowing(options.fetch, url, initOf(request, knownAuthorization(key)));
        }
      }
      if (request.expect.includes(answer.response.status)) return answer;
      throw await errorFromResponse(`${request.method} ${url.origin}${url.pathname}`, answer.response, base.host);
    },
  };
}

function initOf({ method, headers, body, signal }: RegistryRequest, authorization: string | undefined): FetchInit {
  return {
    method,
    redirect: 'manual',
    headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
    ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> }),
    ...(body instanceof ReadableStream ? { duplex: 'half' as const } : {}),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** The scope of actions in one repository. */
export function repositoryScope(name: string, ...actions: readonly string[]): Scope {
  return { type: 'repository', name, actions };
}
