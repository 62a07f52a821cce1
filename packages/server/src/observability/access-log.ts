import type { Logger } from '../registry/ports/logger.ts';
import type { RequestObserver } from '../registry/ports/request-observer.ts';
import type { Metrics } from './metrics.ts';

/** Counts every request, and logs one line for each that failed; headers and query strings, which hold secrets, stay out. */
export function observeRequests(logger: Logger, metrics: Metrics): RequestObserver {
  return ({ id: requestId, method, path, status, durationMs }) => {
    const seconds = durationMs / 1000;
    metrics.observeRequest(method, status, seconds);
    if (status >= 500) logger.warn('A request failed.', { requestId, method, path, status, seconds });
  };
}
