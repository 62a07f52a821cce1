import type { Background } from '../feature.ts';
import { serveTurn } from './serve-turn.ts';
import type { WebhookDeps } from './webhook-deps.ts';

/** What a claim outlives a request by: the statements before and after it. */
const settleMs = 10_000;
const countEveryMs = 15_000;
/** No count goes further. */
const mostCounted = 100_000;

/**
 * Sends what is due, in one process: claims turns and serves them side by side. Receivers that failed last time get half of the places at
 * most, so that hanging ones hold up nobody. Nothing that fails leaves the loop.
 */
export class DeliveryLoop implements Background {
  readonly #deps: WebhookDeps;
  readonly #stopped = new AbortController();
  readonly #serving = new Set<Promise<void>>();
  #failing = 0;
  #woken = false;
  #endPause = (): void => undefined;
  #said: string | undefined;
  #countedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: WebhookDeps) {
    this.#deps = deps;
  }

  /** Says that something was noted here, so that it need not wait for the next look. */
  readonly wake = (): void => {
    this.#woken = true;
    this.#endPause();
  };

  start(): () => Promise<void> {
    const running = this.#run();
    return async () => {
      this.#stopped.abort();
      this.wake();
      await running;
    };
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      this.#woken = false;
      try {
        await this.#claim();
        await this.#count();
        this.#said = undefined;
      } catch (error) {
        this.#report(error);
        // A database that is away is asked no more often for being away.
        this.#woken = false;
      }
      await this.#pause();
    }
    await Promise.all(this.#serving);
  }

  async #claim(): Promise<void> {
    const { store, claimant, concurrency, timeoutMs } = this.#deps;
    const limit = concurrency - this.#serving.size;
    if (limit <= 0 || !(await store.hasDueWebhook())) return;
    const mostFailing = Math.max(0, Math.ceil(concurrency / 2) - this.#failing);
    const turns = await store.claimTurns({ claimant, holdMs: timeoutMs + settleMs, limit, mostFailing });
    for (const turn of turns) this.#serve(turn);
  }

  #serve(turn: { webhookId: number; failures: number }): void {
    const isFailing = turn.failures > 0 ? 1 : 0;
    this.#failing += isFailing;
    const work = serveTurn(turn, this.#deps, this.#stopped.signal)
      .catch((error: unknown) => this.#report(error))
      .finally(() => {
        this.#failing -= isFailing;
        this.#serving.delete(work);
        this.wake();
      });
    this.#serving.add(work);
  }

  async #count(): Promise<void> {
    if (performance.now() - this.#countedAt < countEveryMs) return;
    this.#deps.pending(await this.#deps.store.countPending(mostCounted));
    this.#countedAt = performance.now();
  }

  #report(error: unknown): void {
    // What lasts is said once.
    const message = error instanceof Error ? error.message : String(error);
    if (this.#said !== message) this.#deps.logger.error('Webhooks could not be served; they will be later.', { error });
    this.#said = message;
  }

  async #pause(): Promise<void> {
    if (this.#woken || this.#stopped.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#deps.pollMs);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
