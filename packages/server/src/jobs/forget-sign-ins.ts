import type { ScheduledJob } from '../registry/ports/scheduled-job.ts';
import type { SessionStore } from '../registry/ports/session-store.ts';

const batch = 500;

/** Forgets, every hour, sessions and requests of devices that are over. `idleMs`: how long a session may be unused. */
export function forgetSignIns(store: SessionStore, idleMs: number, clock: () => number): ScheduledJob {
  async function run(signal: AbortSignal): Promise<void> {
    const at = clock();
    while ((await store.removeEndedSignIns({ at, idleSince: at - idleMs, limit: batch })) > 0) signal.throwIfAborted();
  }
  return { name: 'forget-sign-ins', cron: '37 * * * *', run };
}
