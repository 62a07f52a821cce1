import { type BlobReader, type ByteSink, StorageError } from '../../registry/ports/blob-store.ts';
import { untilSettledOrAborted } from '../until-settled-or-aborted.ts';
import type { HeldBlob, HeldBlobs } from './held-blobs.ts';

/** What is offered at once: a slow client's connection keeps a copy of it where it is encrypted. */
const pieceBytes = 64 * 1024;

/** Reads a blob in memory; it is given back when the reader is closed. */
export class HeldReader implements BlobReader {
  readonly sizeBytes: number;
  readonly #blobs: HeldBlobs;
  #held: HeldBlob | undefined;

  constructor(blobs: HeldBlobs, held: HeldBlob) {
    this.sizeBytes = held.bytes.length;
    this.#blobs = blobs;
    this.#held = held;
  }

  async read(start: number, end: number, sink: ByteSink, signal?: AbortSignal): Promise<void> {
    const bytes = this.#held?.bytes;
    if (bytes === undefined) throw new StorageError('failed', 'This blob reader is closed.');
    signal?.throwIfAborted();
    if (end >= bytes.length) throw new StorageError('failed', `A blob of ${bytes.length} bytes was asked for byte ${end}.`);
    for (let position = start; position <= end; position += pieceBytes) {
      const taken = sink(bytes.subarray(position, Math.min(position + pieceBytes, end + 1)));
      if (taken !== undefined) await untilSettledOrAborted(taken, signal);
      signal?.throwIfAborted();
    }
  }

  async close(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#blobs.release(held);
  }
}
