import type { ByteRange } from '@longshore/oci';
import { type BlobReader, type ByteSink, StorageError } from '../../registry/ports/blob-store.ts';
import type { StoredBlob } from '../../registry/ports/content-store.ts';
import { readOpenFile } from '../filesystem/blob-reader.ts';
import type { ReadBuffers } from '../filesystem/read-buffers.ts';
import { untilSettledOrAborted } from '../until-settled-or-aborted.ts';
import type { BlobFetch } from './blob-fetch.ts';

/** Who wants bytes that a fetch has yet so far to go to asks the store for them. */
const waitBytes = 8 * 1024 * 1024;

/** What readers of one blob need. */
export interface CachedReaderDeps {
  readonly blob: StoredBlob;
  readonly buffers: ReadBuffers;
  /** Opens the blob in its store. */
  readonly openStored: (first: ByteRange) => Promise<BlobReader | undefined>;
  /** Told of a file that could not be read. */
  readonly fileFailed: (error: unknown) => void;
}

/** Takes what the sink throws apart from what the file throws. */
interface CountingSink {
  readonly sink: ByteSink;
  readonly passed: () => number;
  readonly hasThrown: () => boolean;
}

/** Reads from the cache as long as that works, and from the byte where it does not from the store. */
abstract class CachedReader implements BlobReader {
  readonly deps: CachedReaderDeps;
  #stored: Promise<BlobReader | undefined> | undefined;
  #closed = false;

  constructor(deps: CachedReaderDeps) {
    this.deps = deps;
  }

  get sizeBytes(): number {
    return this.deps.blob.sizeBytes;
  }

  async read(start: number, end: number, sink: ByteSink, signal?: AbortSignal): Promise<void> {
    if (this.#closed) throw new StorageError('failed', 'This blob reader is closed.');
    signal?.throwIfAborted();
    if (end >= this.sizeBytes) throw new StorageError('failed', `A blob of ${this.sizeBytes} bytes was asked for byte ${end}.`);
    const counting = countPassed(sink);
    try {
      await this.readCached(start, end, counting, signal);
    } catch (error) {
      if (counting.hasThrown() || signal?.aborted === true) throw error;
      this.deps.fileFailed(error);
    }
    const position = start + counting.passed();
    if (position <= end) await (await this.#open({ start: position, end })).read(position, end, sink, signal);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.closeCached();
    const stored = await this.#stored?.catch(() => undefined);
    await stored?.close();
  }

  /** Passes on what the cache has from `start` on, up to `end`. */
  abstract readCached(start: number, end: number, counting: CountingSink, signal: AbortSignal | undefined): Promise<void>;
  abstract closeCached(): Promise<void>;

  async #open(first: ByteRange): Promise<BlobReader> {
    this.#stored ??= this.deps.openStored(first);
    const reader = await this.#stored;
    if (reader === undefined) throw new StorageError('failed', 'A blob vanished while it was read.');
    return reader;
  }
}

/** Reads a whole blob; the descriptor is closed with it. */
export class HeldFileReader extends CachedReader {
  readonly #file: BlobReader;

  constructor(deps: CachedReaderDeps, descriptor: number) {
    super(deps);
    this.#file = readOpenFile(descriptor, deps.buffers);
  }

  readCached(start: number, end: number, { sink }: CountingSink, signal: AbortSignal | undefined): Promise<void> {
    return this.#file.read(start, end, sink, signal);
  }

  closeCached(): Promise<void> {
    return this.#file.close();
  }
}

/** Reads a blob that is being fetched. */
export class FollowingReader extends CachedReader {
  readonly #fetch: BlobFetch;
  #file: BlobReader | undefined;

  /** Joins the fetch, and leaves it when it is closed. */
  constructor(deps: CachedReaderDeps, fetch: BlobFetch) {
    super(deps);
    this.#fetch = fetch;
    fetch.join();
  }

  async readCached(start: number, end: number, { sink }: CountingSink, signal: AbortSignal | undefined): Promise<void> {
    if (start === 0 && end === this.sizeBytes - 1) this.#fetch.begin();
    for (let position = start; position <= end; ) {
      const { availableBytes, progress } = this.#fetch;
      if (position < availableBytes) {
        const last = Math.min(end, availableBytes - 1);
        this.#file ??= this.#openFile();
        if (this.#file === undefined) return;
        await this.#file.read(position, last, sink, signal);
        position = last + 1;
      } else if (this.#fetch.hasEnded || !this.#fetch.hasBegun || position > availableBytes + waitBytes) return;
      else await untilSettledOrAborted(progress, signal);
    }
  }

  async closeCached(): Promise<void> {
    this.#fetch.leave();
    await this.#file?.close();
  }

  #openFile(): BlobReader | undefined {
    const descriptor = this.#fetch.openFile();
    return descriptor === undefined ? undefined : readOpenFile(descriptor, this.deps.buffers);
  }
}

function countPassed(sink: ByteSink): CountingSink {
  let passed = 0;
  let thrown = false;
  const failed = (error: unknown): never => {
    thrown = true;
    throw error;
  };
  return {
    sink: (piece) => {
      const { length } = piece;
      try {
        const taken = sink(piece);
        if (taken === undefined) {
          passed += length;
          return undefined;
        }
        return taken.then(() => {
          passed += length;
        }, failed);
      } catch (error) {
        return failed(error);
      }
    },
    passed: () => passed,
    hasThrown: () => thrown,
  };
}
