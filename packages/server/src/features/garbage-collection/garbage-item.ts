import type { PreviewedGarbage } from '../../registry/ports/garbage-store.ts';

/** One thing that a garbage collection would remove. */
export type GarbageItem =
  | PreviewedGarbage
  | { readonly kind: 'upload'; readonly store: string; readonly id: string; readonly sizeBytes: number }
  /** `id`: a blob's location, or the id of an upload that ended without its bytes. */
  | { readonly kind: 'orphan'; readonly store: string; readonly id: string; readonly sizeBytes: number };
