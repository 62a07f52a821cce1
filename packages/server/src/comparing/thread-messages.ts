import type { ComparisonPage } from '../registry/ports/comparison-store.ts';
import type { ComparisonFindings, ComparisonProgress, TextDifference } from '../registry/ports/image-comparer.ts';

/** A layer, as the thread knows it: its bytes come when it asks for them, by its place in the task's list. */
export interface TaskLayer {
  readonly digest: string;
  readonly sizeBytes: number;
}

/** A text in a layer. */
export interface TaskText {
  /** Place in the task's list of layers. */
  readonly layer: number;
  readonly path: string;
  readonly sha256: string;
}

/** What a thread is started for. */
export type ThreadTask = { readonly layers: readonly TaskLayer[] } & (
  | { readonly kind: 'images'; readonly configs: readonly [Uint8Array, Uint8Array]; readonly fromLayers: number }
  | { readonly kind: 'texts'; readonly from: TaskText | undefined; readonly to: TaskText | undefined; readonly name: string }
);

/** A page, in memory of its own. */
export type PackedPage = ComparisonPage & { readonly entries: Uint8Array<ArrayBuffer> };

/** What the thread says. `more`: another piece of a layer is wanted, perhaps in the memory of one that was used; `close`: no more of it is. */
export type ThreadWord =
  | { readonly kind: 'more'; readonly layer: number; readonly used?: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'close'; readonly layer: number }
  | { readonly kind: 'progress'; readonly progress: ComparisonProgress }
  /** Answered by `taken`. */
  | { readonly kind: 'pages'; readonly pages: readonly PackedPage[] }
  | { readonly kind: 'found'; readonly findings: ComparisonFindings }
  | { readonly kind: 'texts'; readonly difference: TextDifference }
  /** The images cannot be compared, and why: a whole sentence. */
  | { readonly kind: 'unreadable'; readonly message: string };

/** What the thread is told. `piece`: undefined at the end of the layer. */
export type ThreadAnswer =
  | { readonly kind: 'piece'; readonly layer: number; readonly piece: Uint8Array<ArrayBuffer> | undefined }
  | { readonly kind: 'taken' };

/** Pieces of a layer that are under way at once, so that reading and unpacking wait for each other less. */
export const piecesAhead = 3;
