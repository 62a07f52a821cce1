import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Agent } from '../../registry/ports/agent.ts';
import { type BlobStore, StorageError } from '../../registry/ports/blob-store.ts';
import type { GarbageReport, GarbageStore } from '../../registry/ports/garbage-store.ts';
import type { Fence } from '../../registry/ports/lease-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import type { GarbagePolicy } from './garbage-policy.ts';
import type { GarbageTally } from './garbage-tally.ts';

/** Deletions that a store gets at once: on a distant one most of each is waiting; more would keep requests from the threads that read and write files. */
const deletionsAtOnce = 3;

/** What the steps of one run share. */
export interface GarbageRun {
  readonly garbage: GarbageStore;
  readonly stores: ReadonlyMap<string, BlobStore>;
  readonly logger: Logger;
  readonly by: Agent;
  readonly policy: GarbagePolicy;
  /** When the run began. Everything is measured against it, so what becomes old enough meanwhile is for the next run. */
  readonly startedAt: number;
  readonly dryRun: boolean;
  readonly tally: GarbageTally;
  readonly signal: AbortSignal;
  /** Whose turn it is; a run that writes has one. */
  readonly fence: Fence | undefined;
  readonly onProgress: ((report: GarbageReport) => void) | undefined;
}

/** Ends a batch: shows the counts, lets requests have the event loop, and throws when the run was aborted. */
export async function endBatch(run: GarbageRun): Promise<void> {
  run.onProgress?.(run.tally.report(run.dryRun));
  await nextTurn();
  run.signal.throwIfAborted();
}

/**
 * Deletes one thing from a store; false when the store cannot or is not configured any more, which is logged and
 * counted and ends nothing: the next run finds it again.
 */
export async function deleteFrom(
  run: GarbageRun,
  store: string,
  what: string,
  deletion: (store: BlobStore) => Promise<void>,
): Promise<boolean> {
  try {
    const blobs = run.stores.get(store);
    if (blobs === undefined) throw new StorageError('failed', `The store '${store}' is not configured.`);
    await deletion(blobs);
    return true;
  } catch (error) {
    run.tally.addFailure();
    // Said once already, when it was found to be away.
    if (!(error instanceof StorageError && error.reason === 'unreachable'))
      run.logger.warn('A file could not be deleted; the next garbage collection tries again.', { store, file: what, error });
    return false;
  }
}

/** Does something with each of them, several at once. Rejects as the first of them did. */
export async function severalAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const workThrough = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: deletionsAtOnce }, workThrough));
}
