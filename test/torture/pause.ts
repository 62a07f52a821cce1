import { setTimeout as wait } from 'node:timers/promises';

/** Waits; false when the signal came instead. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  return wait(ms, true, { signal }).catch(() => false);
}
