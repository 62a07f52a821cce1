/** Less is what answers take on their way, and what no text here shows. */
const leastMs = 60_000;

let aheadMs = 0;

/** Tells by the `Date` of an answer how far the registry's clock is ahead of this browser's. */
export function noteRegistryTime(date: string | null): void {
  const difference = Date.parse(date ?? '') - Date.now();
  if (!Number.isNaN(difference)) aheadMs = Math.abs(difference) < leastMs ? 0 : difference;
}

/** The time of now by the registry's clock, which wrote the times that are shown: what was just pushed is of now where the browser's clock is wrong, too. */
export function registryNow(): number {
  return Date.now() + aheadMs;
}
