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
  /** Where in the unpacked layer the bytes begin; absent where there are none. Names them to whoever reads them. */
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
