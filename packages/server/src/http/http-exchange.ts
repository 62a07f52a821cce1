import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Agent } from '../registry/ports/agent.ts';
import type { RequestRecord } from '../registry/ports/request-observer.ts';
import type { Origin } from './client-address.ts';
import { nextRequestId } from './request-ids.ts';

/**
 * One request and its answer: what serves it, and the record of it that observers get at its end. Whoever learns
 * something that the record wants (repository, subject, bytes) writes it down here.
 */
export class HttpExchange implements RequestRecord {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly origin: Origin;
  readonly id = nextRequestId();
  readonly startedAt = performance.now();
  readonly method: string;
  /** The path as it came, without a proxy's scheme and host. */
  readonly path: string;
  /** Without the question mark; undefined when there is none. */
  readonly queryText: string | undefined;
  /** Headers (name, value, name, ...) that go with whatever is answered. */
  readonly headers: string[] = ['X-Request-Id', this.id];
  /** The connection ends with this answer. */
  isLast = false;
  /** The answer's stream has closed, complete or not. */
  closed = false;

  route = 'other';
  repository: string | undefined;
  subject: string | undefined;
  by: Agent | undefined;
  status = 0;
  bytesReceived = 0;
  bytesSent = 0;
  durationMs = 0;
  completed = false;

  constructor(request: IncomingMessage, response: ServerResponse, origin: Origin) {
    this.request = request;
    this.response = response;
    this.origin = origin;
    this.method = request.method ?? '';
    const url = originForm(request.url ?? '/');
    const mark = url.indexOf('?');
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.queryText = mark < 0 ? undefined : url.slice(mark + 1);
  }

  get clientAddress(): string {
    return this.origin.address;
  }

  get hasCredentials(): boolean {
    return this.request.headers.authorization !== undefined;
  }

  get viaTrustedProxy(): boolean {
    return this.origin.viaTrustedProxy;
  }

  get traceparent(): string | undefined {
    return [this.request.headers['traceparent']].flat()[0];
  }

  get userAgent(): string | undefined {
    return this.request.headers['user-agent'];
  }

  /** Completes the record; the answer's stream has closed. */
  close(): void {
    const { response } = this;
    this.closed = true;
    this.status = response.headersSent ? response.statusCode : 0;
    // An HTTP/2 response does not say it itself, but its stream does.
    const { writableFinished } = (response as { stream?: { writableFinished: boolean } }).stream ?? response;
    this.completed = response.headersSent && writableFinished;
    this.durationMs = performance.now() - this.startedAt;
  }
}

/** What a client that takes us for a proxy asks for, without scheme and host (RFC 9112 section 3.2.2). */
function originForm(url: string): string {
  if (url.startsWith('/')) return url;
  const absolute = /^https?:\/\/[^/?#]*(.*)$/i.exec(url)?.[1];
  return absolute === undefined ? url : absolute.startsWith('/') ? absolute : `/${absolute}`;
}
