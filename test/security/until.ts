import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Resolves when the condition holds; looks every few milliseconds, for what has no event to wait for. Fails after three minutes: whoever
 * passes waits for nothing, and a busy machine is no failure.
 */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 180_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`never came true: ${holds.toString()}`);
    await delay(5);
  }
}

/**
 * For what is promised to be known so long after something: resolves when `isSo`, and fails when what was asked later than that is not. The
 * time is that at which it was asked, so that a busy machine, which answers late, breaks no promise.
 */
export async function untilPromised(promisedMs: number, isSo: () => Promise<boolean>): Promise<void> {
  const changedAt = performance.now();
  await until(async () => {
    const askedMs = performance.now() - changedAt;
    const isKnown = await isSo();
    assert.ok(isKnown || askedMs < promisedMs, `asked ${Math.round(askedMs)} ms after it changed, and not known`);
    return isKnown;
  });
}

const dayMs = 24 * 60 * 60_000;
const enoughMs = 3 * 60_000;

/** Resolves at once; in the last minutes of a day in UTC when it is over. For tests of what is counted by days. */
export async function withinOneDay(): Promise<void> {
  const leftMs = dayMs - (Date.now() % dayMs);
  if (leftMs < enoughMs) await delay(leftMs);
}
