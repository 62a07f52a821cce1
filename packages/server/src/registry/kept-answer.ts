import type { Logger } from './ports/logger.ts';

/** What was asked, and when. */
export interface Kept<T> {
  readonly value: T;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface KeptAnswerOptions<T> {
  readonly ask: () => Promise<T>;
  /** How long an answer is good at least. */
  readonly freshMs: number;
  /** One that took long is good for so many times as long as it took. */
  readonly rest: number;
  /** What the log says when it cannot be had anew; once, until it can. */
  readonly failure: string;
  readonly logger: Logger;
  readonly clock: () => number;
}

/** The answer to a question that is asked often and costs much: however many ask, it is looked for by one at a time, now and then. */
export class KeptAnswer<T> {
  readonly #options: KeptAnswerOptions<T>;
  #last: (Kept<T> & { readonly staleAt: number }) | undefined;
  #asking: Promise<Kept<T>> | undefined;
  #isFailing = false;

  constructor(options: KeptAnswerOptions<T>) {
    this.#options = options;
  }

  /** The last answer, while a stale one is replaced behind it. Rejects only when there has been none yet. */
  async get(): Promise<Kept<T>> {
    if (this.#last === undefined) return this.#anew();
    if (this.#isStale()) this.#anew().catch(() => undefined);
    return this.#last;
  }

  /** The last answer, after a stale one was waited for so long at most; undefined when there has been none yet. Never rejects. */
  async within(patienceMs: number): Promise<Kept<T> | undefined> {
    if (this.#isStale()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, patienceMs);
      await Promise.race([this.#anew().catch(() => undefined), promise]);
      clearTimeout(timer);
    }
    return this.#last;
  }

  #isStale(): boolean {
    return this.#last === undefined || performance.now() >= this.#last.staleAt;
  }

  #anew(): Promise<Kept<T>> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<Kept<T>> {
    const { ask, freshMs, rest, failure, logger, clock } = this.#options;
    const startedAt = performance.now();
    try {
      const value = await ask();
      const endedAt = performance.now();
      this.#isFailing = false;
      this.#last = { value, at: clock(), staleAt: endedAt + Math.max(freshMs, rest * (endedAt - startedAt)) };
      return this.#last;
    } catch (error) {
      if (!this.#isFailing) logger.warn(failure, { error });
      this.#isFailing = true;
      throw error;
    }
  }
}
