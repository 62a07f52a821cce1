const firstMs = 500;
const longestMs = 30_000;
/** Whoever lived that long was well started. */
const wellStartedMs = 3000;

/** After so many deaths at the start, with nobody left that serves, trying again is for whoever watches the supervisor. */
export const mostEarlyDeaths = 6;

/** How long to wait before a process that died is started again: not at all, unless several in a row died at their start. */
export class RestartDelay {
  #early = 0;

  /** How many in a row died at their start. */
  get earlyDeaths(): number {
    return this.#early;
  }

  /** After a death; `livedMs` since it was ready, undefined when it never was. */
  after(livedMs: number | undefined): number {
    this.#early = livedMs !== undefined && livedMs >= wellStartedMs ? 0 : this.#early + 1;
    return this.#early <= 1 ? 0 : Math.min(longestMs, firstMs * 2 ** (this.#early - 2));
  }
}
