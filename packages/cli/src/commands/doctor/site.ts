import type { Surroundings } from '../../command.ts';
import type { Connection } from '../../connection/connect.ts';
import { proxyFor, type UsedProxy } from '../../connection/machine-network.ts';

/** How long one step waits for an answer, in milliseconds. */
export const patienceMs = 10_000;

/** Where something listens. */
export interface Endpoint {
  readonly hostname: string;
  readonly port: number;
}

/** The registry that is looked at, and the way to it. */
export interface Site {
  readonly url: URL;
  readonly connection: Connection;
  readonly proxy: UsedProxy | undefined;
  /** What a connection is made to: the proxy, where there is one. */
  readonly first: Endpoint;
  /** The answer to `GET /v2/` without credentials, which is asked for once; its body is gone. */
  answer(): Promise<Response>;
}

/** What is known before anything is asked. Throws a UsageError for a proxy that is none. */
export function siteOf(connection: Connection, { environment }: Pick<Surroundings, 'environment'>): Site {
  const url = new URL(connection.url);
  const proxy = proxyFor(url, environment);
  let asked: Promise<Response> | undefined;
  return {
    url,
    connection,
    proxy,
    first: endpointOf(proxy?.url ?? url),
    answer: () => {
      asked ??= headOf(new URL('v2/', url), connection);
      return asked;
    },
  };
}

/** The answer to a GET, without its body and wherever it redirects to. */
export async function headOf(url: URL, { fetch }: Pick<Connection, 'fetch'>): Promise<Response> {
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(patienceMs) });
  await response.body?.cancel();
  return response;
}

/** Host, without the brackets of an IPv6 address, and port of a URL. */
export function endpointOf({ hostname, port, protocol }: URL): Endpoint {
  return { hostname: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'https:' ? 443 : 80)) };
}
