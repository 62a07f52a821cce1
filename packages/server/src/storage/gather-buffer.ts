const smallestBytes = 16 * 1024;

/** Collects copies of small pieces until they are worth a write; grows with what it holds. */
export class GatherBuffer {
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;
  /** Memory that was taken and came back. */
  #spare: Uint8Array | undefined;

  get length(): number {
    return this.#length;
  }

  /** What was appended since the last `clear`; valid until the next change. */
  get view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Makes room for so many bytes in all, for who knows that they will come. */
  reserve(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    const spare = this.#spare !== undefined && this.#spare.length >= bytes ? this.#spare : undefined;
    if (spare !== undefined) this.#spare = undefined;
    // Not from the shared pool: these bytes stay for as long as the upload does.
    const larger = spare ?? Buffer.allocUnsafeSlow(bytes);
    larger.set(this.view);
    this.#bytes = larger;
  }

  append(pieces: readonly Uint8Array[], total: number): void {
    if (this.#length + total > this.#bytes.length) this.reserve(Math.max(smallestBytes, this.#length + total, this.#bytes.length * 2));
    for (const piece of pieces) {
      this.#bytes.set(piece, this.#length);
      this.#length += piece.length;
    }
  }

  /** Forgets everything behind the first `length` bytes. */
  shorten(length: number): void {
    this.#length = length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** What was appended, now the caller's own; the buffer starts anew with other memory. */
  take(): Uint8Array {
    const taken = this.view;
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
    return taken;
  }

  /** Takes back what `take` gave, for what comes next: fresh memory of megabytes costs the system as much as filling it. */
  reuse(taken: Uint8Array): void {
    this.#spare = new Uint8Array(taken.buffer);
  }

  /** Gives the memory back too. */
  release(): void {
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
    this.#spare = undefined;
  }
}
