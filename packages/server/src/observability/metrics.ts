import type { RefusalReason } from '../registry/ports/authenticator.ts';
import type { GarbageReport } from '../registry/ports/garbage-store.ts';
import { type QuotaKind, type QuotaRefusal, quotaRefusals } from '../registry/ports/quota-excess.ts';
import type { RequestObserver } from '../registry/ports/request-observer.ts';
import type { ScheduledJob } from '../registry/ports/scheduled-job.ts';
import { Counter } from './counter.ts';
import { labelsOf, type MetricFamily, singleValue } from './metric-family.ts';
import { RequestMetrics } from './request-metrics.ts';

/** Figures that somebody else keeps, at the moment when they are asked for. */
export type MetricSource = () => readonly MetricFamily[];

/** What requests are bounded by. */
export type RateLimit = (typeof rateLimits)[number];

const rateLimits = ['address', 'sign-in', 'subject'] as const;

/** What one process counts. */
export interface Metrics {
  readonly observe: RequestObserver;
  refusedConnection(): void;
  refusedByRate(limit: RateLimit): void;
  refusedLogin(reason: RefusalReason): void;
  refusedByQuota(refusal: QuotaRefusal): void;
  /** A project came near to a limit. */
  warnedOfQuota(kind: QuotaKind): void;
  garbageCollected(report: GarbageReport): void;
  /** The same job, with its runs counted. */
  countRuns(job: ScheduledJob): ScheduledJob;
  add(source: MetricSource): void;
  families(): MetricFamily[];
}

/** Starts with nothing counted. `version`: what this program calls itself. */
export function createMetrics(version: string): Metrics {
  const requests = new RequestMetrics();
  const refused = new Counter('registry_connections_refused_total', 'Connections beyond the limits.', undefined);
  const overRate = new Counter('registry_rate_refusals_total', 'Requests beyond what one client may send.', 'limit', rateLimits);
  const logins = new Counter('registry_login_failures_total', 'Logins that were refused.', 'reason', [
    'certificate',
    'credentials',
    'delayed',
    'second-factor',
  ]);
  const overQuota = new Counter('registry_quota_refusals_total', 'What quotas refused.', 'kind', quotaRefusals);
  const nearQuota = new Counter('registry_quota_warnings_total', 'Warnings of projects near a limit.', 'kind', ['bytes', 'tags']);
  const collections = new Counter('registry_gc_runs_total', 'Garbage collections that finished.', undefined);
  const kinds = ['manifests', 'blobs', 'uploads', 'orphans'] as const;
  const removed = new Counter('registry_gc_removed_total', 'What garbage collections removed, by kind.', 'kind', kinds);
  const freed = new Counter('registry_gc_freed_bytes_total', 'Bytes that garbage collections freed.', undefined);
  const succeeded = new Counter('registry_job_successes_total', 'Runs of scheduled jobs that did their work.', 'job');
  const failed = new Counter('registry_job_failures_total', 'Runs of scheduled jobs that failed.', 'job');
  const counters = [refused, overRate, logins, overQuota, nearQuota, collections, removed, freed, succeeded, failed];
  const build = `registry_build_info${labelsOf({ version, node: process.versions.node })}`;
  const info = { name: 'registry_build_info', help: 'What runs.', type: 'gauge', merge: 'max' } as const;
  const sources: MetricSource[] = [];
  return {
    observe: (record) => requests.observe(record),
    refusedConnection: () => refused.add(''),
    refusedByRate: (limit) => overRate.add(limit),
    refusedLogin: (reason) => logins.add(reason),
    refusedByQuota: (refusal) => overQuota.add(refusal),
    warnedOfQuota: (kind) => nearQuota.add(kind),
    garbageCollected: (report) => {
      collections.add('');
      for (const kind of kinds) removed.add(kind, report[kind]);
      freed.add('', report.bytes);
    },
    countRuns: (job) => {
      succeeded.add(job.name, 0);
      failed.add(job.name, 0);
      return { name: job.name, cron: job.cron, run: (signal) => runCounted(job, signal, { succeeded, failed }) };
    },
    add: (source) => sources.push(source),
    families: () => [
      ...requests.families(),
      ...counters.map((counter) => counter.family()),
      ...sources.flatMap((source) => source()),
      { ...info, samples: [[build, 1]] },
    ],
  };
}

async function runCounted(job: ScheduledJob, signal: AbortSignal, counts: { succeeded: Counter; failed: Counter }): Promise<void> {
  try {
    await job.run(signal);
  } catch (error) {
    // One that was stopped is neither.
    if (!signal.aborted) counts.failed.add(job.name);
    throw error;
  }
  counts.succeeded.add(job.name);
}

/** What is going on in a listener now. */
export interface Activity {
  readonly connections: number;
  readonly requests: number;
}

/** The figures of a listener. */
export function activityFamilies({ connections, requests }: Activity): MetricFamily[] {
  const gauge = (name: string, help: string, value: number) => singleValue({ name, help, type: 'gauge', merge: 'sum' }, value);
  return [
    gauge('registry_connections_open', 'Open connections of clients.', connections),
    gauge('registry_requests_in_flight', 'Requests that are not answered completely.', requests),
  ];
}

/** The figures of TLS; `endsAt`: when the served certificate ends, in milliseconds since 1970. */
export function certificateFamilies(endsAt: number): MetricFamily[] {
  const help = 'Time until the served TLS certificate ends; negative after it.';
  const family = { name: 'registry_certificate_expiry_seconds', help, type: 'gauge', merge: 'min' } as const;
  return [singleValue(family, Math.round((endsAt - Date.now()) / 1000))];
}

/** The figures of a log. */
export function logFamilies(dropped: number): MetricFamily[] {
  const family = { name: 'registry_log_lines_dropped_total', help: 'Lines of the log that nobody took.', type: 'counter' } as const;
  return [singleValue({ ...family, merge: 'sum' }, dropped)];
}
