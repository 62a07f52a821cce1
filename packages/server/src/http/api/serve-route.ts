import type { ServerResponse } from 'node:http';
import { ApiError, stale } from '../../management/problems.ts';
import type { AnyAnswer, Route, StreamedBody } from '../../management/route.ts';
import { actorOf } from '../../registry/ports/authorizer.ts';
import { headerListOf, sendBody, sendEmpty, sendHead } from '../answer.ts';
import { auditLateRefusal, isDenial } from '../audited-denials.ts';
import type { HttpExchange } from '../http-exchange.ts';
import { ClientGone } from '../request-body.ts';
import { admitSubject } from '../subject-rates.ts';
import type { TransferWatch } from '../transfer-watch.ts';
import { authenticate, authorize, resourceOf } from './access.ts';
import type { ApiDeps } from './api.ts';
import { readJson } from './json-body.ts';
import { apiHeaders } from './problem.ts';
import { invalid, type RouteChecker } from './validation.ts';

/** One request of an operation: who, which, may he, of which version, what, and only then the operation. Throws what the catch renders. */
export async function serveRoute(
  exchange: HttpExchange,
  route: Route,
  checker: RouteChecker,
  pathParams: unknown,
  deps: ApiDeps,
): Promise<void> {
  exchange.route = route.operationId;
  if (route.method !== 'GET') requireOwnPage(exchange);
  let principal = await authenticate(exchange, deps);
  exchange.subject = actorOf(principal.subject);
  await admitSubject(exchange, principal, deps);
  const params = checker.params(pathParams);
  exchange.repository = (params as { repository?: string }).repository;
  let by = await authorize(exchange, principal, route, params, deps);
  const query = checker.query(exchange.queryText);
  let body: unknown;
  if (route.body !== undefined) {
    body = checker.body(await readJson(exchange, deps.watch));
    // A body may take minutes on purpose, until after its sender was removed.
    principal = await authenticate(exchange, deps);
    by = await authorize(exchange, principal, route, params, deps);
  }
  exchange.by = by;
  // RFC 9110 section 13.2.1: what fails without the condition fails in the same way with it.
  const ifMatch = wantedVersion(exchange.request.headers['if-match'], route);
  const { operationId } = route;
  const signal = untilClosed(exchange);
  const answer = await handle(route, { operationId, params, query, body, ifMatch, principal, by, signal }, deps);
  await send(exchange, route, answer, deps.watch);
}

/** Pages of others must not make a browser change something with the name and password that it remembers; it says which page it is. */
function requireOwnPage({ request, origin }: HttpExchange): void {
  const { origin: page } = request.headers;
  if (page === undefined || (URL.canParse(page) && new URL(page).host === origin.host)) return;
  const detail = `A page of another origin than ${origin.baseUrl} may change nothing here: what is no browser leaves Origin out.`;
  throw new ApiError('forbidden', { detail });
}

/** What the operation answers; what it refuses is in the audit log before its answer. */
async function handle(route: Route, request: Parameters<Route['handle']>[0], { auditor }: ApiDeps): Promise<AnyAnswer> {
  try {
    return await route.handle(request);
  } catch (error) {
    if (isDenial(error) || (error instanceof ApiError && error.denied)) {
      const resource = resourceOf(route, request.params);
      await auditLateRefusal(auditor, { by: request.by, action: route.operationId, resource, error });
    }
    throw error;
  }
}

/** Aborts when the connection closes before the answer has been sent. */
function untilClosed({ response }: HttpExchange): AbortSignal {
  const left = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) left.abort(new ClientGone());
  });
  return left.signal;
}

/** The version in `If-Match: "7"`; undefined when any will do. */
function wantedVersion(header: string | undefined, { ifMatch }: Route): number | undefined {
  if (ifMatch === undefined) return undefined;
  if (header === undefined) {
    if (ifMatch === 'optional') return undefined;
    throw new ApiError('precondition-required', {
      detail: 'Say by If-Match which version is to be changed: the ETag of what you have read.',
    });
  }
  if (header.trim() === '*') return undefined;
  if (!/^(W\/)?"[^"]*"( *, *(W\/)?"[^"]*")*$/.test(header.trim()))
    throw invalid([{ pointer: '/headers/if-match', detail: 'is no entity tag' }]);
  const version = /^"([0-9]{1,15})"$/.exec(header.trim())?.[1];
  if (version === undefined) throw stale();
  return Number(version);
}

async function send(exchange: HttpExchange, route: Route, answer: AnyAnswer, watch: TransferWatch): Promise<void> {
  const headers = [...apiHeaders, ...headerListOf(answer.headers ?? {})];
  if (answer.version !== undefined) headers.push('ETag', `"${answer.version}"`);
  if (answer.location !== undefined) headers.push('Location', answer.location);
  if (answer.next !== undefined) headers.push('Link', `<${nextPage(exchange, answer.next)}>; rel="next"`);
  if (answer.pieces !== undefined) return sendPieces(exchange, route, { status: answer.status, pieces: answer.pieces }, headers, watch);
  if (answer.body === undefined) return sendEmpty(exchange, answer.status, headers);
  sendBody(exchange, answer.status, 'application/json', JSON.stringify(answer.body), headers);
}

function nextPage({ path, queryText }: HttpExchange, cursor: string): string {
  const query = new URLSearchParams(queryText ?? '');
  query.set('cursor', cursor);
  return `${path}?${query}`;
}

/** Sends a body as it is made, no faster than the client takes it; who takes it too slowly is cut off. */
async function sendPieces(
  exchange: HttpExchange,
  { responses }: Route,
  { status, pieces }: { status: number; pieces: AsyncIterable<string | Uint8Array> },
  headers: readonly string[],
  watch: TransferWatch,
): Promise<void> {
  const { response } = exchange;
  sendHead(exchange, status, ['Content-Type', (responses[status] as StreamedBody).contentType, ...headers]);
  if (exchange.method === 'HEAD') {
    response.end();
    await pieces[Symbol.asyncIterator]().return?.();
    return;
  }
  const transfer = watch.begin(() => response.destroy());
  try {
    transfer.waiting();
    for await (const piece of pieces) {
      if (exchange.closed) throw new ClientGone();
      const length = Buffer.byteLength(piece);
      exchange.bytesSent += length;
      if (response.write(piece)) continue;
      transfer.goingOn(length);
      await drained(response);
      transfer.moved(length);
      transfer.waiting();
    }
  } finally {
    transfer.end();
  }
  response.end();
}

/** Resolves when more can be sent, or nothing can any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    response.on('drain', settle).on('close', settle);
  });
}
