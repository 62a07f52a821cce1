const firstDelayMs = 1000;
const longestDelayMs = 5 * 60_000;

/**
 * How long to wait before attempt number `attempts` + 1: twice as long each time from one second up to five minutes,
 * and up to half of it less at random, so that what failed together does not come back together.
 */
export function retryDelayMs(attempts: number, random: () => number = Math.random): number {
  const full = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, attempts - 1));
  return Math.round(full * (1 - random() / 2));
}
