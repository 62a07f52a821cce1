import { ThreadedComparer } from './comparing/image-comparer.ts';
import type { ComparisonDeps } from './features/comparison/comparison-deps.ts';
import type { IndexLoopDeps } from './features/search-index/index-loop.ts';
import type { Backends } from './open-backends.ts';
import { giveMemoryBack } from './processes/give-memory-back.ts';
import { BlobStores } from './registry/blob-stores.ts';
import type { Authorizer } from './registry/ports/authorizer.ts';

// Past the caches: what is read once must not push out what is pulled.

/** What images are compared with. */
export function comparisonDeps({ metadata, stores }: Backends, authorizer: Authorizer): ComparisonDeps {
  const comparer = new ThreadedComparer(giveMemoryBack);
  const blobs = new BlobStores(stores);
  return { content: metadata, blobs, comparisons: metadata, comparer, jobs: metadata, authorizer, clock: Date.now };
}

/** What images are made findable with. */
export function searchIndexDeps({ metadata, stores, logger }: Backends): IndexLoopDeps {
  return { search: metadata, content: metadata, leases: metadata, source: new BlobStores(stores), logger };
}
