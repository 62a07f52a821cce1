import { reach } from '../../registry/failpoints.ts';
import type { UnlinkedPlacement } from '../../registry/ports/garbage-store.ts';
import { deleteFrom, endBatch, type GarbageRun, severalAtOnce } from './garbage-run.ts';

/** Finishes what an earlier run condemned and did not delete: it died in between, or the store refused. */
export async function finishCondemned(run: GarbageRun): Promise<void> {
  const stuck = new Set<number>();
  for (;;) {
    // What cannot be deleted stays on the list, so the list is asked for that much more.
    const condemned = await run.garbage.listCondemnedPlacements(run.policy.batchSize + stuck.size);
    const next = condemned.filter(({ placementId }) => !stuck.has(placementId));
    if (next.length === 0) return;
    for (const placement of await deleteCondemned(run, next)) stuck.add(placement.placementId);
    await endBatch(run);
  }
}

/**
 * Deletes the bytes of blobs that no repository has. A placement is condemned first, so that a push of the same digest
 * gets a location of its own from then on; the bytes go, then the row, so that a crash leaves something to find.
 */
export async function removeUnlinkedPlacements(run: GarbageRun): Promise<void> {
  const { garbage, policy, startedAt, fence } = run;
  const before = startedAt - policy.graceMs;
  let cursor: string | undefined;
  do {
    const page = await garbage.listUnlinkedPlacements(before, cursor, policy.batchSize);
    const placementIds = page.items.map((placement) => placement.placementId);
    const condemned = placementIds.length === 0 ? [] : await garbage.condemnPlacements({ before, at: startedAt, placementIds, fence });
    if (condemned.length > 0) {
      reach('gc.condemned');
      await deleteCondemned(run, condemned);
    }
    cursor = page.cursor;
    await endBatch(run);
  } while (cursor !== undefined);
}

/** Deletes bytes and forgets rows; returns those whose bytes are still there. */
async function deleteCondemned(run: GarbageRun, condemned: readonly UnlinkedPlacement[]): Promise<UnlinkedPlacement[]> {
  const stuck: UnlinkedPlacement[] = [];
  const placementIds: number[] = [];
  await severalAtOnce(condemned, async (placement) => {
    const { store, location, sizeBytes, placementId } = placement;
    if (await deleteFrom(run, store, location, (blobs) => blobs.delete(location))) {
      placementIds.push(placementId);
      run.tally.addStored('blob', sizeBytes);
    } else {
      stuck.push(placement);
    }
  });
  reach('gc.bytes-deleted');
  if (placementIds.length > 0) {
    await run.garbage.forgetPlacements({ placementIds, at: run.startedAt, fence: run.fence });
    reach('gc.forgotten');
  }
  return stuck;
}
