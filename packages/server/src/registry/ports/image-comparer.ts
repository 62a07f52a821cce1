import type { Digest } from '@longshore/oci';
import type { ConfigDifference } from '@longshore/oci/image';
import type { BlobReader } from './blob-store.ts';
import type { ComparisonPage, FileChange } from './comparison-store.ts';

/** A layer, and how its bytes are reached. */
export interface ComparedLayer {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** The reader is the callee's to close. Throws a `StorageError`. */
  readonly open: () => Promise<BlobReader>;
}

/** One side of a comparison. */
export interface ComparedImage {
  /** Bytes of the configuration, which may be of any form. */
  readonly config: Uint8Array;
  /** The lowest first. */
  readonly layers: readonly ComparedLayer[];
}

/** One side of a file that differs. */
export interface ComparedFile {
  readonly kind: 'file' | 'directory' | 'symlink' | 'character-device' | 'block-device' | 'fifo';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Of a file, in hex. */
  readonly sha256?: string;
  /** Of a symlink; of a device its numbers. */
  readonly target?: string;
  /** Place of the layer that has it, from the bottom, and its path there where that is another: of a hard link. */
  readonly layer: number;
  readonly path?: string;
}

/** A path that differs. */
export interface FileDifference {
  readonly path: string;
  readonly change: FileChange;
  /** Absent also for directories of which no layer tells more than that something is below them. */
  readonly from?: ComparedFile;
  readonly to?: ComparedFile;
}

/** A package that is there in other versions. `changed`: nobody can tell which version is newer. */
export interface PackageDifference {
  readonly kind:
    | 'deb'
    | 'rpm'
    | 'apk'
    | 'pacman'
    | 'opkg'
    | 'npm'
    | 'python'
    | 'conda'
    | 'gem'
    | 'go'
    | 'java'
    | 'composer'
    | 'nuget'
    | 'cran';
  readonly name: string;
  readonly change: 'added' | 'removed' | 'upgraded' | 'downgraded' | 'changed';
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** What a comparison found, without the files. */
export interface ComparisonFindings {
  readonly config: readonly ConfigDifference[];
  readonly packages: readonly PackageDifference[];
  /** How many paths differ, all of them. */
  readonly counts: Readonly<Record<FileChange, number>>;
  /** Whether there are more than are listed, of files, packages or values of the configuration. */
  readonly isTruncated: boolean;
  /** Whether files with packages were met that cannot be read: a damaged database of rpm, or one that is too large, and such. */
  readonly hasUnreadPackages: boolean;
  /** Packed bytes of layers that were read. */
  readonly bytesRead: number;
}

/** How far a comparison is, in packed bytes; the total grows when layers turn out to be needed. */
export interface ComparisonProgress {
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

/** Where one side of a text is: undefined when the side does not have it. */
export interface TextPlace {
  readonly layer: ComparedLayer;
  readonly path: string;
  readonly sha256: string;
}

/** How two texts differ, as a unified diff; or why there is none. */
export type TextDifference =
  | { readonly kind: 'text'; readonly patch: string }
  | { readonly kind: 'binary' | 'too-large' | 'too-different' };

/** Thrown for images that cannot be read or cost too much to. The message is for whoever asked. */
export class UnreadableImageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnreadableImageError';
  }
}

/** Finds out how images differ, beside the requests: in bounded memory, and no longer than its signal lets it. */
export interface ImageComparer {
  /** Tells the files that differ by kind of change and path, packed for `filesOf`; a page is gone once the promise for it
   * is settled. Throws `UnreadableImageError`, `StorageError`, the signal's reason. */
  compare(
    from: ComparedImage,
    to: ComparedImage,
    options: {
      readonly signal: AbortSignal;
      readonly onProgress: (progress: ComparisonProgress) => void;
      readonly onPages: (pages: readonly ComparisonPage[]) => Promise<void>;
    },
  ): Promise<ComparisonFindings>;
  /** The files of a page that `compare` gave. */
  filesOf(page: Pick<ComparisonPage, 'entries'>): Promise<FileDifference[]>;
  compareText(from: TextPlace | undefined, to: TextPlace | undefined, signal: AbortSignal): Promise<TextDifference>;
}
