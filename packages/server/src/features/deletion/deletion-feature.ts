import { reach } from '../../registry/failpoints.ts';
import type { BlobStore } from '../../registry/ports/blob-store.ts';
import type { ContentStore } from '../../registry/ports/content-store.ts';
import type { Remains, TenantStore } from '../../registry/ports/tenant-store.ts';
import type { Feature } from '../feature.ts';

/** What the removal of deleted things works on. */
export interface DeletionDeps {
  readonly tenants: Pick<TenantStore, 'removeRemains' | 'listUploadsOfDeleted'>;
  readonly content: Pick<ContentStore, 'cancelUpload'>;
  readonly stores: ReadonlyMap<string, BlobStore>;
}

/** Removes what deleted projects and repositories leave, in batches; bytes that nobody refers to any more are garbage. */
export function deletion(deps: DeletionDeps): Feature {
  return {
    name: 'deletion',
    queued: [
      {
        name: 'remove-deleted',
        attempts: 20,
        run: async (input, { signal }) => {
          const remains = input as Remains;
          await endUploads(deps, remains);
          while ((await deps.tenants.removeRemains(remains)) === 'more') {
            reach('deletion.batch.removed');
            signal.throwIfAborted();
            await endUploads(deps, remains);
          }
        },
      },
    ],
  };
}

/** The row goes first: from then on nobody continues. Bytes that stay because a store is away are found by garbage collection. */
async function endUploads({ tenants, content, stores }: DeletionDeps, remains: Remains): Promise<void> {
  for (;;) {
    const uploads = await tenants.listUploadsOfDeleted(remains);
    if (uploads.length === 0) return;
    for (const upload of uploads) {
      if (await content.cancelUpload({ id: upload.id })) await stores.get(upload.store)?.discardUpload(upload);
    }
  }
}
