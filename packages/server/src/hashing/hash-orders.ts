import type { DigestAlgorithm } from '@longshore/oci';

/** What the thread does, in the order of coming. It answers `update` and `digest`. */
export type HashOrder =
  | { readonly kind: 'start'; readonly id: number; readonly algorithm: DigestAlgorithm }
  | { readonly kind: 'copy'; readonly id: number; readonly of: number }
  | { readonly kind: 'update'; readonly id: number; readonly pieces: readonly Uint8Array<ArrayBuffer>[] }
  | { readonly kind: 'digest'; readonly id: number }
  | { readonly kind: 'end'; readonly id: number };

/** The pieces, given back, or the one that is the digest. */
export type HashAnswer = readonly Uint8Array[];
