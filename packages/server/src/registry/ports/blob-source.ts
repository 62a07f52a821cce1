import type { ByteRange } from '@longshore/oci';
import type { BlobReader } from './blob-store.ts';
import type { StoredBlob } from './content-store.ts';

/** Where the bytes come from that clients pull: the stores, or what remembers them. Whoever asks has made sure that they may. */
export interface BlobSource {
  /** Opens one; undefined when its store has lost it. `first`: what will be read first, as far as known. Throws `StorageError`. */
  open(blob: StoredBlob, first?: ByteRange): Promise<BlobReader | undefined>;
}
