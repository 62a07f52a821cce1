import type { Agent } from '../../registry/ports/agent.ts';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { GarbageReport } from '../../registry/ports/garbage-store.ts';
import type { JobStore } from '../../registry/ports/job-store.ts';
import type { JobTurn, QueuedJob } from '../../registry/ports/queued-job.ts';
import { collectGarbage, GarbageCollectionBusyError, type GarbageDeps } from './collect-garbage.ts';
import type { GarbageItem } from './garbage-item.ts';

/** What the feature needs. */
export interface GarbageFeatureDeps extends GarbageDeps {
  readonly jobs: JobStore;
}

/** Names of the jobs. */
export const garbageJobs = { preview: 'garbage-preview', run: 'garbage-collection' } as const;
export type GarbageJob = keyof typeof garbageJobs;

/** How long a run rests in the queue while another one is under way. */
const waitMs = 5_000;
/** How many of the things that would go a preview names; it counts them all. */
const mostNamed = 100;

/** Puts one in the queue, unless the same waits or runs already; in the audit log. */
export function enqueueGarbageJob({ jobs, clock }: GarbageFeatureDeps, kind: GarbageJob, by: Agent): Promise<{ id: number }> {
  const name = garbageJobs[kind];
  return jobs.enqueueJob({ name, input: { requestedBy: by.actor }, requestedBy: by.actor, by, dedupeKey: name, at: clock() });
}

/** Runs and previews that somebody asks for. */
export function queuedGarbageJobs(deps: GarbageFeatureDeps): QueuedJob[] {
  return [
    { name: garbageJobs.run, attempts: 3, run: (input, turn) => runOnce(deps, input, turn) },
    { name: garbageJobs.preview, attempts: 2, run: (_, turn) => previewOnce(deps, turn) },
  ];
}

async function runOnce(deps: GarbageFeatureDeps, input: unknown, { signal, report, postpone }: JobTurn): Promise<void> {
  const { requestedBy } = input as { requestedBy: string };
  // What goes is the registry's own doing; who asked for it is in the audit log, and in the list of runs.
  const by: Agent = { ...systemAgent('gc'), actor: requestedBy };
  try {
    const onProgress = (progress: GarbageReport) => report({ progress });
    const done = await collectGarbage({ ...deps, by, dryRun: false, signal, onProgress });
    report({ progress: done, lines: [describeReport(done)] });
    deps.logger.info('Garbage collection finished.', { ...done });
  } catch (error) {
    if (!(error instanceof GarbageCollectionBusyError)) throw error;
    postpone('Another garbage collection is running.', waitMs);
  }
}

async function previewOnce(deps: GarbageFeatureDeps, { signal, report }: JobTurn): Promise<void> {
  const named: string[] = [];
  const onItem = (item: GarbageItem) => {
    if (named.length < mostNamed) named.push(describeItem(item));
  };
  const onProgress = (progress: GarbageReport) => report({ progress });
  const found = await collectGarbage({ ...deps, dryRun: true, signal, onProgress, onItem });
  report({ progress: found, lines: named });
}

function describeReport({ manifests, links, blobs, uploads, orphans, bytes, failed }: GarbageReport): string {
  const counts = `${manifests} manifests, ${links} blob links, ${blobs} blobs, ${uploads} uploads, ${orphans} orphan files; ${bytes} bytes`;
  return failed === 0 ? `Removed ${counts}.` : `Removed ${counts}. ${failed} files could not be deleted; the next run tries again.`;
}

/** One thing that would go, as a line of a list. */
export function describeItem(item: GarbageItem): string {
  const where =
    'repository' in item
      ? `${item.repository}@${item.digest}`
      : 'digest' in item
        ? `${item.store} ${item.digest}`
        : `${item.store} ${item.id}`;
  return `would remove ${item.kind.padEnd(8)} ${where} ${item.sizeBytes} bytes`;
}
