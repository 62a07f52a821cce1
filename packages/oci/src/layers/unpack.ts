import { freeUnpackedBytes, mostRatio, mostUnpackedBytes } from './layer-limits.ts';
import { PieceQueue } from './piece-queue.ts';
import { ArchiveFault } from './tar-header.ts';
import { through } from './through.ts';
import { isZstd, unpackZstd } from './zstd-frames.ts';

/** Compressions of which no layer that is in use is made; what they begin with. */
const others = [
  { name: 'bzip2', start: Buffer.from('BZh') },
  { name: 'xz', start: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) },
  { name: 'zip', start: Buffer.from('PK\x03\x04') },
] as const;

/**
 * Unpacks a layer, by what it begins with and not by what its media type says: gzip of any number of members, zstd of any number of frames,
 * or plain. Throws `ArchiveFault` when it is damaged or becomes more than it may. A piece is the taker's, and one that is given not touched
 * any more, until the next one is asked for.
 */
export async function* unpack(pieces: AsyncIterable<Buffer>, freeBytes = freeUnpackedBytes): AsyncGenerator<Buffer> {
  const packed = new Counted(pieces);
  let unpacked = 0;
  try {
    for await (const piece of unpackedPieces(packed)) {
      unpacked += piece.length;
      if (unpacked > Math.min(mostUnpackedBytes, Math.max(freeBytes, packed.bytes * mostRatio))) {
        throw new ArchiveFault(`it unpacks to more than ${mostRatio} times its size, or to more than ${mostUnpackedBytes} bytes`);
      }
      yield piece;
    }
  } catch (error) {
    throw isZlibError(error) ? new ArchiveFault('its compressed data is damaged', { cause: error }) : error;
  }
}

async function* unpackedPieces(packed: Counted): AsyncGenerator<Buffer> {
  const queue = new PieceQueue(packed);
  const start = await queue.peek(6);
  const other = others.find(({ start: bytes }) => start.subarray(0, bytes.length).equals(bytes));
  if (other !== undefined) throw new ArchiveFault(`it is compressed with ${other.name}: gzip, zstd and plain archives can be read`);
  if (start[0] === 0x1f && start[1] === 0x8b) yield* through(queue.rest(), 'gzip');
  else if (isZstd(start)) yield* unpackZstd(queue);
  else yield* queue.rest();
}

/** Counts the bytes that were taken from it. */
class Counted implements AsyncIterable<Buffer> {
  readonly #pieces: AsyncIterable<Buffer>;
  bytes = 0;

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for await (const piece of this.#pieces) {
      this.bytes += piece.length;
      yield piece;
    }
  }
}

function isZlibError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^(Z_|ZSTD_|ERR_BUFFER_TOO_LARGE)/.test(code);
}
