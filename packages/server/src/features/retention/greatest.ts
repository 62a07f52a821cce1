/** The greatest so many of any number of values, of which equal ones count once. */
export class Greatest<T> {
  readonly #count: number;
  readonly #compare: (left: T, right: T) => number;
  /** Ascending. */
  readonly #values: T[] = [];

  constructor(count: number, compare: (left: T, right: T) => number) {
    this.#count = count;
    this.#compare = compare;
  }

  /** Answers by how many values this holds more than before: 0 or 1. */
  add(value: T): number {
    const at = this.#placeOf(value);
    const next = this.#values[at];
    if (next !== undefined && this.#compare(next, value) === 0) return 0;
    const isFull = this.#values.length >= this.#count;
    if (isFull && at === 0) return 0;
    this.#values.splice(at, 0, value);
    if (!isFull) return 1;
    this.#values.shift();
    return 0;
  }

  /** Whether a value is among the greatest, or would be. */
  includes(value: T): boolean {
    const [least] = this.#values;
    return least === undefined || this.#values.length < this.#count || this.#compare(value, least) >= 0;
  }

  /** The index of the first value that is not less. */
  #placeOf(value: T): number {
    let [low, high] = [0, this.#values.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = this.#values[middle];
      if (found !== undefined && this.#compare(found, value) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
