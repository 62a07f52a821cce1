/** What an entry takes beside its key and its value's bytes, about. */
const overheadBytes = 256;

/** A map whose values take a bounded number of bytes, as whoever adds them counts; what was not used for longest goes first. */
export class SizedMap<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly bytes: number }>();
  readonly #mostBytes: number;
  readonly #onRemoved: (key: string, value: V) => void;
  #bytes = 0;

  /** `onRemoved` is told of every entry that goes, for whatever reason. */
  constructor(mostBytes: number, onRemoved: (key: string, value: V) => void = () => undefined) {
    this.#mostBytes = mostBytes;
    this.#onRemoved = onRemoved;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** False when it is not kept, for being large beside the whole. */
  set(key: string, value: V, valueBytes: number): boolean {
    this.delete(key);
    const bytes = valueBytes + 2 * key.length + overheadBytes;
    if (bytes > this.#mostBytes / 8) return false;
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#mostBytes) break;
      this.delete(oldest);
    }
    return true;
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    this.#onRemoved(key, entry.value);
  }

  clear(): void {
    for (const key of [...this.#entries.keys()]) this.delete(key);
  }
}
