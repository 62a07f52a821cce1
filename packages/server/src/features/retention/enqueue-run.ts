import type { Agent } from '../../registry/ports/agent.ts';
import type { JobStore } from '../../registry/ports/job-store.ts';
import type { RetentionKind } from '../../registry/ports/retention-store.ts';
import type { RetentionDeps } from './retention-deps.ts';
import type { CleanUp } from './retention-tasks.ts';

/** What the feature needs. */
export interface RetentionFeatureDeps extends RetentionDeps {
  readonly jobs: JobStore;
}

/** What a job of the queue is to do; its name is that of the kind of run. */
export interface JobInput {
  readonly project: string;
  readonly requestedBy: string;
  /** Of a clean-up. */
  readonly cleanUp?: CleanUp;
}

/** Runs that somebody, or the clock, puts in the queue. */
export type QueuedKind = Exclude<RetentionKind, 'expiry'>;

/** Name of the job of each kind of run. */
export const jobNames = { policy: 'retention', cleanup: 'cleanup' } as const satisfies Record<QueuedKind, string>;

/** Puts a run in the queue, unless the same waits or runs already; audited when somebody asks for it (`by`). */
export function enqueueRun(
  { jobs, clock }: RetentionFeatureDeps,
  kind: QueuedKind,
  input: JobInput & { readonly projectId: number; readonly by?: Agent },
): Promise<{ id: number; created: boolean }> {
  const { projectId, by, ...asked } = input;
  const key = kind === 'cleanup' ? undefined : `${jobNames[kind]}:${projectId}`;
  const { requestedBy } = asked;
  const asker = by === undefined ? {} : { by };
  return jobs.enqueueJob({ name: jobNames[kind], input: asked, projectId, requestedBy, ...asker, dedupeKey: key, at: clock() });
}
