import type { RetentionKind } from '../../registry/ports/retention-store.ts';
import type { Feature } from '../feature.ts';
import { enqueueRun, type JobInput, jobNames, type RetentionFeatureDeps } from './enqueue-run.ts';
import type { RetentionTask } from './retention-deps.ts';
import { taskOfCleanUp, taskOfExpiry, taskOfPolicy } from './retention-tasks.ts';
import { runRetention } from './run-retention.ts';
import { nextTime } from './schedule-times.ts';

/** Projects that one read lists. */
const pageSize = 200;

/** Policies by their schedules, clean-ups that somebody asks for, and the end of what temporary projects hold. */
export function retentionFeature(deps: RetentionFeatureDeps): Feature {
  const run = (kind: RetentionKind, taskOf: (input: JobInput) => Promise<RetentionTask | undefined>) => ({
    name: jobNames[kind],
    attempts: 5,
    run: async (input: unknown, { signal, report }: Parameters<NonNullable<Feature['queued']>[number]['run']>[1]) => {
      const asked = input as JobInput;
      const task = await taskOf(asked);
      if (task === undefined) return report({ lines: ['There is nothing to do any more: the project or its policy is gone.'] });
      const { requestedBy } = asked;
      const done = await runRetention(deps, task, { kind, requestedBy, signal, onProgress: (progress) => report({ progress }) });
      report({ progress: done, ...(done.message !== undefined && { lines: [done.message] }) });
      deps.logger.info('Retention finished.', { project: task.project, kind, ...done });
    },
  });
  return {
    name: 'retention',
    routes: async () => (await import('./retention-routes.ts')).retentionRoutes(deps),
    jobs: [
      { name: 'retention', cron: '* * * * *', run: (signal) => enqueueDue(deps, signal) },
      { name: 'expiry', cron: '*/10 * * * *', run: (signal) => enqueueExpiring(deps, signal) },
    ],
    queued: [
      run('policy', async ({ project }) => {
        const policy = await deps.retention.findRetentionPolicy(project);
        return policy && taskOfPolicy(policy, deps.graceMs);
      }),
      run('cleanup', async ({ cleanUp }) => cleanUp && taskOfCleanUp(cleanUp, deps.graceMs)),
      run('expiry', async ({ project }) => {
        const { project: found } = await deps.retention.findTargets(project);
        if (found === undefined) return undefined;
        const [temporary] = await deps.retention.listTemporaryProjects({ limit: 1, after: found.projectId - 1 });
        return temporary?.projectId === found.projectId ? taskOfExpiry(temporary) : undefined;
      }),
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

async function enqueueExpiring(deps: RetentionFeatureDeps, signal: AbortSignal): Promise<void> {
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const page = await deps.retention.listTemporaryProjects({ limit: pageSize, after });
    for (const { projectId, project } of page) await enqueueRun(deps, 'expiry', { projectId, project, requestedBy: 'system:expiry' });
    if (page.length < pageSize) return;
    after = page.at(-1)?.projectId ?? after;
  }
}
