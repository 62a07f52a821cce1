/** Takes bytes in the lengths that its user wants from pieces as they come, each of which is gone when the next one is asked for. */
export class PieceQueue {
  readonly #pieces: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** The next bytes without taking them: `length`, or fewer at the end. They are there until something else is asked of the queue. */
  async peek(length: number): Promise<Buffer> {
    while (this.#held.length < length) {
      const held = Buffer.from(this.#held);
      const next = await this.#pieces.next();
      this.#held = next.done === true || held.length > 0 ? Buffer.concat([held, next.value ?? held.subarray(0, 0)]) : next.value;
      if (next.done === true) break;
    }
    return this.#held.subarray(0, length);
  }

  /** Takes the next bytes: `length`, or fewer at the end. They are the taker's. */
  async take(length: number): Promise<Buffer> {
    const bytes = Buffer.from(await this.peek(length));
    this.#held = this.#held.subarray(bytes.length);
    return bytes;
  }

  /** Everything that is left, piece by piece. */
  async *rest(): AsyncGenerator<Buffer> {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    if (held.length > 0) yield held;
    for (let next = await this.#pieces.next(); next.done !== true; next = await this.#pieces.next()) yield next.value;
  }
}
