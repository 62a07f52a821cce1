import { reach } from '../../registry/failpoints.ts';
import type { BlobLocation, BlobStore, StoredObject } from '../../registry/ports/blob-store.ts';
import { deleteFrom, endBatch, type GarbageRun, severalAtOnce } from './garbage-run.ts';

/**
 * How many times larger than other batches a page of a store is: a file system reads a whole directory for each, S3 answers at most a
 * thousand.
 */
const pageBatches = 5;

type StoredPage = Awaited<ReturnType<BlobStore['list']>>;

/**
 * Deletes files that the metadata does not know and that are older than the grace, or in a dry run shows them: what a
 * crash between bytes and commit leaves, or a deletion that failed. A store that cannot be listed is counted as a
 * failure and the others are still swept.
 */
export async function removeOrphanFiles(run: GarbageRun, show: (store: string, orphan: StoredObject) => void): Promise<void> {
  for (const [name, blobs] of run.stores) {
    let cursor: string | undefined;
    do {
      const page = await listPage(run, name, blobs, cursor);
      if (page === undefined) break;
      const old = page.objects.filter((object) => object.modifiedAt <= run.startedAt - run.policy.graceMs);
      await severalAtOnce(await withoutKnown(run, name, old), async (orphan) => {
        if (run.dryRun) show(name, orphan);
        else await removeOrphan(run, name, orphan);
      });
      cursor = page.cursor;
      await endBatch(run);
    } while (cursor !== undefined);
  }
}

async function listPage(run: GarbageRun, name: string, blobs: BlobStore, cursor: string | undefined): Promise<StoredPage | undefined> {
  try {
    return await blobs.list(cursor, pageBatches * run.policy.batchSize);
  } catch (error) {
    run.tally.addFailure();
    run.logger.warn('A store could not be listed; orphaned files stay until the next garbage collection.', { store: name, error });
    return undefined;
  }
}

/**
 * Asked after the listing: a file that was committed in between is known by now, and one that was not yet there when
 * the store was listed is not among these.
 */
async function withoutKnown(run: GarbageRun, store: string, objects: readonly StoredObject[]): Promise<StoredObject[]> {
  const idsOf = (kind: StoredObject['kind']): string[] => objects.filter((object) => object.kind === kind).map((object) => object.id);
  const known = {
    blob: await run.garbage.knownLocations(store, idsOf('blob')),
    upload: await run.garbage.knownUploads(idsOf('upload')),
  };
  return objects.filter((object) => !known[object.kind].has(object.id));
}

async function removeOrphan(run: GarbageRun, store: string, orphan: StoredObject): Promise<void> {
  const { kind, id, sizeBytes } = orphan;
  const removed = await deleteFrom(run, store, `${kind} ${id}`, (blobs) =>
    kind === 'blob' ? blobs.delete(id as BlobLocation) : blobs.discardUpload({ id, epoch: 0, offset: 0, state: undefined }),
  );
  if (!removed) return;
  run.tally.addStored('orphan', sizeBytes);
  reach('gc.orphan.deleted');
}
