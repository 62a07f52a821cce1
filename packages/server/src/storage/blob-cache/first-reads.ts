import type { Digest } from '@longshore/oci';

/** As many of a digest's last digits as make a small integer: two blobs that share them only pass for one another here. */
const digits = 7;

/** Remembers which blobs were read a first time lately: between `window` and twice as many. */
export class FirstReads {
  readonly #window: number;
  #recent = new Set<number>();
  #older = new Set<number>();

  constructor(window: number) {
    this.#window = window;
  }

  /** Whether it was read before, as far as is remembered; from now on it was. */
  noted(digest: Digest): boolean {
    const mark = Number.parseInt(digest.slice(-digits), 16);
    if (this.#recent.has(mark)) return true;
    if (this.#recent.size >= this.#window) {
      this.#older = this.#recent;
      this.#recent = new Set();
    }
    this.#recent.add(mark);
    return this.#older.has(mark);
  }
}
