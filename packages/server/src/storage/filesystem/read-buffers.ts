/** Reads of up to this many bytes use the small buffers. */
const smallReadBytes = 256 * 1024;
/** The size of the large buffers. */
const largeReadBytes = 1024 * 1024;

const keptOfEachSize = 16;

/** Lends read buffers of two sizes and keeps a bounded number of them for the next reader. */
export class ReadBuffers {
  readonly #small: Uint8Array[] = [];
  readonly #large: Uint8Array[] = [];

  /** A buffer for a read of so many bytes in all; smaller than that when it is a long one. */
  borrow(wantedBytes: number): Uint8Array {
    if (wantedBytes > largeReadBytes) return this.#large.pop() ?? Buffer.allocUnsafeSlow(largeReadBytes);
    return this.#small.pop() ?? Buffer.allocUnsafeSlow(smallReadBytes);
  }

  /** Only for a buffer that nobody can still be reading from; any other is left to the garbage collector. */
  giveBack(buffer: Uint8Array): void {
    const kept = buffer.length === largeReadBytes ? this.#large : this.#small;
    if (kept.length < keptOfEachSize) kept.push(buffer);
  }
}
