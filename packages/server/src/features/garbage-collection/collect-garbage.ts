import { randomUUID } from 'node:crypto';
import { runWithLease } from '../../registry/held-lease.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { BlobStore } from '../../registry/ports/blob-store.ts';
import type { EventStore } from '../../registry/ports/event-store.ts';
import type { GarbageRunStore } from '../../registry/ports/garbage-run-store.ts';
import type { GarbageReport, GarbageStore } from '../../registry/ports/garbage-store.ts';
import type { Fence, LeaseStore } from '../../registry/ports/lease-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import { forgetEndedLeases } from './ended-leases.ts';
import { removeExpiredUploads } from './expired-uploads.ts';
import type { GarbageItem } from './garbage-item.ts';
import type { GarbagePolicy } from './garbage-policy.ts';
import type { GarbageRun } from './garbage-run.ts';
import { GarbageTally } from './garbage-tally.ts';
import { removeOrphanFiles } from './orphan-files.ts';
import { finishCondemned, removeUnlinkedPlacements } from './unlinked-placements.ts';
import { removeUnreferencedLinks } from './unreferenced-links.ts';
import { removeUntaggedManifests, untaggedBefore } from './untagged-manifests.ts';

/** How long a run that died keeps the next one waiting. */
const leaseMs = 15_000;

/** What a garbage collection works on. */
export interface GarbageDeps {
  readonly garbage: GarbageStore;
  /** Where runs are written down. */
  readonly runs: Pick<GarbageRunStore, 'recordGarbageRun'>;
  readonly events: EventStore;
  readonly leases: LeaseStore;
  /** Every configured store by name. */
  readonly stores: ReadonlyMap<string, BlobStore>;
  readonly logger: Logger;
  /** Who collects. */
  readonly by: Agent;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly policy: GarbagePolicy;
}

/** How one garbage collection runs. */
export interface GarbageOptions {
  readonly dryRun: boolean;
  /** Ends the run after the batch in hand; what was removed stays removed and the next run continues. */
  readonly signal?: AbortSignal | undefined;
  /** After every batch. */
  readonly onProgress?: ((report: GarbageReport) => void) | undefined;
  /** Dry run only: each thing that a real run would remove. */
  readonly onItem?: ((item: GarbageItem) => void) | undefined;
}

/** Another garbage collection is running, in this process or elsewhere. */
export class GarbageCollectionBusyError extends Error {
  constructor() {
    super('Another garbage collection is running: wait until it has finished.');
    this.name = 'GarbageCollectionBusyError';
  }
}

/**
 * Removes what nothing needs any more, while pushes and pulls go on: untagged manifests if the policy says so, links
 * that no manifest needs, blobs that no repository links, uploads that stood still, and files that the metadata does
 * not know. Every removal is checked again in its own transaction, so a push that re-uses the content always wins. One
 * run at a time; a dry run writes nothing and needs no turn. Files that cannot be deleted are counted in the report.
 * Rejects with the signal's reason, `GarbageCollectionBusyError`, `LeaseLostError`, or what the metadata threw.
 */
export async function collectGarbage(options: GarbageDeps & GarbageOptions): Promise<GarbageReport> {
  const { leases, dryRun, signal } = options;
  if (dryRun) return preview(newRun(options, signal ?? new AbortController().signal, undefined), options.onItem);
  const terms = { leases, name: 'gc', holder: randomUUID(), ttlMs: leaseMs };
  const run = await runWithLease(terms, { signal }, (leased, fence) => recorded(newRun(options, leased, fence), options));
  if (!run.held) throw new GarbageCollectionBusyError();
  return run.value;
}

/** Removes, and writes down what was removed, also when the run ends before its end. */
async function recorded(run: GarbageRun, deps: GarbageDeps): Promise<GarbageReport> {
  const record = (failure: string | undefined) => {
    const report = run.tally.report(false);
    return deps.runs.recordGarbageRun({ startedAt: run.startedAt, finishedAt: deps.clock(), by: deps.by.actor, report, failure });
  };
  try {
    await remove(run, deps);
  } catch (error) {
    // What made the run fail may well be what it would be written to.
    await record(error instanceof Error ? error.message : String(error)).catch((cause: unknown) =>
      deps.logger.warn('A garbage collection that failed could not be written down.', { cause }),
    );
    throw error;
  }
  await record(undefined);
  return run.tally.report(false);
}

async function remove(run: GarbageRun, { events, clock, by }: GarbageDeps): Promise<void> {
  await finishCondemned(run);
  await removeUntaggedManifests(run);
  await removeUnreferencedLinks(run);
  await removeUnlinkedPlacements(run);
  await removeExpiredUploads(run, () => undefined);
  await removeOrphanFiles(run, () => undefined);
  await forgetEndedLeases(run);
  await events.recordEvent({ type: 'gc.finished', at: clock(), by, data: { ...run.tally.report(false) } });
}

async function preview(run: GarbageRun, onItem: ((item: GarbageItem) => void) | undefined): Promise<GarbageReport> {
  const { garbage, startedAt, policy, signal, tally } = run;
  const show = (item: GarbageItem): void => {
    tally.addItem(item);
    onItem?.(item);
  };
  await garbage.previewGarbage({ untaggedBefore: untaggedBefore(run), before: startedAt - policy.graceMs, signal }, show);
  await removeExpiredUploads(run, ({ id, offset, store }) => show({ kind: 'upload', store, id, sizeBytes: offset }));
  await removeOrphanFiles(run, (store, { id, sizeBytes }) => show({ kind: 'orphan', store, id, sizeBytes }));
  return tally.report(true);
}

function newRun(options: GarbageDeps & GarbageOptions, signal: AbortSignal, fence: Fence | undefined): GarbageRun {
  const { garbage, stores, logger, by, policy, clock, dryRun, onProgress } = options;
  return { garbage, stores, logger, by, policy, startedAt: clock(), dryRun, tally: new GarbageTally(), signal, fence, onProgress };
}
