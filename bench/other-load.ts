import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

const sampleMs = 250;

/** How many processors are busy for a moment; called while nothing is measured, it is what others do on this machine. */
export async function busyProcessors(): Promise<number> {
  const before = busyMs();
  const startedAt = performance.now();
  await delay(sampleMs);
  return (busyMs() - before) / (performance.now() - startedAt);
}

function busyMs(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
}
