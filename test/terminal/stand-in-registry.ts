import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** Something that answers in the place of a registry, in ways that a right one does not. */
export interface StandIn {
  readonly port: number;
  /** Method and path of every request, with the name that it was sent to. */
  readonly asked: readonly string[];
  /** The Authorization headers that came. */
  readonly authorizations: readonly string[];
}

/** Starts one on loopback until the test ends; with a certificate (PEM) it speaks TLS. */
export async function startStandIn(
  t: Pick<TestContext, 'after'>,
  answer: RequestListener,
  certificate?: { readonly cert: string; readonly key: string },
): Promise<StandIn> {
  const [asked, authorizations]: [string[], string[]] = [[], []];
  const listener: RequestListener = (request, response) => {
    asked.push(`${request.method} ${request.headers.host}${request.url}`);
    if (request.headers.authorization !== undefined) authorizations.push(request.headers.authorization);
    answer(request, response);
  };
  const server = certificate === undefined ? createServer(listener) : createTlsServer(certificate, listener);
  // What waits for leave to send its body is answered as it comes.
  server.on('checkContinue', listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, asked, authorizations };
}

/** The answer of a registry that lets everybody in. */
export const openRegistry: RequestListener = (_request, response) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end('{}');

/** A registry that wants a token of this realm. */
export function wantsToken(realm: () => string): RequestListener {
  return ({ url }, response) => {
    if (url?.startsWith('/token') === true) response.writeHead(200, { 'content-type': 'application/json' }).end('{"token":"t"}');
    else response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm()}",service="r"` }).end();
  };
}
