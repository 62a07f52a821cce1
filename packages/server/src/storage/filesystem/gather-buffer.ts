const smallestBytes = 16 * 1024;

/** Collects copies of small pieces until they are worth a write; grows with what it holds. */
export class GatherBuffer {
  #bytes = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was appended since the last `clear`; valid until the next change. */
  get view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  append(pieces: readonly Uint8Array[], total: number): void {
    this.#reserve(this.#length + total);
    for (const piece of pieces) {
      this.#bytes.set(piece, this.#length);
      this.#length += piece.length;
    }
  }

  clear(): void {
    this.#length = 0;
  }

  /** Gives the memory back too. */
  release(): void {
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
  }

  #reserve(needed: number): void {
    if (needed <= this.#bytes.length) return;
    // Not from the shared pool: these bytes stay for as long as the upload does.
    const larger = Buffer.allocUnsafeSlow(Math.max(smallestBytes, needed, this.#bytes.length * 2));
    larger.set(this.view);
    this.#bytes = larger;
  }
}
