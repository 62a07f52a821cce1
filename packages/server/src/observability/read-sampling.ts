import type { RequestRecord } from '../registry/ports/request-observer.ts';

/** Two processes stay below what journald takes of a service by default when it has a gigabyte free: 35,000 lines in 30 seconds. */
const linesPerWindow = 500;
const windowMs = 1_000;
/** What takes this long is worth a line, however much is going on. */
const slowMs = 1_000;

/** Told how many requests got no line, and in how many milliseconds. Never told of none. */
export type LeftOutReport = (count: number, windowMs: number) => void;

/**
 * Chooses the requests that get a line: the first 500 quick reads of each second, and everything else always. What it leaves out
 * costs a comparison or two and a count: nothing is formatted, and no clock is read.
 */
export class ReadSampling {
  readonly #report: LeftOutReport;
  #admitted = 0;
  #leftOut = 0;
  /** A second begins with the first quick read after the last one, so that an idle server has no timer. */
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;

  constructor(report: LeftOutReport) {
    this.#report = report;
  }

  /** Whether this request gets a line; if not, it is counted. */
  admits(record: RequestRecord): boolean {
    if (!isQuickRead(record)) return true;
    if (this.#timer === undefined) this.#begin();
    if (this.#admitted === linesPerWindow) {
      this.#leftOut += 1;
      return false;
    }
    this.#admitted += 1;
    return true;
  }

  /** Ends the second now and reports what was left out in it. */
  end(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const leftOut = this.#leftOut;
    this.#admitted = 0;
    this.#leftOut = 0;
    if (leftOut > 0) this.#report(leftOut, Math.round(performance.now() - this.#startedAt));
  }

  #begin(): void {
    this.#startedAt = performance.now();
    this.#timer = setTimeout(() => this.end(), windowMs).unref();
  }
}

/**
 * What clients send by the thousand when all is well. Among it is the 401 to a request without credentials: it denies nobody
 * anything, every client of a private registry begins with one to learn where tokens are.
 */
function isQuickRead(record: RequestRecord): boolean {
  const { method, status } = record;
  if (method !== 'GET' && method !== 'HEAD') return false;
  if (status < 200 || (status >= 400 && (status !== 401 || record.hasCredentials))) return false;
  return record.completed && record.durationMs < slowMs;
}
