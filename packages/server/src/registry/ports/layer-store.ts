import type { Digest } from '@longshore/oci';
import type { BlobReader, ByteSink } from './blob-store.ts';

/**
 * What an entry of a layer is. `whiteout`: the layer removes what lower ones have under this name (image specification, "Whiteouts").
 * `other`: a kind of which nobody knows what it means.
 */
export const layerEntryKinds = [
  'file',
  'directory',
  'symlink',
  'hardlink',
  'character-device',
  'block-device',
  'fifo',
  'whiteout',
  'other',
] as const;
export type LayerEntryKind = (typeof layerEntryKinds)[number];

/** One name in a layer. Of several entries of one name the last counts, as when they are unpacked. */
export interface LayerEntry {
  /** Without a slash at either end, `.` and `..`; empty for the root. Bytes that are not UTF-8 stand as `\xNN`. */
  readonly path: string;
  readonly kind: LayerEntryKind;
  /** Of a regular file, and of what a hard link is another name of; otherwise 0. */
  readonly sizeBytes: number;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970, perhaps with a fraction. */
  readonly modifiedAt: number;
  /** Where a symbolic link points to, as it is written; of a hard link the path of its other name. */
  readonly target?: string;
  /** SHA-256 of the bytes, in hexadecimal: of every file and hard link whose bytes are in this layer and were not too many. */
  readonly sha256?: string;
  /** Where in the unpacked layer the bytes begin; absent where there are none. Names them in `LayerStore.read`. */
  readonly offset?: number;
  /** A directory that hides what lower layers have in it. */
  readonly isOpaque?: true;
  /** A directory that no entry of its own describes: others lie in it. */
  readonly isImplied?: true;
}

/** A layer as a whole. */
export interface LayerSummary {
  readonly entries: number;
  /** Regular files. */
  readonly files: number;
  /** Of all regular files together. */
  readonly fileBytes: number;
  /** Of the unpacked archive, as far as it was read: to its end. */
  readonly unpackedBytes: number;
  /** Entries that are left out: their names lead out of the root, are longer than any system takes, or belong to a tool (`.wh..wh.…`). */
  readonly leftOut: number;
}

/** What is in a layer, sorted by directory and by name (as JavaScript compares text). `close` must be called once. */
export interface LayerIndex {
  readonly summary: LayerSummary;
  find(path: string): Promise<LayerEntry | undefined>;
  /** What lies in a directory, with whiteouts: at most `limit` entries with names after `after`. Empty for what is no directory. */
  list(directory: string, page: { after?: string | undefined; limit: number }): Promise<readonly LayerEntry[]>;
  /** Directories that are merely implied, and not opaque, without the root: those nearest to it first, at most 10,000 of them. */
  impliedDirectories(): Promise<readonly string[]>;
  close(): Promise<void>;
}

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
