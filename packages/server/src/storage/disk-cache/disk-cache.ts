import { closeSync } from 'node:fs';
import type { ByteRange, Digest } from '@longshore/oci';
import type { BlobSource } from '../../registry/ports/blob-source.ts';
import type { BlobReader } from '../../registry/ports/blob-store.ts';
import type { StoredBlob } from '../../registry/ports/content-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import { FirstReads } from '../blob-cache/first-reads.ts';
import { ReadBuffers } from '../filesystem/read-buffers.ts';
import { BlobFetch, type FetchEnd } from './blob-fetch.ts';
import { CacheDirectory, type OpenedFile } from './cache-directory.ts';
import { type CachedReaderDeps, FollowingReader, HeldFileReader } from './cached-reader.ts';
import { hasRightBytes, VerifiedFiles } from './verified-files.ts';

/** A single blob may take this share of the cache. */
const largestShare = 0.25;

/** After its disk failed the cache is left alone for so long. */
const pauseMs = 60_000;

/** For each this many bytes of the cache one read of what was not there is remembered, about as many as blobs fit in. */
const bytesForEachRead = 1024 * 1024;
const fewestReads = 1000;

/** How many blobs whose bytes are wrong in their store are remembered, to be neither fetched in vain nor reported again. */
const mostUnfit = 1000;

/** What a cache did since it was made; `bytes` is what its directory holds now, also for other processes. */
export interface DiskCacheFigures {
  readonly hits: number;
  /** Reads that were served by a fetch that was under way. */
  readonly joins: number;
  /** Reads of blobs that could be cached and were not. */
  readonly misses: number;
  readonly fetches: number;
  readonly evictions: number;
  /** Errors of the disk, and files that were damaged. */
  readonly failures: number;
  readonly bytes: number;
}

export interface DiskCacheDeps {
  readonly source: BlobSource;
  /** Names the stores whose blobs are cached. */
  readonly covers: (store: string) => boolean;
  readonly directory: string;
  /** Most bytes that all processes that share the directory keep there. */
  readonly mostBytes: number;
  readonly logger: Logger;
  readonly now: () => number;
}

/**
 * Keeps blobs of distant stores on a disk of this machine. A blob comes in when it is pulled whole; others who pull it meanwhile
 * read what has come so far. What is served was compared with its digest, by this process and less than a day before. Whether
 * the caller may read the blob was decided before, for each read.
 */
export class DiskCache implements BlobSource {
  readonly #deps: DiskCacheDeps;
  readonly #directory: CacheDirectory;
  readonly #verified: VerifiedFiles;
  /** Tells what is read again after it had to go from what is read once. */
  readonly #firstReads: FirstReads;
  readonly #buffers = new ReadBuffers();
  readonly #fetches = new Map<Digest, BlobFetch>();
  readonly #verifying = new Map<Digest, Promise<boolean>>();
  readonly #unfit = new Set<Digest>();
  #pausedUntil = 0;
  #failing = false;
  #figures = { hits: 0, joins: 0, misses: 0, fetches: 0, failures: 0 };

  constructor(deps: DiskCacheDeps) {
    this.#deps = deps;
    this.#directory = new CacheDirectory(deps);
    this.#firstReads = new FirstReads(Math.max(fewestReads, Math.ceil(deps.mostBytes / bytesForEachRead)));
    this.#verified = new VerifiedFiles(deps.now);
  }

  /** Makes the directory, and removes what an earlier process was fetching. Nothing has to wait for it. */
  async prepare(): Promise<void> {
    try {
      await this.#directory.prepare();
    } catch (error) {
      this.#diskFailed(error);
    }
  }

  async open(blob: StoredBlob, first?: ByteRange): Promise<BlobReader | undefined> {
    const { source, covers, mostBytes, now } = this.#deps;
    const fits = blob.sizeBytes > 0 && blob.sizeBytes <= mostBytes * largestShare;
    if (!fits || !covers(blob.store) || this.#unfit.has(blob.digest)) return source.open(blob, first);
    if (now() >= this.#pausedUntil) {
      const cached = this.#follow(blob) ?? (await this.#openHeld(blob)) ?? this.#follow(blob);
      if (cached !== undefined) return cached;
      const wantsAll = first === undefined || (first.start === 0 && first.end === blob.sizeBytes - 1);
      if (wantsAll) return this.#fetch(blob);
    }
    this.#figures.misses += 1;
    return source.open(blob, first);
  }

  figures(): DiskCacheFigures {
    return { ...this.#figures, evictions: this.#directory.evictions, bytes: this.#directory.bytes };
  }

  /** Joins the fetch that is under way, if one is. */
  #follow(blob: StoredBlob): Promise<BlobReader | undefined> | undefined {
    const fetch = this.#fetches.get(blob.digest);
    if (fetch?.canBeJoined !== true) return undefined;
    this.#figures.joins += 1;
    return this.#join(blob, fetch);
  }

  async #fetch(blob: StoredBlob): Promise<BlobReader | undefined> {
    this.#figures.misses += 1;
    const { digest } = blob;
    const fetch: BlobFetch = new BlobFetch({
      blob,
      directory: this.#directory,
      readBefore: this.#firstReads.noted(digest),
      open: () => this.#deps.source.open(blob),
      begun: () => {
        this.#figures.fetches += 1;
      },
      ended: (end) => {
        if (this.#fetches.get(digest) === fetch) this.#fetches.delete(digest);
        this.#fetchEnded(blob, end);
      },
    });
    this.#fetches.set(digest, fetch);
    return this.#join(blob, fetch);
  }

  async #join(blob: StoredBlob, fetch: BlobFetch): Promise<BlobReader | undefined> {
    const reader = new FollowingReader(this.#readerDeps(blob), fetch);
    try {
      if (await fetch.opened()) return reader;
    } catch (error) {
      await reader.close();
      if (fetch.blob === blob) throw error;
      // Perhaps its own copy is better.
      return this.#deps.source.open(blob);
    }
    await reader.close();
    return fetch.blob === blob ? undefined : this.#deps.source.open(blob);
  }

  /** Opens the whole blob if it is here and right. */
  async #openHeld(blob: StoredBlob): Promise<BlobReader | undefined> {
    let file: OpenedFile | undefined;
    try {
      file = this.#directory.open(blob);
      if (file === undefined) return undefined;
      if (this.#verified.has(blob, file.stats) || (await this.#isRight(blob, file))) {
        this.#directory.mark(blob, file);
        this.#figures.hits += 1;
        return new HeldFileReader(this.#readerDeps(blob), file.descriptor);
      }
    } catch (error) {
      this.#diskFailed(error);
    }
    if (file !== undefined) closeSync(file.descriptor);
    return undefined;
  }

  /** Compares a file with its digest, once for all who ask meanwhile; one that is damaged is removed. */
  async #isRight(blob: StoredBlob, file: OpenedFile): Promise<boolean> {
    const { digest } = blob;
    const running = this.#verifying.get(digest);
    if (running !== undefined) return (await running) && this.#verified.has(blob, file.stats);
    const verifying = hasRightBytes(blob, file.descriptor).finally(() => this.#verifying.delete(digest));
    this.#verifying.set(digest, verifying);
    if (await verifying) {
      this.#verified.add(blob, file.stats);
      return true;
    }
    this.#figures.failures += 1;
    this.#deps.logger.warn('A file of the disk cache was damaged, and its blob is fetched again: check the disk', { digest });
    await this.#directory.remove(blob);
    return false;
  }

  #readerDeps(blob: StoredBlob): CachedReaderDeps {
    return {
      blob,
      buffers: this.#buffers,
      openStored: (first) => this.#deps.source.open(blob, first),
      fileFailed: (error) => {
        this.#diskFailed(error);
        this.#verified.remove(blob);
        this.#directory.remove(blob).catch((cause: unknown) => this.#diskFailed(cause));
      },
    };
  }

  #fetchEnded(blob: StoredBlob, end: FetchEnd): void {
    const { digest, store, location } = blob;
    if (end.kind === 'disk-failed') this.#diskFailed(end.error);
    if (end.kind === 'damaged') {
      if (this.#unfit.size === mostUnfit) this.#unfit.clear();
      this.#unfit.add(digest);
      const message =
        'The stored bytes of a blob are not those of its digest: restore its file from a backup, or delete the blob and push it again';
      this.#deps.logger.error(message, { digest, store, location });
    }
    if (end.kind !== 'kept') return;
    this.#verified.add(blob, end.stats);
    if (this.#failing) this.#deps.logger.info('The disk cache works again');
    this.#failing = false;
  }

  /** Leaves the cache alone for a while; said once until it works again. */
  #diskFailed(error: unknown): void {
    this.#figures.failures += 1;
    this.#pausedUntil = this.#deps.now() + pauseMs;
    if (this.#failing) return;
    this.#failing = true;
    const message = 'The disk cache cannot be used, blobs come from their store and another try is made every minute: check its disk';
    this.#deps.logger.warn(message, { directory: this.#deps.directory, error });
  }
}
