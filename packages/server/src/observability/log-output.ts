import cluster from 'node:cluster';
import { write, writeSync } from 'node:fs';
import { formatLine, type LineFormat } from './line-format.ts';

/** Lines wait at most this long for others to be written with them. */
const gatherMs = 50;
/** A write costs about as much as 50 lines, so each takes many; a full piece is written at once. */
const pieceBytes = 128 * 1024;
/** What a pipe takes in one piece (PIPE_BUF of Linux): more may be mixed with what other processes write to it. */
const unmixedBytes = 4096;
/** What may wait while nobody takes the log; lines beyond it are dropped. */
const mostPieces = 32;
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
  /** `write` is called before what waits is flushed or, at the latest, before the process ends: for lines that sum something up. */
  beforeEnd(write: () => void): void;
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

/** Lines that are written together. */
interface Piece {
  readonly bytes: Buffer;
  used: number;
  lines: number;
}

/**
 * Gathers lines and writes them with asynchronous calls, one at a time, in order. `process.stderr` would be simpler, but writes
 * to files and pipes synchronously: a log reader that hangs would stop the whole registry.
 */
class DescriptorOutput implements LogOutput {
  readonly #descriptor: number;
  readonly #format: LineFormat;
  /** Oldest first; the last one is being filled. */
  #pieces: Piece[] = [];
  #spare: Piece | undefined;
  #dropped = 0;
  /** How many of the dropped the log tells of. */
  #reported = 0;
  /** Until the last of what waits is being written. */
  #hurry = false;
  #timer: NodeJS.Timeout | undefined;
  #writingSince: number | undefined;
  #idle: (() => void)[] = [];
  readonly #lastWords: (() => void)[] = [];

  constructor(descriptor: number, format: LineFormat) {
    this.#descriptor = descriptor;
    this.#format = format;
  }

  write(line: string, atOnce = false): void {
    const piece = this.#pieceFor(line);
    if (piece === undefined) {
      this.#dropped += 1;
      return;
    }
    piece.used += piece.bytes.write(line, piece.used, 'latin1');
    piece.lines += 1;
    if (atOnce) this.#hurry = true;
    if (this.#writingSince === undefined) this.#beginOrGather();
  }

  dropped(): number {
    return this.#dropped;
  }

  beforeEnd(write: () => void): void {
    this.#lastWords.push(write);
  }

  async flush(): Promise<void> {
    for (const write of this.#lastWords) write();
    this.#hurry = true;
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
    for (const write of this.#lastWords) write();
    const bytes = Buffer.concat(this.#pieces.map((piece) => piece.bytes.subarray(0, piece.used)));
    this.#pieces = [];
    const pause = new Int32Array(new SharedArrayBuffer(4));
    const deadline = performance.now() + stuckMs;
    for (let written = 0; written < bytes.byteLength; ) {
      try {
        written += writeSync(this.#descriptor, bytes, written, endOfWrite(bytes, written, bytes.byteLength) - written);
      } catch (error) {
        if (!isFull(error) || performance.now() > deadline) return;
        Atomics.wait(pause, 0, 0, retryMs);
      }
    }
  }

  /** Where the line fits; undefined when there is no room for it. Lines are ASCII, so a character is a byte. */
  #pieceFor(line: string): Piece | undefined {
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.used + line.length <= last.bytes.byteLength) return last;
    if (this.#pieces.length >= mostPieces) return undefined;
    const kept = line.length <= pieceBytes ? this.#spare : undefined;
    if (kept !== undefined) this.#spare = undefined;
    const piece = kept ?? { bytes: Buffer.allocUnsafeSlow(Math.max(pieceBytes, line.length)), used: 0, lines: 0 };
    this.#pieces.push(piece);
    return piece;
  }

  /** Never while something is being written: two writes at once would mix. */
  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const piece = this.#pieces.shift();
    if (this.#pieces.length === 0) this.#hurry = false;
    if (piece === undefined) {
      this.#writingSince = undefined;
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#writingSince = performance.now();
    this.#writeFrom(piece, 0);
  }

  #writeFrom(piece: Piece, start: number): void {
    write(this.#descriptor, piece.bytes, start, endOfWrite(piece.bytes, start, piece.used) - start, null, (error, written) => {
      if (error !== null && isFull(error)) {
        setTimeout(() => this.#writeFrom(piece, start), retryMs);
        return;
      }
      // A log that cannot be written has nowhere to say so: the count tells.
      if (error !== null) this.#dropped += piece.lines;
      else if (start + written < piece.used) return this.#writeFrom(piece, start + written);
      piece.used = 0;
      piece.lines = 0;
      this.#spare = piece;
      this.#goOn();
    });
  }

  #goOn(): void {
    const lost = this.#dropped - this.#reported;
    if (lost > 0 && this.#pieces.length > 0 && this.#pieces.length < mostPieces) {
      this.#reported = this.#dropped;
      const text = 'Lines of this log were lost: nobody took them. Look at what reads it.';
      // Still counts as writing, so this begins nothing.
      this.write(formatLine(this.#format, 'warn', text, { lost }));
    }
    this.#writingSince = undefined;
    this.#beginOrGather();
  }

  /** Writing what came during a write at once would make many small writes of one large one. */
  #beginOrGather(): void {
    if (this.#hurry || this.#pieces.length !== 1) this.#begin();
    else this.#timer ??= setTimeout(() => this.#begin(), gatherMs).unref();
  }
}

/** Where a write from `start` on ends: workers share the log, so each writes whole lines, and no more than stays together. */
function endOfWrite(bytes: Buffer, start: number, used: number): number {
  if (!cluster.isWorker || used - start <= unmixedBytes) return used;
  const last = bytes.lastIndexOf('\n', start + unmixedBytes - 1);
  return (last >= start ? last : bytes.indexOf('\n', start)) + 1;
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
