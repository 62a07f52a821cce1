import type { Digest } from '@longshore/oci';
import type { LayerIndex } from '@longshore/oci/layers';
import type { BlobReader, ByteSink } from './blob-store.ts';

/** The bytes of a layer, by whoever may read them. `open` may be called later, and more than once. */
export interface LayerBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly open: () => Promise<BlobReader>;
}

/** How much of a stored layer has been read for the first time. */
export interface LayerProgress {
  readonly readBytes: number;
  readonly sizeBytes: number;
}

/** A layer cannot be looked into, now or ever; the message is for the person who asked. */
export class LayerError extends Error {
  override readonly name = 'LayerError';
  /** `unreadable`: it is no archive, a broken one, or beyond a limit. `busy`: too many are being read. */
  readonly reason: 'unreadable' | 'busy';

  constructor(reason: LayerError['reason'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}

/**
 * Looks into layers: tar archives, plain, gzip or zstd, from strangers. A layer is read whole once, in a thread of its own, and
 * what is in it is kept on this machine by its digest. Throws `LayerError`, and what `LayerBlob.open` and its reader throw.
 */
export interface LayerStore {
  /** The index of a layer; how far its making is when that takes longer than `waitMs`. It goes on when nobody waits. */
  look(layer: LayerBlob, waitMs: number): Promise<LayerIndex | LayerProgress>;
  /** The index of a layer, however long its making takes. `onProgress` is called about every second of it. */
  open(layer: LayerBlob, options?: { signal?: AbortSignal; onProgress?: (progress: LayerProgress) => void }): Promise<LayerIndex>;
  /** Sends the bytes of an entry that has an `offset` to `sink`, in order, waiting for it; its pieces are the sink's own from then on. */
  read(layer: LayerBlob, offset: number, sink: ByteSink, signal?: AbortSignal): Promise<void>;
}
