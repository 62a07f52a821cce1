import type { Authorizer } from '../../registry/ports/authorizer.ts';
import type { BlobSource } from '../../registry/ports/blob-source.ts';
import type { ComparisonStore } from '../../registry/ports/comparison-store.ts';
import type { ContentStore, Millis } from '../../registry/ports/content-store.ts';
import type { ImageComparer } from '../../registry/ports/image-comparer.ts';
import type { JobStore } from '../../registry/ports/job-store.ts';

/** What the feature needs. */
export interface ComparisonDeps {
  readonly content: ContentStore;
  readonly blobs: BlobSource;
  readonly comparisons: ComparisonStore;
  readonly comparer: ImageComparer;
  readonly jobs: JobStore;
  readonly authorizer: Authorizer;
  readonly clock: () => Millis;
}
