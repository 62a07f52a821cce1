import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when the condition holds; looks every few milliseconds, for what has no event to wait for. Fails after ten seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`never came true: ${holds.toString()}`);
    await delay(5);
  }
}
