import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when the condition holds; looks every few milliseconds, for what has no event to wait for. Fails after `limitMs`. */
export async function until(holds: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`never came true: ${holds.toString()}`);
    await delay(5);
  }
}
