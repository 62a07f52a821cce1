import { createHash, type Hash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { digestAlgorithm, digestHex } from '@longshore/oci';
import type { BlobReader } from '../../registry/ports/blob-store.ts';
import type { StoredBlob } from '../../registry/ports/content-store.ts';
import { writeFully } from '../filesystem/write-fully.ts';
import { GatherBuffer } from '../gather-buffer.ts';
import { type CacheDirectory, openForReading, type Part } from './cache-directory.ts';

/** Written at once; then whoever follows gets it. */
const gatherBytes = 1024 * 1024;

/** When nobody follows any more, a fetch of which at most this share is missing goes on. */
const nearlyDone = 0.25;

/** How a fetch ended. `abandoned`: nobody wanted it. `damaged`: what the store sent is not what the digest names. */
export type FetchEnd =
  | { readonly kind: 'kept'; readonly stats: Stats }
  | { readonly kind: 'no-room' | 'store-failed' | 'abandoned' | 'damaged' }
  | { readonly kind: 'disk-failed'; readonly error: unknown };

export interface BlobFetchDeps {
  readonly blob: StoredBlob;
  readonly directory: CacheDirectory;
  /** Whether it was read before, lately. */
  readonly readBefore: boolean;
  /** Opens the blob in its store; undefined when that has lost it. */
  readonly open: () => Promise<BlobReader | undefined>;
  readonly begun: () => void;
  readonly ended: (end: FetchEnd) => void;
}

class DiskFailure extends Error {}

/**
 * One blob on its way from its store into a file, at the pace of the disk, while any number of clients read what is there. It
 * begins when the first of them wants all of it, and stops when the last of them leaves.
 */
export class BlobFetch {
  readonly #deps: BlobFetchDeps;
  readonly #source: Promise<BlobReader | undefined>;
  readonly #abort = new AbortController();
  #followers = 0;
  #joined = false;
  #begun = false;
  #ended = false;
  #partPath: string | undefined;
  #availableBytes = 0;
  #progress = Promise.withResolvers<void>();

  constructor(deps: BlobFetchDeps) {
    this.#deps = deps;
    this.#source = deps.open();
    this.#source.then(
      (reader) => {
        if (reader === undefined) this.#end({ kind: 'store-failed' });
      },
      () => this.#end({ kind: 'store-failed' }),
    );
  }

  /** Whether the store has the blob; rejects as the store did. */
  async opened(): Promise<boolean> {
    return (await this.#source) !== undefined;
  }

  get blob(): StoredBlob {
    return this.#deps.blob;
  }

  get canBeJoined(): boolean {
    return !this.#ended && !this.#abort.signal.aborted;
  }

  get hasBegun(): boolean {
    return this.#begun;
  }

  /** Whether there will be no more bytes than there are. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Bytes that can be read from the start on. */
  get availableBytes(): number {
    return this.#availableBytes;
  }

  /** Resolves when there are more bytes, or will be none. */
  get progress(): Promise<void> {
    return this.#progress.promise;
  }

  /** Whoever joins must leave. */
  join(): void {
    this.#joined ||= this.#followers > 0;
    this.#followers += 1;
  }

  leave(): void {
    this.#followers -= 1;
    if (this.#followers > 0 || this.#ended) return;
    const missing = this.#deps.blob.sizeBytes - this.#availableBytes;
    if (this.#begun && missing <= this.#deps.blob.sizeBytes * nearlyDone) return;
    this.#abort.abort();
    if (this.#begun) return;
    this.#end({ kind: 'abandoned' });
    void this.#source.then((reader) => reader?.close());
  }

  /** Begins to fetch, unless it has begun. */
  begin(): void {
    if (this.#begun || !this.canBeJoined) return;
    this.#begun = true;
    this.#deps.begun();
    void this.#run();
  }

  /** The file with the bytes that are there; undefined when it is gone. The descriptor is the caller's to close. */
  openFile(): number | undefined {
    const part = this.#partPath === undefined ? undefined : openForReading(this.#partPath);
    return part ?? this.#deps.directory.open(this.#deps.blob)?.descriptor;
  }

  async #run(): Promise<void> {
    let end: FetchEnd = { kind: 'store-failed' };
    let reader: BlobReader | undefined;
    try {
      reader = await this.#source;
      if (reader !== undefined) end = await this.#fetch(reader);
    } catch (error) {
      if (this.#abort.signal.aborted) end = { kind: 'abandoned' };
      else if (error instanceof DiskFailure) end = { kind: 'disk-failed', error: error.cause };
    }
    if (end.kind === 'kept') this.#availableBytes = this.#deps.blob.sizeBytes;
    this.#end(end);
    await reader?.close();
  }

  async #fetch(reader: BlobReader): Promise<FetchEnd> {
    const { blob, directory, readBefore } = this.#deps;
    const part = await onDisk(() => directory.reserve(blob));
    if (part === undefined) return { kind: 'no-room' };
    this.#partPath = part.path;
    let kept = false;
    try {
      this.#abort.signal.throwIfAborted();
      const hash = createHash(digestAlgorithm(blob.digest));
      await this.#copy(reader, part, hash);
      if (hash.digest('hex') !== digestHex(blob.digest)) return { kind: 'damaged' };
      kept = true;
      const stats = await onDisk(() => directory.keep(part, readBefore || this.#joined));
      return stats === undefined ? { kind: 'abandoned' } : { kind: 'kept', stats };
    } finally {
      if (!kept) await onDisk(() => directory.discard(part));
    }
  }

  /** Writes all bytes. The last of them are not shown: they make the whole, which must be right first. */
  async #copy(reader: BlobReader, { handle }: Part, hash: Hash): Promise<void> {
    const { sizeBytes } = this.#deps.blob;
    const gathered = new GatherBuffer();
    gathered.reserve(Math.min(sizeBytes, gatherBytes));
    let written = 0;
    const flush = async () => {
      hash.update(gathered.view);
      written += await onDisk(() => writeFully(handle, [gathered.view], written));
      gathered.clear();
      if (written < sizeBytes) this.#show(written);
    };
    const sink = async (piece: Uint8Array): Promise<void> => {
      for (let taken = 0; taken < piece.length; ) {
        const some = piece.subarray(taken, taken + gatherBytes - gathered.length);
        gathered.append([some], some.length);
        taken += some.length;
        if (gathered.length === gatherBytes) await flush();
      }
    };
    await reader.read(0, sizeBytes - 1, sink, this.#abort.signal);
    if (gathered.length > 0) await flush();
  }

  #show(bytes: number): void {
    this.#availableBytes = bytes;
    this.#wake();
  }

  #end(end: FetchEnd): void {
    this.#ended = true;
    this.#deps.ended(end);
    this.#wake();
  }

  #wake(): void {
    const { resolve } = this.#progress;
    this.#progress = Promise.withResolvers();
    resolve();
  }
}

/** Tells errors of the cache's disk from those of the store. */
async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new DiskFailure('The disk cache failed.', { cause: error });
  }
}
