import type { Millis } from '../../registry/ports/content-store.ts';
import { BoundedMap } from '../bounded-map.ts';

/** What a cluster allows or proves counts for this long from when it was asked: what is taken away, there, counts within it. */
const goodForMs = 5000;
/** From then on whoever uses it has it asked again, and does not wait. */
const renewedAfterMs = 3000;
/** After a renewal that failed, the next one. */
const betweenRenewalsMs = 1000;
/** What is asked for somebody who waits goes first: a list uses a thousand answers at once. */
const mostRenewals = 64;

/** What came of a question. */
export interface Review<T> {
  readonly outcome: T;
  readonly isGood: boolean;
}

/** Asks. `wasGood`: the last answer to the same question was, if it is remembered. */
export type AskReview<T> = (wasGood: boolean) => Promise<Review<T>>;

interface RecentReviewsOptions {
  readonly most: { readonly good: number; readonly other: number };
  /** How long an answer that is not good counts. */
  readonly otherForMs: number;
  /** A clock that never goes back, by which an answer gets old. */
  readonly elapsed: () => Millis;
}

interface Remembered<T> {
  readonly outcome: T;
  readonly goodUntil: Millis;
  renewAt: Millis;
}

/**
 * Remembers what was asked lately. The same is asked once at a time. What is good and in use is asked again, in the background, before it
 * counts no more, so that nobody waits; when that fails it just ends.
 */
export class RecentReviews<T> {
  readonly #options: RecentReviewsOptions;
  readonly #good: BoundedMap<Remembered<T>>;
  /** Apart from those that are good, so that what anybody can make up does not push them out. */
  readonly #other: BoundedMap<{ readonly outcome: T; readonly until: Millis }>;
  readonly #running = new Map<string, Promise<T>>();
  #renewals = 0;

  constructor(options: RecentReviewsOptions) {
    this.#options = options;
    this.#good = new BoundedMap(options.most.good);
    this.#other = new BoundedMap(options.most.other);
  }

  /** What is remembered to be good, and still counts. */
  good(key: string, ask: AskReview<T>): T | undefined {
    const known = this.#good.get(key);
    const now = this.#options.elapsed();
    if (known === undefined || now >= known.goodUntil) return undefined;
    if (now >= known.renewAt && this.#renewals < mostRenewals && !this.#running.has(key)) {
      known.renewAt = now + betweenRenewalsMs;
      void this.#renew(key, ask);
    }
    return known.outcome;
  }

  /**
   * Until when what is remembered to be good can be relied on without another look here: then it ends, or is renewed by whoever uses it.
   * Never while it is being asked for, since the answer counts at once.
   */
  freshUntil(key: string): Millis {
    const known = this.#running.has(key) ? undefined : this.#good.get(key);
    return known === undefined ? -Infinity : Math.min(known.renewAt, known.goodUntil);
  }

  /** What is remembered, or what asking brings. Rejects as `ask` does, for everybody who waits for it. */
  async of(key: string, ask: AskReview<T>): Promise<T> {
    const known = this.good(key, ask);
    if (known !== undefined) return known;
    const other = this.#other.get(key);
    if (other !== undefined && this.#options.elapsed() < other.until) return other.outcome;
    return this.#running.get(key) ?? this.#ask(key, ask);
  }

  async #renew(key: string, ask: AskReview<T>): Promise<void> {
    this.#renewals += 1;
    try {
      await this.#ask(key, ask);
    } catch {
      // What is remembered ends in its time. Whoever asks then waits for an answer, and meets the reason.
    } finally {
      this.#renewals -= 1;
    }
  }

  #ask(key: string, ask: AskReview<T>): Promise<T> {
    const asked = this.#remember(key, ask).finally(() => this.#running.delete(key));
    this.#running.set(key, asked);
    return asked;
  }

  async #remember(key: string, ask: AskReview<T>): Promise<T> {
    const askedAt = this.#options.elapsed();
    const { outcome, isGood } = await ask(this.#good.get(key) !== undefined);
    if (isGood) {
      this.#other.delete(key);
      this.#good.set(key, { outcome, goodUntil: askedAt + goodForMs, renewAt: askedAt + renewedAfterMs });
    } else {
      this.#good.delete(key);
      this.#other.set(key, { outcome, until: askedAt + this.#options.otherForMs });
    }
    return outcome;
  }
}
