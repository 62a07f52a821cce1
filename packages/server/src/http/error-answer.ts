import type { IncomingMessage } from 'node:http';
import { errorBody } from '@longshore/oci';
import { StorageError, type StorageReason } from '../registry/ports/blob-store.ts';
import type { Logger } from '../registry/ports/logger.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { headerListOf, sendBody, sendHead } from './answer.ts';
import { isApiPath } from './api/api.ts';
import { problemRefusal, type Refusal } from './api/problem.ts';
import type { HttpExchange } from './http-exchange.ts';
import { announcedLength, ClientGone, hasBody } from './request-body.ts';
import { discardBody } from './unread-body.ts';

/** Above this, an unread body is not worth reading to the end just to keep the connection. */
const mostDrained = 1024 * 1024;

/** What clients are told where `try again later` is not all that there is to say. */
const storageMessages: Partial<Record<StorageReason, string>> = {
  'read-only': 'The registry cannot write to its storage: ask its administrator to look at the log.',
  unreachable: 'The registry cannot reach its database or its store at the moment: repeat the request in some seconds.',
};

/** Why a store or an unknown failure ends a request: the client gets what to do, the log gets the cause. */
function asRegistryError(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  if (error instanceof StorageError) {
    if (error.reason === 'full') {
      return new RegistryError('UNAVAILABLE', {
        status: 507,
        message: 'The registry is out of disk space: ask its administrator to free some.',
        cause: error,
      });
    }
    const message = storageMessages[error.reason];
    const headers = error.retryable ? { 'Retry-After': '5' } : undefined;
    return new RegistryError('UNAVAILABLE', { status: 503, cause: error, ...(message && { message }), ...(headers && { headers }) });
  }
  return new RegistryError('UNAVAILABLE', {
    status: 500,
    message: 'Something went wrong inside the registry: its log says what, under the id of this request.',
    cause: error,
  });
}

/** How the registry API and the pages say it. */
function registryRefusal(thrown: unknown): Refusal {
  const error = asRegistryError(thrown);
  const { code, message, detail } = error;
  return { error, contentType: 'application/json', headers: [], body: errorBody([{ code, message, detail }]) };
}

/** The one catch: renders an error as its surface does, logs what the client cannot know, and frees the connection. */
export function answerError(exchange: HttpExchange, thrown: unknown, logger: Logger): void {
  const { request, response } = exchange;
  if (thrown instanceof ClientGone) {
    response.destroy();
    return;
  }
  const refusal = isApiPath(exchange.path) ? problemRefusal(thrown, exchange.id, asRegistryError) : registryRefusal(thrown);
  const { error, contentType } = refusal;
  if (error.cause !== undefined && error.status >= 500 && !isSaidAlready(error.cause)) {
    const { id: requestId, method, path } = exchange;
    logger.error(error.message, { requestId, method, path, status: error.status, cause: error.cause });
  }
  if (response.headersSent || response.destroyed) {
    // The promised length cannot be kept: a cut connection is the only way left to say so.
    response.destroy();
    return;
  }
  const closing = hasBody(request) && !request.complete && !isWorthReading(request, error);
  const body = JSON.stringify(refusal.body);
  const headers = [...refusal.headers, ...headerListOf(error.headers)];
  if (!closing) {
    sendBody(exchange, error.status, contentType, body, headers);
    return;
  }
  exchange.isLast = true;
  const length = Buffer.byteLength(body);
  sendHead(exchange, error.status, ['Content-Type', contentType, 'Content-Length', String(length), ...headers]);
  // Complete for the client, but the connection only closes with the end.
  if (exchange.method === 'HEAD') response.flushHeaders();
  else {
    exchange.bytesSent += length;
    response.write(body);
  }
  void discardBody(request).then(() => response.end());
}

/** What is away was written to the log when that was found out: not again for every request that meets it. */
function isSaidAlready(cause: unknown): boolean {
  return cause instanceof StorageError && cause.reason === 'unreachable';
}

/** Whether the rest of the body is known to be short and to come, so that the connection can be kept. */
function isWorthReading(request: IncomingMessage, error: Refusal['error']): boolean {
  const length = announcedLength(request);
  return error.status !== 408 && request.headers.expect === undefined && length > 0 && length <= mostDrained;
}
