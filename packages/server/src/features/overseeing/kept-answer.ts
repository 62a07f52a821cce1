import type { Logger } from '../../registry/ports/logger.ts';

/** What was asked, and when. */
export interface Kept<T> {
  readonly value: T;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface KeptAnswerOptions<T> {
  readonly ask: () => Promise<T>;
  /** How long an answer is good at least; one that took long is good for fifty times as long as it took. */
  readonly freshMs: number;
  readonly logger: Logger;
  readonly clock: () => number;
}

const rest = 50;

/** The answer to a question that is asked often and costs much: however many ask, it is looked for by one at a time, now and then. */
export class KeptAnswer<T> {
  readonly #options: KeptAnswerOptions<T>;
  #last: (Kept<T> & { readonly staleAt: number }) | undefined;
  #asking: Promise<Kept<T>> | undefined;

  constructor(options: KeptAnswerOptions<T>) {
    this.#options = options;
  }

  /** The last answer, while a stale one is replaced behind it. Rejects only when there has been none yet. */
  async get(): Promise<Kept<T>> {
    if (this.#last !== undefined && performance.now() < this.#last.staleAt) return this.#last;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    if (this.#last === undefined) return this.#asking;
    this.#asking.catch((error: unknown) => this.#options.logger.warn('Figures for the overview could not be counted anew.', { error }));
    return this.#last;
  }

  async #ask(): Promise<Kept<T>> {
    const { ask, freshMs, clock } = this.#options;
    const startedAt = performance.now();
    const value = await ask();
    const endedAt = performance.now();
    this.#last = { value, at: clock(), staleAt: endedAt + Math.max(freshMs, rest * (endedAt - startedAt)) };
    return this.#last;
  }
}
