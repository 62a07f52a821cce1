import type { RequestRecord } from '../registry/ports/request-observer.ts';
import { formatLine, type LineFormat, type LogLevel } from './line-format.ts';
import type { LogOutput } from './log-output.ts';
import { ReadSampling } from './read-sampling.ts';

/** Longer ones, which only serve to fill the disk, are cut. */
const longestPath = 2048;
const longestAgent = 256;

/** Asked for every few seconds by machines: worth a line only to somebody who looks for a fault. */
const pages = new Set(['/metrics', '/healthz', '/readyz']);

/** Which requests get a line: all but quick reads beyond 500 a second; all; those answered with 4xx or 5xx or not at all; none. */
export type RequestsLogged = 'sampled' | 'all' | 'errors' | 'off';

/** What the settings say about the lines of requests. */
export interface AccessLogOptions {
  readonly level: LogLevel;
  readonly requests: RequestsLogged;
}

/** Writes a request's line; `traceId` when it belongs to a trace. */
export type AccessLog = (record: RequestRecord, traceId: string | undefined) => void;

/**
 * One line per request: `warn` for 5xx, else `info`, so that both `log.level` and `log.requests` choose. Undefined when no line
 * would ever be written. What sampling leaves out is counted, and told by a line for each second. Headers other than the user agent, and query strings, which hold secrets, stay out.
 */
export function createAccessLog(options: AccessLogOptions, lines: LineFormat, output: LogOutput): AccessLog | undefined {
  const { level, requests } = options;
  if (requests === 'off' || level === 'error') return undefined;
  const failuresOnly = level === 'warn';
  const lineOf = createLine(lines);
  const sampling = requests === 'sampled' && !failuresOnly ? sampleReads(lines, output) : undefined;
  return (record, traceId) => {
    const { status } = record;
    if (failuresOnly && status < 500) return;
    if (requests === 'errors' && status > 0 && status < 400) return;
    if (level !== 'debug' && status < 500 && pages.has(record.route)) return;
    if (sampling !== undefined && !sampling.admits(record)) return;
    output.write(lineOf(record, traceId));
  };
}

function sampleReads(lines: LineFormat, output: LogOutput): ReadSampling {
  const sampling = new ReadSampling((count, windowMs) => {
    output.write(formatLine(lines, 'info', 'requests left out', { count, windowMs }));
  });
  output.beforeEnd(() => sampling.end());
  return sampling;
}

/** On the path of every request: the keys are made once, and a client's name for itself once for many of its requests. */
function createLine(lines: LineFormat): (record: RequestRecord, traceId: string | undefined) => string {
  const [id, trace, method, path, route] = [
    lines.key('requestId'),
    lines.key('traceId'),
    lines.key('method'),
    lines.key('path'),
    lines.key('route'),
  ];
  const [repository, status, cut, subject] = [lines.key('repository'), lines.key('status'), lines.key('completed'), lines.key('subject')];
  const [client, received, sent, duration] = ['client', 'bytesReceived', 'bytesSent', 'durationMs'].map((name) => lines.key(name));
  let lastAgent: string | undefined;
  let agentField = '';
  return (record, traceId) => {
    const { userAgent } = record;
    if (userAgent !== lastAgent) {
      lastAgent = userAgent;
      agentField = userAgent === undefined ? '' : lines.key('userAgent') + lines.value(cutTo(longestAgent, userAgent));
    }
    let line = lines.start(record.status < 500 ? 'info' : 'warn', 'request') + id + lines.word(record.id);
    if (traceId !== undefined) line += trace + lines.word(traceId);
    line += method + lines.value(record.method) + path + lines.value(cutTo(longestPath, record.path)) + route + lines.word(record.route);
    if (record.repository !== undefined) line += repository + lines.value(record.repository);
    line += status + record.status;
    if (!record.completed) line += `${cut}false`;
    if (record.subject !== undefined) line += subject + lines.value(record.subject);
    line += client + lines.value(record.clientAddress) + received + record.bytesReceived + sent + record.bytesSent;
    return `${line}${duration}${Math.round(record.durationMs * 1000) / 1000}${agentField}${lines.end}`;
  };
}

function cutTo(length: number, text: string): string {
  return text.length > length ? text.slice(0, length) : text;
}
