import type { ByteRange, Digest } from '@longshore/oci';

/**
 * Where a stored blob's bytes live inside one store: digest plus a random generation, never reused.
 * A location is only ever written once, so deleting one can never hit a copy that was pushed later.
 */
export type BlobLocation = string & { readonly blobLocation: true };

/**
 * Takes one piece of bytes. The piece belongs to the callee only until the returned promise resolves
 * (or until it returns, when it returns nothing): readers reuse their buffers.
 */
export type ByteSink = (piece: Uint8Array) => Promise<void> | undefined;

/** An opened blob. `close` must be called once, whatever happened. */
export interface BlobReader {
  readonly sizeBytes: number;
  /**
   * Sends the bytes from `start` to `end` (both inclusive) to `sink`, in order, waiting for it.
   * Throws `StorageError` when the store holds fewer bytes than promised or fails.
   */
  read(start: number, end: number, sink: ByteSink, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Names the bytes of one upload session as written under one epoch; the first epoch is 1. */
export interface UploadKey {
  readonly id: string;
  readonly epoch: number;
}

/** What a session's row remembers of its bytes; `state` is the adapter's own note, opaque to the core. */
export interface UploadPosition extends UploadKey {
  readonly offset: number;
  readonly state: string | undefined;
}

/**
 * Writes the bytes of one upload under one epoch. Not safe for concurrent calls: its owner serializes.
 * Errors: `StorageError` with `reason: 'full'` (disk full), `'read-only'`, or `'failed'`.
 */
export interface UploadWriter {
  /** Appends bytes; the pieces are copied or written before the promise resolves. */
  write(pieces: readonly Uint8Array[]): Promise<void>;
  /**
   * Makes everything written so far survive the death of the process (not necessarily of the machine)
   * and returns the note that the session's row must keep to find it again.
   */
  checkpoint(): Promise<string | undefined>;
  /** Forgets everything written since `offset`, which a checkpoint has passed. */
  truncate(offset: number): Promise<void>;
  /**
   * Makes the bytes durable against power loss (file, directory; unless the store was opened relaxed) and
   * gives them their location. The writer is finished afterwards, also when this throws.
   */
  commit(digest: Digest): Promise<BlobLocation>;
  /** Lets go of buffers and file handles and keeps the bytes. Idempotent. */
  close(): Promise<void>;
}

/** A writer that took a session over, and whether every earlier byte went through `onBytes` again. */
export interface ResumedUpload {
  readonly writer: UploadWriter;
  /** false: the earlier bytes cannot be read before commit (S3), so whoever commits must read back and hash. */
  readonly replayed: boolean;
}

/** One stored object as the orphan sweep sees it. */
export interface StoredObject {
  /** A blob's location, or an upload's id when `kind` is 'upload'. */
  readonly kind: 'blob' | 'upload';
  readonly id: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
}

/**
 * Why bytes cannot be written or read. `stalled`: whoever should do it lives, and does nothing. `unreachable`: a service is known to be
 * away, which the log was told once, so it was not even asked.
 */
export type StorageReason = 'full' | 'read-only' | 'stalled' | 'unreachable' | 'failed';

/** Thrown by every store when bytes cannot be written or read. */
export class StorageError extends Error {
  readonly reason: StorageReason;
  /** true: the same call may succeed later without anybody's help. */
  readonly retryable: boolean;

  constructor(reason: StorageReason, message: string, options?: { retryable?: boolean; cause?: unknown }) {
    super(message, { cause: options?.cause });
    this.name = 'StorageError';
    this.reason = reason;
    this.retryable = options?.retryable ?? reason !== 'failed';
  }
}

/**
 * Holds bytes and nothing else; which bytes exist, and for whom, is the metadata's business.
 * Absence is `undefined`; every failure is a `StorageError`. Every adapter passes the exported contract suite.
 */
export interface BlobStore {
  /** Begins a session's bytes at offset 0, in epoch `key.epoch`. */
  createUpload(key: UploadKey): Promise<UploadWriter>;
  /**
   * Continues a session in a higher epoch in this process: the first `previous.offset` bytes are kept, whatever a
   * stalled writer of an older epoch does from now on. `onBytes` gets those bytes in order when they can be read.
   * Throws `StorageError` when they are gone.
   */
  resumeUpload(previous: UploadPosition, epoch: number, onBytes: (piece: Uint8Array) => void): Promise<ResumedUpload>;
  /**
   * Removes whatever any epoch of an upload left behind. Idempotent. `committed`: the upload is over, and of its bytes these alone
   * became blobs; absent: that is not known, so what may be a blob stays.
   */
  discardUpload(position: UploadPosition, committed?: readonly BlobLocation[]): Promise<void>;
  /**
   * Opens a stored blob; undefined when the store does not have that location. Where what others stored may show late, it throws a
   * retryable `StorageError` until that is certain. `first`: what will be read first, as far as known, so that a store for which
   * every request is a long way asks for it at once.
   */
  open(location: BlobLocation, first?: ByteRange): Promise<BlobReader | undefined>;
  /** Whether clients at that address are to read blobs from where `link` says; absent: never. */
  linksFor?(clientAddress: string): boolean;
  /** An address at which whoever has it may read the blob for a while, there or not. A secret. Absent: there are none. */
  link?(location: BlobLocation): Promise<string>;
  /** Deletes one location. Deleting what is not there succeeds. */
  delete(location: BlobLocation): Promise<void>;
  /**
   * Walks everything stored, in a stable order, from after `cursor`; at most about `limit` objects a page. For the
   * orphan sweep only: nothing else may walk a store.
   */
  list(cursor: string | undefined, limit: number): Promise<{ objects: StoredObject[]; cursor: string | undefined }>;
  /** Whether it is known that nobody answers there, so that whatever is asked is refused; absent where nobody needs to be reached. */
  isAway?(): boolean;
  /** Resolves when a byte can be written now; throws the `StorageError` that a push would see. */
  probe(): Promise<void>;
  close(): Promise<void>;
}
