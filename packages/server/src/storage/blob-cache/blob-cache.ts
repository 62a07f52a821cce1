import { hash } from 'node:crypto';
import { type ByteRange, type Digest, digestAlgorithm, digestHex } from '@longshore/oci';
import type { BlobSource } from '../../registry/ports/blob-source.ts';
import { type BlobReader, StorageError } from '../../registry/ports/blob-store.ts';
import type { StoredBlob } from '../../registry/ports/content-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import { FirstReads } from './first-reads.ts';
import { HeldBlobs } from './held-blobs.ts';
import { HeldReader } from './held-reader.ts';

/** Larger blobs are left to the store: for them the transfer itself is what costs. */
const largestBytes = 256 * 1024;

/** For each this many bytes of the cache one first read is remembered, about as many as blobs fit in. */
const bytesForEachFirstRead = 4096;

/** How many blobs whose bytes are wrong are remembered, to be neither read twice for each pull nor reported again. */
const mostUnfit = 1000;

/** What a cache did since it was made; `bytes` is what it holds now. */
export interface BlobCacheFigures {
  readonly hits: number;
  /** Reads of blobs of a size that is cached. */
  readonly misses: number;
  readonly evictions: number;
  readonly bytes: number;
}

export interface BlobCacheDeps {
  readonly source: BlobSource;
  /** Most bytes that it holds, slow readers included. */
  readonly memoryBytes: number;
  readonly logger: Logger;
}

/**
 * Keeps small blobs that are read again and again in memory. A blob comes in at its second read, whole and with its digest
 * checked, so the bytes of a digest are right wherever they were stored: nothing has to be forgotten when a copy is deleted.
 * Whether the caller may read it was decided before, for each read.
 */
export class BlobCache implements BlobSource {
  readonly #deps: BlobCacheDeps;
  readonly #firstReads: FirstReads;
  readonly #held: HeldBlobs;
  readonly #loading = new Map<Digest, Promise<void>>();
  readonly #unfit = new Set<Digest>();
  #hits = 0;
  #misses = 0;

  constructor(deps: BlobCacheDeps) {
    this.#deps = deps;
    this.#firstReads = new FirstReads(Math.ceil(deps.memoryBytes / bytesForEachFirstRead));
    this.#held = new HeldBlobs(deps.memoryBytes);
  }

  async open(blob: StoredBlob, first?: ByteRange): Promise<BlobReader | undefined> {
    if (blob.sizeBytes > largestBytes) return this.#deps.source.open(blob, first);
    const reader = this.#openHeld(blob);
    if (reader !== undefined) {
      this.#hits += 1;
      return reader;
    }
    this.#misses += 1;
    return this.#openMissed(blob, first);
  }

  figures(): BlobCacheFigures {
    return { hits: this.#hits, misses: this.#misses, evictions: this.#held.evictions, bytes: this.#held.bytes };
  }

  #openHeld({ digest, sizeBytes }: StoredBlob): HeldReader | undefined {
    const held = this.#held.take(digest, sizeBytes);
    return held === undefined ? undefined : new HeldReader(this.#held, held);
  }

  async #openMissed(blob: StoredBlob, first: ByteRange | undefined): Promise<BlobReader | undefined> {
    const { digest } = blob;
    const loading = this.#loading.get(digest);
    if (loading !== undefined) {
      await loading;
    } else if (this.#firstReads.noted(digest) && !this.#unfit.has(digest) && this.#held.reserve(blob.sizeBytes)) {
      const started = this.#load(blob).finally(() => this.#loading.delete(digest));
      this.#loading.set(digest, started);
      await started;
    }
    return this.#openHeld(blob) ?? this.#deps.source.open(blob, first);
  }

  /** Takes a blob into the room that is reserved for it, if its bytes are right. */
  async #load(blob: StoredBlob): Promise<void> {
    let bytes: Uint8Array | undefined;
    try {
      bytes = await this.#readRight(blob);
    } finally {
      if (bytes === undefined) this.#held.cancel(blob.sizeBytes);
      else this.#held.fill(blob.digest, bytes);
    }
  }

  /** All bytes of a blob; undefined when the store has not all of them or others. */
  async #readRight(blob: StoredBlob): Promise<Uint8Array | undefined> {
    const { digest } = blob;
    let bytes: Uint8Array | undefined;
    try {
      bytes = await this.#readAll(blob);
    } catch (error) {
      // Whoever asks for it now reads it from the store, meets the same trouble and says so.
      if (error instanceof StorageError) return undefined;
      throw error;
    }
    if (bytes === undefined || hash(digestAlgorithm(digest), bytes) === digestHex(digest)) return bytes;
    if (this.#unfit.size === mostUnfit) this.#unfit.clear();
    this.#unfit.add(digest);
    const { store, location } = blob;
    const message =
      'The stored bytes of a blob are not those of its digest: restore its file from a backup, or delete the blob and push it again';
    this.#deps.logger.error(message, { digest, store, location });
    return undefined;
  }

  async #readAll(blob: StoredBlob): Promise<Uint8Array | undefined> {
    const reader = await this.#deps.source.open(blob);
    if (reader === undefined) return undefined;
    try {
      // Memory of its own: a piece of a shared pool would keep the whole pool.
      const bytes = Buffer.allocUnsafeSlow(blob.sizeBytes);
      let filled = 0;
      if (blob.sizeBytes > 0) {
        await reader.read(0, blob.sizeBytes - 1, (piece) => {
          bytes.set(piece, filled);
          filled += piece.length;
          return undefined;
        });
      }
      return bytes;
    } finally {
      await reader.close();
    }
  }
}
