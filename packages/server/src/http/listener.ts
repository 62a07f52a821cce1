import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../registry/ports/logger.ts';
import type { RequestObserver } from '../registry/ports/request-observer.ts';
import { sendBody } from './answer.ts';
import { type Api, isApiPath } from './api/api.ts';
import { Origins } from './client-address.ts';
import { type Connection, connectionOf } from './connection.ts';
import { type ConnectionLimits, limitConnections } from './connection-limits.ts';
import type { ServeConsole } from './console/serve-console.ts';
import { Drain } from './drain.ts';
import { answerError } from './error-answer.ts';
import { HttpExchange } from './http-exchange.ts';
import { closeIdleConnections } from './idle-connections.ts';
import { answerMalformedRequests } from './malformed-requests.ts';
import type { Page } from './page.ts';
import { type DeadlineLimits, RequestDeadlines } from './request-deadlines.ts';
import type { RequestRates } from './request-rates.ts';
import { requireShape, type ShapeLimits } from './request-shape.ts';
import { signInPaths } from './sign-in/mount.ts';
import type { ServeSignIn } from './sign-in/sign-in-deps.ts';
import { keysPath, serveKeys, serveToken, type TokenEndpointDeps, tokenPath } from './token-endpoint.ts';
import { endTurn, takeTurn } from './turns.ts';
import { discardBody } from './unread-body.ts';
import { type DataPathDeps, serveDataPath } from './v2/data-path.ts';

// An `import` of node:http reads every export of it. One is WebSocket, for which Node loads a whole HTTP client: 36 ms and 12 MB.
const { createServer } = process.getBuiltinModule('node:http');

export interface ListenerLimits extends ConnectionLimits, DeadlineLimits, ShapeLimits {
  readonly headerBytes: number;
  /** A request whose headers are not complete by then is refused with 408. */
  readonly headersTimeoutMs: number;
  /** A connection on which nothing moves for that long is closed. */
  readonly idleTimeoutMs: number;
}

export interface ListenerDeps {
  readonly dataPath: DataPathDeps;
  readonly tokens: TokenEndpointDeps;
  /** The management API. */
  readonly api: Api;
  /** The pages for signing in. */
  readonly signIn: ServeSignIn;
  /** The web console: whatever no other surface answers. */
  readonly console: ServeConsole;
  readonly limits: ListenerLimits;
  readonly trustedProxies: readonly string[];
  readonly publicUrl: string | undefined;
  /** What counts as one client: the network of an address. */
  readonly networkOf: (address: string) => string;
  readonly logger: Logger;
  /** Answers of the other surfaces by exact path: metrics, health. */
  readonly pages: ReadonlyMap<string, Page>;
  /** Bounds the requests of each client, except for pages; undefined: as many as they like. */
  readonly rates: RequestRates | undefined;
  /** The same for whatever logs in and gets tokens. */
  readonly signInRates: RequestRates | undefined;
  readonly observe: RequestObserver;
  readonly refusedConnection: () => void;
  /** Makes the server underneath, where it is not a plain one: TLS, HTTP/2. */
  readonly createHttpServer?: (options: ServerOptions) => Server;
}

export interface Listener {
  /** Resolves when connections are accepted, with the port (the system chooses one for 0); no host: every interface. */
  listen(host: string | undefined, port: number): Promise<AddressInfo>;
  /** The same on a socket that another process has bound and handed over. */
  listenOn(handle: object): Promise<AddressInfo>;
  /**
   * Stops accepting, lets running requests finish for at most `graceMs`, then cuts what is left. Every answer ends its connection from
   * now on; a connection without a request is closed after `idleMs`, since its next request may be on its way.
   */
  drain(graceMs: number, idleMs: number): Promise<void>;
  /** Connections that are open, and requests that are not answered completely. */
  activity(): { connections: number; requests: number };
}

/** The HTTP surface: `/v2/` on the data path, the management API, the token service, and a few pages. One catch for all of it. */
export function createListener(deps: ListenerDeps): Listener {
  const { limits } = deps;
  const origins = new Origins(deps.trustedProxies, deps.publicUrl);
  const server = (deps.createHttpServer ?? createServer)({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    // Uploads may take hours: the transfer watch ends slow ones, the deadlines whatever takes too long.
    requestTimeout: 0,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: 5_000,
    noDelay: true,
  });
  // One more than are allowed, since Node leaves the others out without a word.
  server.maxHeadersCount = limits.headers + 1;
  closeIdleConnections(server, limits.idleTimeoutMs);
  answerMalformedRequests(server);
  const clients = { networkOf: deps.networkOf, isShared: (address: string) => origins.isTrustedProxy(address) };
  const limiter = limitConnections(server, limits, clients, deps.refusedConnection);
  const drain = new Drain(server);
  const deadlines = new RequestDeadlines(limits, deps.logger);
  let unanswered = 0;
  const begin = (connection: Connection, exchange: HttpExchange) => {
    exchange.isLast = drain.begun || connection.ending;
    deadlines.begin(exchange);
    void serve(exchange, deps);
  };
  const end = (connection: Connection, exchange: HttpExchange) => {
    unanswered -= 1;
    deadlines.end(exchange);
    exchange.close();
    report(exchange, deps);
    // The streams of HTTP/2 end with their answer, whatever was still to come.
    if (exchange.completed && !exchange.request.complete && exchange.request.httpVersionMajor === 1) void endBody(exchange.request);
    drain.answered();
    const next = endTurn(connection, exchange);
    if (next !== undefined) begin(connection, next);
    else if (connection.ending && exchange.request.httpVersionMajor === 1) exchange.request.socket.end();
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const connection = connectionOf(request.socket);
    if (connection.refusal !== undefined) return;
    const exchange = new HttpExchange(request, response, origins.of(request, connection));
    unanswered += 1;
    response.on('close', () => end(connection, exchange));
    if (takeTurn(connection, exchange)) begin(connection, exchange);
  };
  // Without a listener for it, Node would ask for the body before we know whether the caller may send it.
  server.on('request', onRequest).on('checkContinue', onRequest);
  return {
    listen: (host, port) => startListening(server, { port, ...(host === undefined ? {} : { host }) }),
    listenOn: (handle) => startListening(server, handle),
    drain: async (graceMs, idleMs) => {
      await drain.run(graceMs, idleMs);
      deadlines.close();
    },
    activity: () => ({ connections: limiter.open(), requests: unanswered }),
  };
}

/** Serves one exchange; never rejects, since nobody waits for it. */
async function serve(exchange: HttpExchange, deps: ListenerDeps): Promise<void> {
  try {
    await dispatch(exchange, deps);
  } catch (error) {
    try {
      answerError(exchange, error, deps.logger);
    } catch (cause) {
      deps.logger.error('A request could not be answered.', { requestId: exchange.id, method: exchange.method, cause });
      exchange.response.destroy();
    }
  }
}

/** Tells the observer of an exchange that is over. Out of an event, what an observer throws would end the process. */
function report(exchange: HttpExchange, { observe, logger }: ListenerDeps): void {
  try {
    observe(exchange);
  } catch (cause) {
    logger.error('A request could not be recorded.', { requestId: exchange.id, method: exchange.method, cause });
  }
}

/** An answered request whose body nobody read must not keep its connection busy for as long as the client likes. */
async function endBody(request: IncomingMessage): Promise<void> {
  if (!(await discardBody(request))) request.socket.destroy();
}

async function dispatch(exchange: HttpExchange, deps: ListenerDeps): Promise<void> {
  const { path } = exchange;
  requireShape(exchange, deps.limits);
  if (deps.rates !== undefined && !deps.pages.has(path)) deps.rates.admit(exchange.clientAddress);
  if (deps.signInRates !== undefined && path.startsWith('/auth/') && path !== keysPath) deps.signInRates.admit(exchange.clientAddress);
  if (path === '/v2' || path.startsWith('/v2/')) return serveDataPath(exchange, deps.dataPath);
  if (isApiPath(path)) return deps.api(exchange);
  if (path === tokenPath) {
    exchange.route = 'token';
    return serveToken(exchange, deps.tokens);
  }
  if (path === keysPath) {
    exchange.route = 'keys';
    return serveKeys(exchange, deps.tokens);
  }
  if (path.startsWith(signInPaths)) return deps.signIn(exchange);
  const page = deps.pages.get(path);
  if (page === undefined) return deps.console(exchange);
  exchange.route = path;
  // Nothing but a drain has made it the last one by now.
  const { status, contentType, body } = await page({ query: new URLSearchParams(exchange.queryText), draining: exchange.isLast });
  sendBody(exchange, status, contentType, body, ['X-Content-Type-Options', 'nosniff']);
}

function startListening(server: Server, where: object): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new TypeError('the server listens on no port'));
      else resolve(address);
    });
  });
}
