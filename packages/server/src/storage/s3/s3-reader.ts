import type { ByteRange } from '@longshore/oci';
import type { BlobReader, ByteSink } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { untilSettledOrAborted } from '../until-settled-or-aborted.ts';
import { passOn } from './body-pieces.ts';
import type { Bucket, ObjectRange } from './bucket.ts';
import { asStorageError } from './s3-errors.ts';

/** How often a connection may break without a byte having come. */
const mostFailures = 3;

/** Bytes of an object that are on their way. */
interface Arriving extends ObjectRange {
  readonly start: number;
}

/** Opens an object; undefined when there is none. Its bytes are asked for at once: `first`, or all of them. */
export async function openObject(bucket: Bucket, key: string, first: ByteRange | undefined): Promise<BlobReader | undefined> {
  const start = first?.start ?? 0;
  const range = await bucket.get(key, start, first?.end);
  if (range === undefined) return undefined;
  if (range !== 'empty') return new S3BlobReader(bucket, key, { start, ...range });
  // Nothing is there where the first byte should be: how many there are is another question.
  return start > 0 ? openObject(bucket, key, undefined) : new S3BlobReader(bucket, key, undefined);
}

/** Streams ranges; a connection that breaks on the way is replaced at the byte where it broke. */
class S3BlobReader implements BlobReader {
  readonly sizeBytes: number;
  readonly #bucket: Bucket;
  readonly #key: string;
  /** What was asked for when this was opened; whoever reads from there on takes it. */
  #arriving: Arriving | undefined;
  #closed = false;

  /** Without `arriving` the object is empty. */
  constructor(bucket: Bucket, key: string, arriving: Arriving | undefined) {
    this.#bucket = bucket;
    this.#key = key;
    this.sizeBytes = arriving?.sizeBytes ?? 0;
    this.#arriving = arriving;
    // A connection that breaks before anybody reads is found out by whoever does.
    arriving?.body.on('error', () => undefined);
  }

  async read(start: number, end: number, sink: ByteSink, signal?: AbortSignal): Promise<void> {
    if (this.#closed) throw new StorageError('failed', 'This blob reader is closed.');
    signal?.throwIfAborted();
    let position = start;
    let failures = 0;
    const counting: ByteSink = (piece) => {
      position += piece.length;
      return sink(piece);
    };
    while (position <= end) {
      const before = position;
      if (position >= this.sizeBytes) throw shortError(position, end);
      const broken = await this.#stream({ start: position, end }, counting, signal);
      if (position > end) return;
      failures = position > before ? 0 : failures + 1;
      if (failures >= mostFailures) {
        throw broken === undefined ? shortError(position, end) : asStorageError('Cannot read an object', broken);
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#arriving?.body.destroy();
  }

  /** Passes on what comes; returns the error that ended the connection, if one did. Errors of the sink are thrown. */
  async #stream({ start, end }: ByteRange, sink: ByteSink, signal: AbortSignal | undefined): Promise<unknown> {
    const body = this.#take(start) ?? (await this.#ask(start, end, signal));
    let broken: unknown;
    const passing = passOn(body, end + 1 - start, this.#bucket.silenceMs, sink).then((error) => {
      broken = error;
    });
    try {
      await untilSettledOrAborted(passing, signal);
      return broken;
    } finally {
      if (!body.readableEnded) body.destroy();
    }
  }

  /** What is arriving already, if it begins there. */
  #take(start: number): ObjectRange['body'] | undefined {
    const arriving = this.#arriving;
    if (arriving === undefined || arriving.start !== start) return undefined;
    this.#arriving = undefined;
    return arriving.body.destroyed ? undefined : arriving.body;
  }

  async #ask(start: number, end: number, signal: AbortSignal | undefined): Promise<ObjectRange['body']> {
    const range = await this.#bucket.get(this.#key, start, end, signal);
    if (range === undefined || range === 'empty') throw new StorageError('failed', 'A blob vanished while it was read.');
    return range.body;
  }
}

function shortError(position: number, end: number): StorageError {
  return new StorageError('failed', `A blob ends at byte ${position} although byte ${end} of it was asked for.`);
}
