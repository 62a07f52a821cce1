import type { Readable } from 'node:stream';
import type { BlobReader, ByteSink } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { untilSettledOrAborted } from '../until-settled-or-aborted.ts';
import type { Bucket, ObjectRange } from './bucket.ts';
import { asStorageError } from './s3-errors.ts';

/** The first bytes come with the size of the object: a small blob costs one request. */
const startBytes = 64 * 1024;

/** How often a connection may break without a byte having come. */
const mostFailures = 3;

/** Opens an object; undefined when there is none. */
export async function openObject(bucket: Bucket, key: string): Promise<BlobReader | undefined> {
  const range = await bucket.get(key, 0, startBytes - 1);
  if (range === undefined) return undefined;
  if (range === 'empty') return new S3BlobReader(bucket, key, 0, Buffer.alloc(0));
  return new S3BlobReader(bucket, key, range.sizeBytes, await readStart(range));
}

async function readStart({ body }: ObjectRange): Promise<Buffer> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of body) pieces.push(piece as Buffer);
  } catch (error) {
    throw asStorageError('Cannot read an object', error);
  }
  return Buffer.concat(pieces);
}

/** Streams ranges; a connection that breaks on the way is replaced at the byte where it broke. */
class S3BlobReader implements BlobReader {
  readonly sizeBytes: number;
  readonly #bucket: Bucket;
  readonly #key: string;
  readonly #start: Buffer;
  #closed = false;

  constructor(bucket: Bucket, key: string, sizeBytes: number, start: Buffer) {
    this.#bucket = bucket;
    this.#key = key;
    this.sizeBytes = sizeBytes;
    this.#start = start;
  }

  async read(start: number, end: number, sink: ByteSink, signal?: AbortSignal): Promise<void> {
    if (this.#closed) throw new StorageError('failed', 'This blob reader is closed.');
    signal?.throwIfAborted();
    let position = start;
    const pass = async (piece: Uint8Array): Promise<void> => {
      position += piece.length;
      const taken = sink(piece);
      if (taken !== undefined) await untilSettledOrAborted(taken, signal);
      signal?.throwIfAborted();
    };
    if (start <= end && start < this.#start.length) await pass(this.#start.subarray(start, end + 1));
    let failures = 0;
    while (position <= end) {
      const before = position;
      if (position >= this.sizeBytes) throw shortError(position, end);
      const broken = await this.#stream(position, end, pass, signal);
      if (position > end) return;
      failures = position > before ? 0 : failures + 1;
      if (failures >= mostFailures)
        throw broken === undefined ? shortError(position, end) : asStorageError('Cannot read an object', broken);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** Passes on what comes; returns the error that ended the connection, if one did. Errors of the sink are thrown. */
  async #stream(start: number, end: number, pass: (piece: Uint8Array) => Promise<void>, signal?: AbortSignal): Promise<unknown> {
    const range = await this.#bucket.get(this.#key, start, end, signal);
    if (range === undefined || range === 'empty') throw new StorageError('failed', 'A blob vanished while it was read.');
    const pieces = readPieces(range.body, end + 1 - start);
    try {
      for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
        if (next.value instanceof Error) return next.value;
        await pass(next.value);
      }
      return undefined;
    } finally {
      range.body.destroy();
    }
  }
}

/** The body's pieces, at most `length` bytes of them, and then the error that ended it, if one did. */
async function* readPieces(body: Readable, length: number): AsyncGenerator<Uint8Array | Error> {
  let left = length;
  try {
    for await (const piece of body) {
      const wanted = (piece as Buffer).subarray(0, left);
      left -= wanted.length;
      yield wanted;
      if (left === 0) return;
    }
  } catch (error) {
    yield error instanceof Error ? error : new Error(String(error));
  }
}

function shortError(position: number, end: number): StorageError {
  return new StorageError('failed', `A blob ends at byte ${position} although byte ${end} of it was asked for.`);
}
