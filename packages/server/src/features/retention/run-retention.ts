import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { reach } from '../../registry/failpoints.ts';
import { runWithLease } from '../../registry/held-lease.ts';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { Fence } from '../../registry/ports/lease-store.ts';
import type {
  RetainedRepository,
  RetentionCounts,
  RetentionKind,
  RetentionOutcome,
  TagFacts,
} from '../../registry/ports/retention-store.ts';
import { repositoriesOf, tagsOf, type Walk } from './examined-tags.ts';
import type { RetentionDeps, RetentionTask } from './retention-deps.ts';
import { TagVerdicts } from './tag-verdicts.ts';

/** How long a run that died keeps the next one waiting. */
const leaseMs = 15_000;
/** How often a run that waits for another one looks whether it may begin. */
const waitMs = 500;
/** Tags of one transaction: others wait for it. */
const batchSize = 32;
/** Who removes, as history and events keep it. */
const by = systemAgent('retention');

/** How one run is made. */
export interface RunOptions {
  readonly kind: RetentionKind;
  /** As `RetentionRun.requestedBy`. */
  readonly requestedBy: string;
  /** Ends the run after the batch in hand; what was removed stays removed. */
  readonly signal: AbortSignal;
  readonly onProgress?: ((counts: RetentionCounts) => void) | undefined;
}

/** What came of a run. */
export interface RunReport extends RetentionCounts {
  readonly outcome: RetentionOutcome;
  readonly message: string | undefined;
}

interface Run extends Walk {
  readonly task: RetentionTask;
  readonly startedAt: number;
  readonly clock: () => number;
  readonly fence: Fence;
  readonly counts: { tagsKept: number; tagsRemoved: number; manifestsRemoved: number };
  readonly onProgress: RunOptions['onProgress'];
  /** The last that were made: what was ranked to see whether anything stays need not be ranked again. */
  ranked?: { readonly repositoryId: number; readonly verdicts: TagVerdicts };
}

/**
 * Removes what a project does not keep, while pushes and pulls go on: tags, then manifests that nothing holds any more. Every removal is
 * checked again in its own transaction, so whoever pushes, moves or pulls a tag meanwhile keeps it. What blobs that frees, the next
 * garbage collection removes. One run of a project at a time: undefined when another one is under way. Its history is kept. Rejects with
 * the signal's reason, or what the metadata threw.
 */
export async function tryRetention(deps: RetentionDeps, task: RetentionTask, options: RunOptions): Promise<RunReport | undefined> {
  const terms = { leases: deps.leases, name: `retention:${task.projectId}`, holder: randomUUID(), ttlMs: leaseMs };
  const { signal } = options;
  const run = await runWithLease(terms, { signal }, (leased, fence) => recorded(deps, task, { ...options, signal: leased }, fence));
  return run.held ? run.value : undefined;
}

/** As `tryRetention`, but waits for the other run. */
export async function runRetention(deps: RetentionDeps, task: RetentionTask, options: RunOptions): Promise<RunReport> {
  const { signal } = options;
  for (;;) {
    const report = await tryRetention(deps, task, options);
    if (report !== undefined) return report;
    await pause(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

async function recorded(deps: RetentionDeps, task: RetentionTask, options: RunOptions, fence: Fence): Promise<RunReport> {
  const { retention, clock } = deps;
  const { kind, requestedBy, signal, onProgress } = options;
  const startedAt = clock();
  const { projectId, project } = task;
  const id = await retention.beginRetentionRun({ projectId, kind, requestedBy, at: startedAt });
  const counts = { tagsKept: 0, tagsRemoved: 0, manifestsRemoved: 0 };
  const finish = (outcome: RetentionOutcome, message?: string) =>
    retention.finishRetentionRun({ id, project, kind, counts, outcome, message, by, at: clock() });
  try {
    const run: Run = { retention, signal, task, startedAt, clock, fence, counts, onProgress };
    const message = task.tags && !task.allowEmpty && (await wouldEmpty(run)) ? emptied : undefined;
    if (message === undefined) await removeAll(run);
    const outcome = message === undefined ? 'done' : 'refused';
    await finish(outcome, message);
    return { ...counts, outcome, message };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // What it threw says more than a history that cannot be written.
    await finish(signal.aborted ? 'cancelled' : 'failed', message).catch(() => undefined);
    throw error;
  }
}

const emptied = 'It would remove every tag of the project: change its rules, or set allowEmpty if that is what you want.';

/** Whether the project has tags and none would stay. */
async function wouldEmpty(run: Run): Promise<boolean> {
  let hasTags = false;
  for await (const repository of coveredRepositories(run)) {
    const verdicts = await verdictsOn(run, repository);
    for await (const page of tagsOf(run, repository.id)) {
      if (page.some((tag) => verdicts.of(tag).kept && tag.owner === undefined)) return false;
      hasTags ||= page.length > 0;
    }
  }
  return hasTags;
}

async function removeAll(run: Run): Promise<void> {
  for await (const repository of coveredRepositories(run)) {
    if (run.task.tags) await removeTags(run, repository);
    await removeReleased(run, repository.id);
    if (run.task.untaggedAfterMs !== undefined) await removeLoose(run, repository.id, run.task.untaggedAfterMs);
  }
}

async function* coveredRepositories(run: Run): AsyncGenerator<RetainedRepository> {
  for await (const repository of repositoriesOf(run, run.task.projectId)) {
    if (run.task.repository === undefined || run.task.repository === repository.name) yield repository;
  }
}

/** The rules over a repository, with every tag ranked where one depends on others. */
async function verdictsOn(run: Run, repository: RetainedRepository): Promise<TagVerdicts> {
  if (run.ranked?.repositoryId === repository.id) return run.ranked.verdicts;
  const verdicts = new TagVerdicts(run.task.rules, run.task.project, repository.name, run.startedAt);
  if (verdicts.needsRanks) for await (const page of tagsOf(run, repository.id)) for (const tag of page) verdicts.rank(tag);
  run.ranked = { repositoryId: repository.id, verdicts };
  return verdicts;
}

async function removeTags(run: Run, repository: RetainedRepository): Promise<void> {
  const { counts } = run;
  const verdicts = await verdictsOn(run, repository);
  for await (const page of tagsOf(run, repository.id)) {
    const doomed: TagFacts[] = page.filter((tag) => !verdicts.of(tag).kept).map(({ owner: _owner, ...facts }) => facts);
    counts.tagsKept += page.length - doomed.length;
    for (let start = 0; start < doomed.length; start += batchSize) {
      const tags = doomed.slice(start, start + batchSize);
      const removed = await run.retention.removeTags({ ...removalOf(run, repository.id), tags });
      reach('retention.tags.removed');
      counts.tagsRemoved += removed.length;
      counts.tagsKept += tags.length - removed.length;
      await endBatch(run);
    }
  }
}

/** Removes what lost its last hold, here or in a run that was interrupted; what that held in its turn; and so on. */
async function removeReleased(run: Run, repositoryId: number): Promise<void> {
  for (let removed = 1; removed > 0; ) {
    removed = 0;
    for (let after = 0; ; ) {
      const manifestIds = await run.retention.listReleasedManifests(repositoryId, { limit: batchSize, after });
      removed += await remove(run, repositoryId, manifestIds, run.task.graceMs);
      after = manifestIds.at(-1) ?? after;
      if (manifestIds.length < batchSize) break;
    }
  }
}

async function removeLoose(run: Run, repositoryId: number, afterMs: number): Promise<void> {
  const { retention, startedAt } = run;
  let cursor: string | undefined;
  do {
    const page = await retention.listLooseManifests(repositoryId, startedAt - afterMs, cursor);
    for (let start = 0; start < page.items.length; start += batchSize) {
      await remove(run, repositoryId, page.items.slice(start, start + batchSize), afterMs);
    }
    cursor = page.cursor;
    await endBatch(run);
  } while (cursor !== undefined);
  await removeReleased(run, repositoryId);
}

async function remove(run: Run, repositoryId: number, manifestIds: readonly number[], afterMs: number): Promise<number> {
  if (manifestIds.length === 0) return 0;
  const before = run.startedAt - afterMs;
  const { manifests, tags } = await run.retention.removeReleased({ ...removalOf(run, repositoryId), before, manifestIds });
  reach('retention.manifests.removed');
  run.counts.manifestsRemoved += manifests;
  run.counts.tagsRemoved += tags;
  run.counts.tagsKept = Math.max(0, run.counts.tagsKept - tags);
  await endBatch(run);
  return manifests;
}

function removalOf({ task, startedAt, fence, clock }: Run, repositoryId: number) {
  return { repositoryId, before: startedAt - task.graceMs, at: clock(), by, fence };
}

/** Ends a batch: shows the counts, lets requests have the event loop, and throws when the run was aborted. */
async function endBatch({ counts, onProgress, signal }: Run): Promise<void> {
  onProgress?.({ ...counts });
  await nextTurn();
  signal.throwIfAborted();
}
