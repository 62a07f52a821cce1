import type { JobTurn } from '../../registry/ports/queued-job.ts';
import type { Feature } from '../feature.ts';
import { enqueueRun, type JobInput, jobNames, type QueuedKind, type RetentionFeatureDeps } from './enqueue-run.ts';
import type { RetentionTask } from './retention-deps.ts';
import { taskOfCleanUp, taskOfExpiry, taskOfPolicy } from './retention-tasks.ts';
import { tryRetention } from './run-retention.ts';
import { nextTime } from './schedule-times.ts';

/** How long a run rests in the queue while another one of its project is under way. */
const waitMs = 5_000;

/** Policies by their schedules, clean-ups that somebody asks for, and the end of what temporary projects hold. */
export function retentionFeature(deps: RetentionFeatureDeps): Feature {
  const run = (kind: QueuedKind, taskOf: (input: JobInput) => Promise<RetentionTask | undefined>) => ({
    name: jobNames[kind],
    attempts: 5,
    run: async (input: unknown, { signal, report, postpone }: JobTurn) => {
      const asked = input as JobInput;
      const task = await taskOf(asked);
      if (task === undefined) return report({ lines: ['There is nothing to do any more: the project or its policy is gone.'] });
      const { requestedBy } = asked;
      const done = await tryRetention(deps, task, { kind, requestedBy, signal, onProgress: (progress) => report({ progress }) });
      if (done === undefined) return postpone('Another run of the project is under way.', waitMs);
      report({ progress: done, ...(done.message !== undefined && { lines: [done.message] }) });
      deps.logger.info('Retention finished.', { project: task.project, kind, ...done });
    },
  });
  return {
    name: 'retention',
    routes: async () => (await import('./retention-routes.ts')).retentionRoutes(deps),
    jobs: [
      { name: 'retention', cron: '* * * * *', run: (signal) => enqueueDue(deps, signal) },
      { name: 'expiry', cron: '*/10 * * * *', run: (signal) => expireAll(deps, signal) },
    ],
    queued: [
      run('policy', async ({ project }) => {
        const policy = await deps.retention.findRetentionPolicy(project);
        return policy && taskOfPolicy(policy, deps.graceMs);
      }),
      run('cleanup', async ({ cleanUp }) => cleanUp && taskOfCleanUp(cleanUp, deps.graceMs)),
    ],
  };
}

async function enqueueDue(deps: RetentionFeatureDeps, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const due = await deps.retention.listDuePolicies(deps.clock());
    for (const { projectId, project, schedule, nextRunAt: from } of due) {
      // Before it is postponed: whoever dies in between asks for it twice, which is asked for once.
      await enqueueRun(deps, 'policy', { projectId, project, requestedBy: 'system:schedule' });
      await deps.retention.postponePolicy({ projectId, from, to: nextTime(schedule, deps.clock()) });
    }
    if (due.length === 0) return;
  }
}

/**
 * One after the other, and in no queue: a job for each project every ten minutes would be more rows than the content. Each project is read
 * when its turn comes, so that one that is temporary no more loses nothing. What goes wrong with one keeps no other from its turn.
 */
async function expireAll(deps: RetentionFeatureDeps, signal: AbortSignal): Promise<void> {
  const failures: unknown[] = [];
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const [project] = await deps.retention.listTemporaryProjects({ limit: 1, after });
    if (project === undefined) break;
    after = project.projectId;
    try {
      await tryRetention(deps, taskOfExpiry(project), { kind: 'expiry', requestedBy: 'system:expiry', signal });
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
