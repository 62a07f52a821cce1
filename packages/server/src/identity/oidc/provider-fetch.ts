import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { CustomFetch } from 'openid-client';
import type { EndpointRule } from '../../registry/ports/endpoint-rule.ts';

const mostAnswerBytes = 1_048_576;

/** The provider did not answer, or not as one that works: nothing is known about whom it was asked for. */
export class ProviderAway extends Error {
  override readonly name = 'ProviderAway';
}

interface FetchOptions {
  readonly authorities: readonly string[];
  readonly plainOrigin: string | undefined;
  readonly timeoutMs: number;
  readonly endpoints: EndpointRule;
}

/**
 * How the library talks with a provider: certificates checked against these authorities, answers bounded in size and time, redirects not
 * followed, plain HTTP to `plainOrigin` alone, nowhere that `endpoints` refuses. Rejects with `ProviderAway` also for a status that says that the provider does not work now.
 */
export function providerFetch({ authorities, plainOrigin, timeoutMs, endpoints }: FetchOptions): CustomFetch {
  return async (address, { method, headers, body }) => {
    const url = new URL(address);
    try {
      if (url.protocol !== 'https:' && url.origin !== plainOrigin) throw new Error('only https addresses are asked');
      const asked = { ...endpoints(url), method, headers, ca: [...authorities], signal: AbortSignal.timeout(timeoutMs) };
      const answer = await ask(url, asked, textOf(body));
      if (answer.status >= 500 || answer.status === 429) throw new Error(`it answered with status ${answer.status}`);
      return answer;
    } catch (error) {
      throw new ProviderAway(`${url.origin} cannot be asked: ${reasonOf(error)}`, { cause: error });
    }
  };
}

type Asked = ReturnType<EndpointRule> & { method: string; headers: Record<string, string>; ca: string[]; signal: AbortSignal };

function ask(url: URL, asked: Asked, body: string | Uint8Array): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const sent = (url.protocol === 'https:' ? request : plainRequest)(url, asked);
  sent.once('error', reject);
  sent.once('response', (answer) => {
    let bytes = 0;
    answer.on('data', (piece: Buffer) => {
      bytes += piece.byteLength;
      if (bytes > mostAnswerBytes) sent.destroy(new Error(`its answer is longer than ${mostAnswerBytes} bytes`));
    });
    const status = answer.statusCode ?? 0;
    const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as [string, string]);
    buffer(answer).then(
      (text) => resolve(new Response(status === 204 || status === 304 ? null : new Uint8Array(text), { status, headers })),
      reject,
    );
  });
  sent.end(body);
  return promise;
}

function textOf(body: Parameters<CustomFetch>[1]['body']): string | Uint8Array {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError('a request to a provider holds a form');
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) return 'it did not answer in time';
  return error instanceof Error ? error.message : String(error);
}
