import { randomUUID } from 'node:crypto';
import type { Feature } from './features/feature.ts';
import type { Identity } from './identity/create-identity.ts';
import { forgetEndedJobs } from './jobs/forget-ended-jobs.ts';
import { startJobs } from './jobs/job-runner.ts';
import { startOutbox } from './jobs/outbox.ts';
import { startSchedule } from './jobs/schedule.ts';
import type { Metrics } from './observability/metrics.ts';
import type { Backends } from './open-backends.ts';
import type { EventSubscriber } from './registry/ports/event-subscriber.ts';
import type { GarbageReport } from './registry/ports/garbage-store.ts';
import type { QuotaKind } from './registry/ports/quota-excess.ts';
import type { ScheduledJob } from './registry/ports/scheduled-job.ts';

/** Scheduled jobs and the delivery of events, under this process's own name. */
export function createBackground(
  { metadata, logger }: Backends,
  features: readonly Feature[],
  identity: Identity,
  metrics: Metrics,
  more: readonly ScheduledJob[],
): { start(): Promise<void>; stop(): Promise<void> } {
  const holder = randomUUID();
  const counter: EventSubscriber = {
    name: 'metrics',
    handle: async (event) => {
      if (event.type === 'quota.warning') metrics.warnedOfQuota(event.data['kind'] as QuotaKind);
      if (event.type === 'gc.finished') metrics.garbageCollected(event.data as unknown as GarbageReport);
    },
  };
  const keyUpkeep: ScheduledJob = { name: 'signing-keys', cron: '41 * * * *', run: () => identity.maintainKeys() };
  const stops: (() => Promise<void>)[] = [];
  return {
    start: async () => {
      await identity.maintainKeys();
      const own = [keyUpkeep, forgetEndedJobs(metadata, Date.now), ...more];
      const jobs = [...own, ...features.flatMap((feature) => feature.jobs ?? [])].map((job) => metrics.countRuns(job));
      const schedules = jobs.map((job) => startSchedule(job, { leases: metadata, logger, holder, leaseMs: 60_000 }));
      const outbox = startOutbox({
        events: metadata,
        subscribers: [counter, ...features.flatMap((feature) => feature.subscribers ?? [])],
        logger,
        clock: Date.now,
        claimant: holder,
        pollMs: 1000,
        leaseMs: 60_000,
        batchSize: 100,
      });
      const queued = features.flatMap((feature) => feature.queued ?? []);
      const work = { store: metadata, logger, clock: Date.now, claimant: holder, pollMs: 1000, leaseMs: 60_000 };
      const queue = startJobs({ ...work, jobs: queued.filter(({ isAwaited }) => isAwaited === undefined) });
      const awaited = startJobs({ ...work, jobs: queued.filter(({ isAwaited }) => isAwaited) });
      stops.push(
        ...schedules.map((schedule) => () => schedule.stop()),
        () => outbox.stop(),
        () => queue.stop(),
        () => awaited.stop(),
        ...features.flatMap(({ background = [] }) => background.map((work) => work.start())),
      );
    },
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}
