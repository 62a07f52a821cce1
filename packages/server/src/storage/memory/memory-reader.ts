import type { BlobReader, ByteSink } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { untilSettledOrAborted } from '../until-settled-or-aborted.ts';
import type { MemoryContent } from './memory-content.ts';

const pieceBytes = 256 * 1024;

/** Reads as a file would be read: piece by piece through one buffer, which is wiped when the sink is done with it. */
export class MemoryBlobReader implements BlobReader {
  readonly sizeBytes: number;
  readonly #content: MemoryContent;
  #bytes: Uint8Array | undefined;

  constructor(content: MemoryContent, bytes: Uint8Array) {
    this.#content = content;
    this.#bytes = bytes;
    this.sizeBytes = bytes.length;
  }

  async read(start: number, end: number, sink: ByteSink, signal?: AbortSignal): Promise<void> {
    const bytes = this.#bytes;
    if (bytes === undefined) throw new StorageError('failed', 'This blob reader is closed.');
    this.#content.requireHealth();
    signal?.throwIfAborted();
    const buffer = Buffer.alloc(Math.max(0, Math.min(pieceBytes, end + 1 - start)));
    for (let position = start; position <= end; ) {
      const piece = bytes.subarray(position, Math.min(position + buffer.length, end + 1));
      if (piece.length === 0) throw new StorageError('failed', `A blob ends at byte ${position} although byte ${end} of it was asked for.`);
      buffer.set(piece);
      const taken = sink(buffer.subarray(0, piece.length));
      if (taken !== undefined) await untilSettledOrAborted(taken, signal);
      signal?.throwIfAborted();
      buffer.fill(0);
      position += piece.length;
    }
  }

  async close(): Promise<void> {
    this.#bytes = undefined;
  }
}
