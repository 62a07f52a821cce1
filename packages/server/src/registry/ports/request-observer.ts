import type { Agent } from './agent.ts';

/** What one HTTP exchange was. Whoever serves it fills it in; observers only read it, and only while they are called. */
export interface RequestRecord {
  /** Random, and the client's `X-Request-Id`. */
  readonly id: string;
  readonly method: string;
  /** The path as it came, without the query string, which may hold secrets. */
  readonly path: string;
  /** What was asked for, from a small fixed set: a kind of `Route`, `token`, `keys`, a page's path, or `other`. */
  readonly route: string;
  readonly repository: string | undefined;
  /** `anonymous`, or how history names the user; undefined when the credentials were not accepted or not looked at. */
  readonly subject: string | undefined;
  /** Who it was let through as, and why; undefined when it was not, or needed nothing. */
  readonly by: Agent | undefined;
  /** Whether it came with an Authorization header, right or wrong. */
  readonly hasCredentials: boolean;
  readonly clientAddress: string;
  /** 0 when the connection ended before there was an answer. */
  readonly status: number;
  /** Bytes of the bodies, as far as they got. */
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Milliseconds of `performance.now()` when its head had arrived. */
  readonly startedAt: number;
  /** From then to the end of the answer or of the connection. */
  readonly durationMs: number;
  /** Whether the answer was complete. */
  readonly completed: boolean;
  /** The caller's `traceparent` header (W3C Trace Context), as it came. */
  readonly traceparent: string | undefined;
  /** Whether a trusted proxy sent it, so that its headers may decide more than a client's. */
  readonly viaTrustedProxy: boolean;
  readonly userAgent: string | undefined;
}

/** Told of every exchange once, at its end, on the path of all requests: it must be quick, and must not throw. */
export type RequestObserver = (record: RequestRecord) => void;
