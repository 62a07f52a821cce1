import type { Logger } from './ports/logger.ts';

export interface HangWatchOptions {
  /** As a line of the log names it. */
  readonly who: string;
  readonly pid: number | undefined;
  /** How long it may take to get ready, and later to answer. */
  readonly limitMs: number;
  readonly logger: Logger;
  /** Asks whether it is there; what it answers is told by `answered`. */
  readonly ask: () => void;
  readonly kill: () => void;
}

const steps = 20;

/**
 * Kills a process that lives and does nothing: one that does not get ready, or later does not answer. Counted are steps of this
 * process, not time: while the whole machine, or the whole group of processes, is suspended, nobody loses any.
 */
export class HangWatch {
  readonly #options: HangWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #left = steps;
  #isReady = false;
  #isAsked = false;
  #killedBecause: string | undefined;

  /** Begins with the start of the process. */
  constructor(options: HangWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#step(), options.limitMs / steps);
    this.#timer.unref();
  }

  /** Why it was killed, as the rest of a sentence; undefined when it was not. */
  get killedBecause(): string | undefined {
    return this.#killedBecause;
  }

  /** It has begun something before it is ready that takes as long as it takes. */
  suspend(): void {
    this.#left = Number.POSITIVE_INFINITY;
  }

  /** It is ready, so from now on it is asked. */
  ready(): void {
    this.#isReady = true;
    this.answered();
  }

  answered(): void {
    this.#isAsked = false;
    this.#left = steps;
  }

  /** It is gone, or somebody else sees to its end. */
  end(): void {
    clearInterval(this.#timer);
  }

  #step(): void {
    this.#left -= 1;
    if (this.#left <= 0) return this.#kill();
    if (!this.#isReady || this.#isAsked) return;
    this.#isAsked = true;
    this.#options.ask();
  }

  #kill(): void {
    this.end();
    const { who, pid, limitMs, logger, kill } = this.#options;
    const seconds = limitMs / 1000;
    this.#killedBecause = this.#isReady ? `it did not answer for ${seconds} s` : `it was not ready ${seconds} s after its start`;
    const advice = this.#isReady
      ? 'See whether its disk stands still'
      : 'See what it waits for: disk, database, store or the configuration file';
    logger.error(
      `${who} hangs: ${this.#killedBecause}, so it is killed. ${advice}; when it only needs longer, raise limits.stuckSeconds.`,
      {
        pid,
      },
    );
    kill();
  }
}
