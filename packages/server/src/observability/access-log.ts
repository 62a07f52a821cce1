import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../registry/ports/logger.ts';
import type { Metrics } from './metrics.ts';

type Observe = (request: IncomingMessage, response: ServerResponse, requestId: string, startedAt: bigint) => void;

/** Counts every request, and logs one line for each that failed; headers and query strings, which hold secrets, stay out. */
export function observeRequests(logger: Logger, metrics: Metrics): Observe {
  return (request, response, requestId, startedAt) => {
    response.once('close', () => {
      const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
      metrics.observeRequest(request.method ?? '', response.statusCode, seconds);
      if (response.statusCode < 500) return;
      const path = (request.url ?? '').split('?', 1)[0];
      logger.warn('A request failed.', { requestId, method: request.method, path, status: response.statusCode, seconds });
    });
  };
}
