import { close, closeSync, fstat, fstatSync, open, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import type { BlobReader, ByteSink } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { untilSettledOrAborted } from '../until-settled-or-aborted.ts';
import { largestReadBytes, type ReadBuffers, smallestReadBytes } from './read-buffers.ts';
import { asStorageError, hasCode } from './system-errors.ts';

const openAsync = promisify(open);
const closeAsync = promisify(close);
const fstatAsync = promisify(fstat);
const readAsync = promisify(read);

/** Up to here a synchronous read costs less than handing the work to another thread and waiting for it. */
const synchronousReadBytes = 64 * 1024;

/** Whoever takes longer for a piece is slow, and needs no large ones. */
const slowPieceMs = 500;

/** Opens the file at an absolute path; undefined when there is none. */
export function openBlobFile(path: string, buffers: ReadBuffers): BlobReader | undefined {
  try {
    return new FilesystemBlobReader(openSync(path, 'r'), buffers);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw asStorageError('Cannot open a blob', error);
  }
}

/**
 * As `openBlobFile`, for a file on another machine: nothing waits for that machine in the thread of the requests. Rejects with the
 * system's error when there is no such file.
 */
export async function openRemoteBlobFile(path: string, buffers: ReadBuffers): Promise<BlobReader> {
  const descriptor = await openAsync(path, 'r');
  try {
    return new FilesystemBlobReader(descriptor, buffers, (await fstatAsync(descriptor)).size);
  } catch (error) {
    await closeAsync(descriptor);
    throw error;
  }
}

/** Reads an opened file, which is closed with the reader. */
export function readOpenFile(descriptor: number, buffers: ReadBuffers): BlobReader {
  return new FilesystemBlobReader(descriptor, buffers);
}

class FilesystemBlobReader implements BlobReader {
  readonly #buffers: ReadBuffers;
  /** Of a file on another machine, which is asked for once. */
  readonly #remoteBytes: number | undefined;
  #descriptor: number | undefined;
  /** Closing while a read is under way would let it read from whatever file gets the same descriptor next. */
  #reading: Promise<unknown> | undefined;

  constructor(descriptor: number, buffers: ReadBuffers, remoteBytes?: number) {
    this.#descriptor = descriptor;
    this.#buffers = buffers;
    this.#remoteBytes = remoteBytes;
  }

  /** Asked of a local file system each time: pulls know the size already. */
  get sizeBytes(): number {
    try {
      return this.#remoteBytes ?? fstatSync(this.#openDescriptor()).size;
    } catch (error) {
      throw asStorageError('Cannot look at a blob', error);
    }
  }

  async read(start: number, end: number, sink: ByteSink, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    let most = largestReadBytes;
    for (let position = start; position <= end; ) {
      const offeredAt = performance.now();
      const count = await this.#sendPiece(position, end, most, sink, signal);
      if (count === 0) throw new StorageError('failed', `A blob ends at byte ${position} although byte ${end} of it was asked for.`);
      position += count;
      // Whoever takes long for a piece holds a small one from now on.
      most = performance.now() - offeredAt > slowPieceMs ? smallestReadBytes : largestReadBytes;
    }
  }

  /** Reads one piece, of at most `most` bytes, and waits until it is taken; answers its length, 0 at the end of the file. */
  async #sendPiece(position: number, end: number, most: number, sink: ByteSink, signal: AbortSignal | undefined): Promise<number> {
    const wanted = end + 1 - position;
    const buffer = this.#buffers.borrow(Math.min(wanted, most));
    let done = false;
    try {
      const filled = this.#fill(buffer, Math.min(buffer.length, wanted), position);
      const count = typeof filled === 'number' ? filled : await filled;
      signal?.throwIfAborted();
      const taken = count === 0 ? undefined : sink(buffer.subarray(0, count));
      if (taken !== undefined) await untilSettledOrAborted(taken, signal);
      done = true;
      return count;
    } finally {
      // Not after an error: the sink may still hold on to the piece, and must not see the bytes of another blob there.
      if (done) this.#buffers.giveBack(buffer);
      else this.#buffers.abandon(buffer);
    }
  }

  async close(): Promise<void> {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return;
    this.#descriptor = undefined;
    await this.#reading;
    if (this.#remoteBytes === undefined) closeSync(descriptor);
    else await closeAsync(descriptor);
  }

  /** Reads up to `length` bytes; 0 at the end of the file. */
  #fill(buffer: Uint8Array, length: number, position: number): number | Promise<number> {
    const descriptor = this.#openDescriptor();
    if (length <= synchronousReadBytes && this.#remoteBytes === undefined) {
      try {
        return readSync(descriptor, buffer, 0, length, position);
      } catch (error) {
        throw asStorageError('Cannot read a blob', error);
      }
    }
    const reading = readAsync(descriptor, buffer, 0, length, position).then(
      ({ bytesRead }) => bytesRead,
      (error: unknown) => {
        throw asStorageError('Cannot read a blob', error);
      },
    );
    this.#reading = reading.catch(() => undefined);
    return reading;
  }

  #openDescriptor(): number {
    if (this.#descriptor === undefined) throw new StorageError('failed', 'This blob reader is closed.');
    return this.#descriptor;
  }
}
