/** The smallest buffer: as many bytes as are read synchronously. */
export const smallestReadBytes = 64 * 1024;
const middle = 256 * 1024;
/** The largest buffer: large blobs are read fastest in pieces of this size. */
export const largestReadBytes = 1024 * 1024;

/** While less than this is lent, everybody may have the largest size. */
const roomyBytes = 32 * largestReadBytes;
/** From here on everybody gets the smallest. */
const tightBytes = 64 * largestReadBytes;

const keptOfEachSize = 16;

/**
 * Lends buffers for reads of blobs, the smaller the more are out: hundreds of clients that take their bytes slowly, or not at
 * all, hold one each for as long as they like.
 */
export class ReadBuffers {
  readonly #kept = new Map<number, Uint8Array[]>([smallestReadBytes, middle, largestReadBytes].map((size) => [size, []]));
  #lentBytes = 0;

  /** A buffer for up to `wantedBytes`, often smaller. Goes back by `giveBack` or `abandon`. */
  borrow(wantedBytes: number): Uint8Array {
    const affordable = this.#lentBytes < roomyBytes ? largestReadBytes : this.#lentBytes < tightBytes ? middle : smallestReadBytes;
    const size = Math.min(
      affordable,
      wantedBytes > middle ? largestReadBytes : wantedBytes > smallestReadBytes ? middle : smallestReadBytes,
    );
    this.#lentBytes += size;
    return this.#kept.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
  }

  /** Only for a buffer that nobody can still be reading from: the next one writes into it. */
  giveBack(buffer: Uint8Array): void {
    this.abandon(buffer);
    const kept = this.#kept.get(buffer.length);
    if (kept !== undefined && kept.length < keptOfEachSize) kept.push(buffer);
  }

  /** For a buffer that somebody may still be reading from: it is left to the garbage collector. */
  abandon(buffer: Uint8Array): void {
    this.#lentBytes -= buffer.length;
  }
}
