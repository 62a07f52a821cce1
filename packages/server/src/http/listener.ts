import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../registry/ports/logger.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { Origins } from './client-address.ts';
import { type ConnectionLimits, limitConnections } from './connection-limits.ts';
import { answerError } from './error-answer.ts';
import { closeIdleConnections } from './idle-connections.ts';
import type { Page } from './page.ts';
import { keysPath, serveKeys, serveToken, type TokenEndpointDeps, tokenPath } from './token-endpoint.ts';
import { Turns } from './turns.ts';
import { discardBody } from './unread-body.ts';
import { type DataPathDeps, serveDataPath } from './v2/data-path.ts';

export interface ListenerLimits extends ConnectionLimits {
  readonly headerBytes: number;
  /** A request whose headers are not complete by then is refused with 408. */
  readonly headersTimeoutMs: number;
  /** A connection on which nothing moves for that long is closed. */
  readonly idleTimeoutMs: number;
}

export interface ListenerDeps {
  readonly dataPath: DataPathDeps;
  readonly tokens: TokenEndpointDeps;
  readonly limits: ListenerLimits;
  readonly trustedProxies: readonly string[];
  readonly publicUrl: string | undefined;
  readonly logger: Logger;
  /** Answers of the other surfaces by exact path: metrics, health. */
  readonly pages: ReadonlyMap<string, Page>;
  readonly observe: (request: IncomingMessage, response: ServerResponse, requestId: string, startedAt: bigint) => void;
  readonly refusedConnection: () => void;
}

export interface Listener {
  /** Resolves when connections are accepted, with the port (the system chooses one for 0); no host: every interface. */
  listen(host: string | undefined, port: number): Promise<AddressInfo>;
  /** Stops accepting, lets running requests finish for at most `graceMs`, then cuts what is left. */
  drain(graceMs: number): Promise<void>;
}

/** The HTTP surface: `/v2/` on the data path, the token service, and a few pages. One catch for all of it. */
export function createListener(deps: ListenerDeps): Listener {
  const { limits } = deps;
  const origins = new Origins(deps.trustedProxies, deps.publicUrl);
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    // Uploads may take hours; slow bodies are ended by the transfer watch instead.
    requestTimeout: 0,
    keepAliveTimeout: 75_000,
    connectionsCheckingInterval: 5_000,
    noDelay: true,
  });
  closeIdleConnections(server, limits.idleTimeoutMs);
  const limiter = limitConnections(server, limits, (address) => origins.isTrustedProxy(address), deps.refusedConnection);
  const turns = new Turns();
  let draining = false;
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const requestId = randomBytes(9).toString('base64url');
    response.setHeader('X-Request-Id', requestId);
    deps.observe(request, response, requestId, process.hrtime.bigint());
    if (draining) response.setHeader('Connection', 'close');
    response.once('finish', () => void endBody(request));
    // Whoever was answered during a drain without hearing that the connection ends would keep it, and us, waiting.
    response.once('close', () => draining && server.closeIdleConnections());
    try {
      await dispatch(request, response, origins, deps, draining);
    } catch (error) {
      answerError(request, response, error, requestId, deps.logger);
    }
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    if (limiter.isRefused(request.socket)) return;
    turns
      .take(request, response, () => serve(request, response))
      .catch((cause: unknown) => {
        deps.logger.error('A request could not be answered.', { method: request.method, cause });
        response.destroy();
      });
  };
  // Without a listener for it, Node would ask for the body before we know whether the caller may send it.
  server.on('request', onRequest).on('checkContinue', onRequest);
  return {
    listen: (host, port) => startListening(server, host, port),
    drain: async (graceMs) => {
      draining = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

/** What a client that takes us for a proxy asks for, without scheme and host (RFC 9112 section 3.2.2). */
function originForm(url: string): string {
  const absolute = /^https?:\/\/[^/?#]*(.*)$/i.exec(url)?.[1];
  return absolute === undefined ? url : absolute.startsWith('/') ? absolute : `/${absolute}`;
}

/** An answered request whose body nobody read must not keep its connection busy for as long as the client likes. */
async function endBody(request: IncomingMessage): Promise<void> {
  if (!(await discardBody(request))) request.socket.destroy();
}

async function dispatch(
  request: IncomingMessage,
  response: ServerResponse,
  origins: Origins,
  deps: ListenerDeps,
  draining: boolean,
): Promise<void> {
  request.url = originForm(request.url ?? '/');
  const origin = origins.of(request, false);
  const path = request.url.split('?', 1)[0] ?? '/';
  if (path === '/v2' || path.startsWith('/v2/')) return serveDataPath(request, response, origin, deps.dataPath);
  if (path === tokenPath) return serveToken(request, response, origin, deps.tokens);
  if (path === keysPath) return serveKeys(request, response, deps.tokens);
  const page = deps.pages.get(path);
  if (page === undefined)
    throw new RegistryError('UNSUPPORTED', { status: 404, message: 'There is nothing here: the registry API is at /v2/.' });
  const query = new URLSearchParams(request.url.split('?')[1]);
  const { status, contentType, body } = await page({ query, draining });
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function startListening(server: Server, host: string | undefined, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new TypeError('the server listens on no port'));
      else resolve(address);
    });
  });
}
