import { Cron } from 'croner';
import { dayOf } from '../../registry/utc-day.ts';
import type { OverseeingDeps } from './overseeing-deps.ts';

/** What an administrator should look at. */
export const warningKinds = [
  'disk-nearly-full',
  'store-unreachable',
  'jobs-failed',
  'webhook-failing',
  'webhook-disabled',
  'certificate-ends',
  'garbage-overdue',
  'garbage-failed',
  'quota-nearly-full',
] as const;

/** One of them; which of the figures it has depends on its kind. */
export interface Warning {
  readonly kind: (typeof warningKinds)[number];
  /** Name of the store, webhook or project. */
  readonly subject?: string;
  /** Of a webhook. */
  readonly project?: string;
  readonly count?: number;
  readonly percent?: number;
  readonly at?: number;
  /** What it means and what to do, in English. */
  readonly detail: string;
}

const dayMs = 24 * 60 * 60_000;
const hourMs = 60 * 60_000;
/** Certificates are renewed a month before their end where that goes by itself. */
const certificateMs = 14 * dayMs;
const nearlyFullPercent = 90;
const mostOfAKind = 20;
/** A receiver that was restarted is not worth a warning. */
const failingMs = hourMs;

/** Everything that is wrong now. `since`: when this process began to watch. */
export async function findWarnings(deps: OverseeingDeps, since: number): Promise<Warning[]> {
  const found = await Promise.all([
    ofStores(deps),
    ofCertificate(deps),
    ofJobs(deps),
    ofGarbage(deps, since),
    ofWebhooks(deps),
    ofQuotas(deps),
  ]);
  return found.flat();
}

async function ofStores({ stores }: OverseeingDeps): Promise<Warning[]> {
  const found: Warning[] = [];
  for (const { name, space, isAway } of stores) {
    if (isAway()) {
      const detail = `The store '${name}' cannot be reached: what lies on it can be neither pulled nor pushed. Look at its service and the network.`;
      found.push({ kind: 'store-unreachable', subject: name, detail });
      continue;
    }
    const { freeBytes, totalBytes, isLow } = (await space?.()) ?? { freeBytes: 0, totalBytes: 0, isLow: false };
    if (!isLow) continue;
    const percent = Math.floor((freeBytes / totalBytes) * 100);
    const detail = `Only ${percent} % of the disk of the store '${name}' is free: collect garbage, remove what is not needed, or make it larger.`;
    found.push({ kind: 'disk-nearly-full', subject: name, percent, detail });
  }
  return found;
}

async function ofCertificate({ certificateEndsAt, clock }: OverseeingDeps): Promise<Warning[]> {
  const endsAt = certificateEndsAt();
  if (endsAt === undefined || endsAt > clock() + certificateMs) return [];
  const detail =
    endsAt === 0
      ? 'The certificate is a temporary one that clients refuse: see the log for why there is no other.'
      : 'The certificate ends soon, and clients refuse it then: put a new one in its place; the server finds it by itself.';
  return [{ kind: 'certificate-ends', ...(endsAt > 0 && { at: endsAt }), detail }];
}

async function ofJobs({ overview, clock }: OverseeingDeps): Promise<Warning[]> {
  const count = await overview.countFailedJobs(clock() - dayMs);
  if (count === 0) return [];
  return [{ kind: 'jobs-failed', count, detail: 'Jobs failed in the last 24 hours: read their logs, and try them again.' }];
}

async function ofGarbage({ runs, garbageCron, clock }: OverseeingDeps, since: number): Promise<Warning[]> {
  const [last] = await runs.listGarbageRuns({ limit: 1 });
  const found: Warning[] = [];
  if (last?.failure !== undefined) {
    found.push({
      kind: 'garbage-failed',
      at: last.finishedAt,
      detail: `The last garbage collection ended before its end: ${last.failure}`,
    });
  }
  if (garbageCron === undefined) return found;
  const lastAt = Math.max(last?.finishedAt ?? 0, since);
  // Twice in a row it should have come and did not.
  const [, second] = new Cron(garbageCron, { mode: '5-part', paused: true }).nextRuns(2, new Date(lastAt));
  if (second === undefined || clock() < second.getTime() + hourMs) return found;
  const detail = 'No garbage was collected at the last two times of gc.schedule: look for failures in the log, or collect it now.';
  found.push({ kind: 'garbage-overdue', ...(last !== undefined && { at: last.finishedAt }), detail });
  return found;
}

async function ofWebhooks({ overview, clock }: OverseeingDeps): Promise<Warning[]> {
  const webhooks = await overview.listFailingWebhooks(clock() - failingMs, mostOfAKind);
  return webhooks.map(({ name, project, disabledReason, failingSince }): Warning => {
    const common = { subject: name, ...(project !== undefined && { project }) };
    if (disabledReason !== undefined) {
      return { kind: 'webhook-disabled', ...common, detail: `${disabledReason} Mend its receiver, and enable the webhook again.` };
    }
    const detail = 'Its receiver has failed every delivery for more than an hour: look at the delivery log.';
    return { kind: 'webhook-failing', ...common, ...(failingSince !== undefined && { at: failingSince }), detail };
  });
}

async function ofQuotas({ quotas, clock }: OverseeingDeps): Promise<Warning[]> {
  const full = await quotas.listQuotas({ order: '-share', least: nearlyFullPercent }, { limit: mostOfAKind }, dayOf(clock()));
  return full.map(({ project, usedBytes, usedTags, limits }) => {
    const shareOf = (used: number, limit: number | null) => (limit === null ? 0 : limit === 0 ? 100 : Math.floor((used / limit) * 100));
    const percent = Math.max(shareOf(usedBytes, limits.bytes), shareOf(usedTags, limits.tags));
    const detail = `The project '${project}' has used ${percent} % of a limit, beyond which pushes are refused: clean up, or raise the limit.`;
    return { kind: 'quota-nearly-full', subject: project, percent, detail };
  });
}
