import type { RequestRecord } from '../registry/ports/request-observer.ts';
import type { LineFormat, LogLevel } from './line-format.ts';
import type { LogOutput } from './log-output.ts';

/** Longer ones, which only serve to fill the disk, are cut. */
const longestPath = 2048;
const longestAgent = 256;

/** Asked for every few seconds by machines: worth a line only to somebody who looks for a fault. */
const pages = new Set(['/metrics', '/healthz', '/readyz']);

/** Which requests get a line: all; those answered with 4xx or 5xx or not at all; none. */
export type RequestsLogged = 'all' | 'errors' | 'off';

/** What the settings say about the lines of requests. */
export interface AccessLogOptions {
  readonly level: LogLevel;
  readonly requests: RequestsLogged;
}

/** Writes a request's line; `traceId` when it belongs to a trace. */
export type AccessLog = (record: RequestRecord, traceId: string | undefined) => void;

/**
 * One line per request: `warn` for 5xx, else `info`, so that both `log.level` and `log.requests` choose. Undefined when no line
 * would ever be written. Headers other than the user agent, and query strings, which hold secrets, stay out.
 */
export function createAccessLog(options: AccessLogOptions, lines: LineFormat, output: LogOutput): AccessLog | undefined {
  const { level, requests } = options;
  if (requests === 'off' || level === 'error') return undefined;
  const failuresOnly = level === 'warn';
  return (record, traceId) => {
    const { status } = record;
    if (failuresOnly && status < 500) return;
    if (requests === 'errors' && status > 0 && status < 400) return;
    if (level !== 'debug' && status < 500 && pages.has(record.route)) return;
    output.write(lineOf(record, traceId, lines));
  };
}

function lineOf(record: RequestRecord, traceId: string | undefined, lines: LineFormat): string {
  const { path, userAgent, status } = record;
  return (
    lines.start(status < 500 ? 'info' : 'warn', 'request') +
    lines.field('requestId', record.id) +
    lines.field('traceId', traceId) +
    lines.field('method', record.method) +
    lines.field('path', path.length > longestPath ? path.slice(0, longestPath) : path) +
    lines.field('route', record.route) +
    lines.field('repository', record.repository) +
    lines.field('status', status) +
    lines.field('completed', record.completed ? undefined : false) +
    lines.field('subject', record.subject) +
    lines.field('client', record.clientAddress) +
    lines.field('bytesReceived', record.bytesReceived) +
    lines.field('bytesSent', record.bytesSent) +
    lines.field('durationMs', Math.round(record.durationMs * 1000) / 1000) +
    lines.field('userAgent', userAgent !== undefined && userAgent.length > longestAgent ? userAgent.slice(0, longestAgent) : userAgent) +
    lines.end
  );
}
