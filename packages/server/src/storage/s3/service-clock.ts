/** Differences up to here are those of any two clocks; an answer names full seconds and was on its way. */
const usualSkewMs = 30_000;

/**
 * The time as the service has it: it refuses what was signed more than 15 minutes away from its own, and an address is
 * good until a moment of its time. Our own clock, unless the service's answers name another time.
 */
export class ServiceClock {
  #offsetMs = 0;

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** How far the service's clock is from ours, in milliseconds; 0 when that is little. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Takes the Date header of an answer that came just now; true when the time is another one from now on. */
  observe(date: string | undefined): boolean {
    const offset = Date.parse(date ?? '') - Date.now();
    if (Number.isNaN(offset)) return false;
    const before = this.#offsetMs;
    this.#offsetMs = Math.abs(offset) > usualSkewMs ? offset : 0;
    return Math.abs(this.#offsetMs - before) > usualSkewMs;
  }
}
