import type { BlobStores } from '../../registry/blob-stores.ts';
import { copyBlob } from '../../registry/copy-blob.ts';
import { reach } from '../../registry/failpoints.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { ContentStore } from '../../registry/ports/content-store.ts';
import type { BlobElsewhere, NewPromotion, PromotionOutcome, PromotionStore } from '../../registry/ports/promotion-store.ts';

/** Blobs that are copied at once: small ones wait for fsyncs and round trips, large ones for bandwidth. */
const lanes = 4;

/** Rounds in which nothing could be copied. */
const mostIdle = 3;

/** What promotions work on. */
export interface PromotionDeps {
  readonly promotions: PromotionStore;
  readonly content: Pick<ContentStore, 'reportLostBlob'>;
  readonly stores: BlobStores;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** How long what a tag pointed at before is kept. */
  readonly undoWindowMs: number;
}

/** What is to be promoted; `authorize` answers as whom, and on which project's image that was decided, or throws. */
export interface PromotionRequest extends Pick<NewPromotion, 'to' | 'dryRun'> {
  readonly from: Omit<NewPromotion['from'], 'project'>;
  readonly authorize: () => Promise<{ readonly by: Agent; readonly project: NewPromotion['from']['project'] }>;
}

/**
 * Promotes an image. Bytes that the target's store does not have are copied first, each placed as soon as it is there, so that whoever
 * repeats an interrupted promotion goes on where it was. Copies may take long, so it is decided anew before each try who may. Throws
 * what `authorize` throws, a `StorageError` of a store that fails, and the signal's reason.
 */
export async function promoteImage(
  deps: PromotionDeps,
  { from, to, dryRun, authorize }: PromotionRequest,
  signal?: AbortSignal,
): Promise<PromotionOutcome> {
  const store = deps.stores.forNew(to.repository);
  for (let idle = 0; ; ) {
    const { by, project } = await authorize();
    const at = deps.clock();
    const input = { from: { ...from, project }, to, dryRun, by, store, at, undoUntil: at + deps.undoWindowMs };
    const answer = await deps.promotions.promote(input);
    if (answer.outcome === 'promoted') reach('promotion.committed');
    if (answer.outcome !== 'elsewhere' || dryRun) return answer;
    // What vanished meanwhile is missing by name in the next answer, or no longer.
    if ((await copyAhead(deps, answer, signal)) === 0) idle += 1;
    if (idle === mostIdle) return { outcome: 'changed' };
  }
}

/** Copies what was named; answers how many of them are there now. */
async function copyAhead(
  { promotions, content, stores, clock }: PromotionDeps,
  { store, blobs }: { readonly store: string; readonly blobs: readonly BlobElsewhere[] },
  signal: AbortSignal | undefined,
): Promise<number> {
  let placed = 0;
  const target = stores.of(store);
  const waiting = blobs.values();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const { digest, store: from, location } of waiting) {
        signal?.throwIfAborted();
        const copied = await copyBlob({ store: stores.of(from), location, digest }, target);
        if (copied === undefined) {
          await content.reportLostBlob({ store: from, location, at: clock() });
          continue;
        }
        const outcome = await promotions.placeAhead({ store, digest, location: copied, at: clock() });
        if (outcome !== 'placed') await target.delete(copied);
        if (outcome !== 'unwanted') placed += 1;
        reach('promotion.placed');
      }
    }),
  );
  return placed;
}
