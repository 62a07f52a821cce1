import type { JobStore } from '../registry/ports/job-store.ts';
import type { ScheduledJob } from '../registry/ports/scheduled-job.ts';

const keptMs = 30 * 24 * 60 * 60_000;

/** Forgets, every hour, what ended 30 days ago or earlier. */
export function forgetEndedJobs(store: JobStore, clock: () => number): ScheduledJob {
  async function run(signal: AbortSignal): Promise<void> {
    while ((await store.forgetJobs({ before: clock() - keptMs })) > 0) signal.throwIfAborted();
  }
  return { name: 'forget-jobs', cron: '23 * * * *', run };
}
