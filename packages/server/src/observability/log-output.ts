import { write, writeSync } from 'node:fs';
import type { LineFormat } from './line-format.ts';

/** Lines wait at most this long for others to be written with them. */
const gatherMs = 50;
/** As many characters as one write takes, and more of them start one at once. */
const batchLength = 32 * 1024;
/** What may wait while nobody takes the log; lines beyond it are dropped. */
const longestQueue = 4 * 1024 * 1024;
/** How long a full pipe is left alone. */
const retryMs = 20;
/** A write that has taken this long has nobody at its other end. */
const stuckMs = 1_000;

/** Where log lines go. Never throws, and never makes its caller wait. */
export interface LogOutput {
  /** Adds a line, which ends with a line feed. `atOnce`: begins to write it, and what waits before it, now. */
  write(line: string, atOnce?: boolean): void;
  /** Lines that were lost because the log could not be written, since the start. */
  dropped(): number;
  /** Resolves when everything is written, and after a second at the latest. */
  flush(): Promise<void>;
}

/** The log of this process: file descriptor 2. One for all loggers, so that their lines keep their order. */
let standardError: DescriptorOutput | undefined;

/**
 * See `standardError`; `lines` is how it tells that it lost some, and counts the first time. What is left when the process ends is
 * written then, also when it ends by an exception that nobody caught.
 */
export function standardErrorOutput(lines: LineFormat): LogOutput {
  if (standardError !== undefined) return standardError;
  const output = new DescriptorOutput(2, lines);
  standardError = output;
  process.once('exit', () => output.finish());
  return output;
}

/**
 * Gathers lines and writes them with asynchronous calls, one at a time, in order. `process.stderr` would be simpler, but writes
 * to files and pipes synchronously: a log reader that hangs would stop the whole registry.
 */
class DescriptorOutput implements LogOutput {
  readonly #descriptor: number;
  readonly #format: LineFormat;
  #waiting = '';
  #waitingLines = 0;
  #dropped = 0;
  /** How many of the dropped the log tells of. */
  #reported = 0;
  #timer: NodeJS.Timeout | undefined;
  #writingSince: number | undefined;
  #idle: (() => void)[] = [];

  constructor(descriptor: number, format: LineFormat) {
    this.#descriptor = descriptor;
    this.#format = format;
  }

  write(line: string, atOnce = false): void {
    if (this.#waiting.length + line.length > longestQueue) {
      this.#dropped += 1;
      return;
    }
    this.#waiting += line;
    this.#waitingLines += 1;
    if (this.#writingSince !== undefined) return;
    if (atOnce || this.#waiting.length >= batchLength) this.#begin();
    else this.#timer ??= setTimeout(() => this.#begin(), gatherMs).unref();
  }

  dropped(): number {
    return this.#dropped;
  }

  async flush(): Promise<void> {
    if (this.#writingSince === undefined) this.#begin();
    if (this.#writingSince === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.push(resolve);
    const limit = setTimeout(resolve, stuckMs);
    await promise;
    clearTimeout(limit);
  }

  /** For the very end, when no callback comes any more. */
  finish(): void {
    // The process cannot end while a thread of it waits in a write; whoever stopped reading the log must not keep it.
    if (this.#writingSince !== undefined && performance.now() - this.#writingSince >= stuckMs) process.kill(process.pid, 'SIGKILL');
    const bytes = Buffer.from(this.#take());
    const pause = new Int32Array(new SharedArrayBuffer(4));
    const deadline = performance.now() + stuckMs;
    for (let written = 0; written < bytes.byteLength; ) {
      try {
        written += writeSync(this.#descriptor, bytes, written);
      } catch (error) {
        if (!isFull(error) || performance.now() > deadline) return;
        Atomics.wait(pause, 0, 0, retryMs);
      }
    }
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waitingLines === 0) {
      this.#writingSince = undefined;
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    const lines = this.#waitingLines;
    this.#writingSince = performance.now();
    this.#writeFrom(Buffer.from(this.#take()), 0, lines);
  }

  #writeFrom(bytes: Buffer, start: number, lines: number): void {
    write(this.#descriptor, bytes, start, (error, written) => {
      if (error !== null && isFull(error)) {
        setTimeout(() => this.#writeFrom(bytes, start, lines), retryMs);
        return;
      }
      // A log that cannot be written has nowhere to say so: the count tells.
      if (error !== null) this.#dropped += lines;
      else if (start + written < bytes.byteLength) return this.#writeFrom(bytes, start + written, lines);
      this.#writingSince = undefined;
      this.#begin();
    });
  }

  /** Everything that waits, and before it what is missing there. */
  #take(): string {
    const lost = this.#dropped - this.#reported;
    const lines = lost === 0 ? this.#waiting : `${this.#notice(lost)}${this.#waiting}`;
    this.#reported = this.#dropped;
    this.#waiting = '';
    this.#waitingLines = 0;
    return lines;
  }

  #notice(lost: number): string {
    const text = 'Lines of this log were lost: nobody took them. Look at what reads it.';
    return this.#format.start('warn', text) + this.#format.field('lost', lost) + this.#format.end;
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
