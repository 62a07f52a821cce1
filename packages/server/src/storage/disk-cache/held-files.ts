import type { CachedBlob } from './cache-file-names.ts';

/** So many files are looked at to find the one that goes: the worst of them is among the worst of all. */
const sampleSize = 64;

/** A fetch of so many bytes takes twice as long as one of a single byte, about: what is smaller is dear for its size. */
const latencyBytes = 2 * 1024 * 1024;

/** Of all bytes, so many may belong to blobs that were read once. */
const onceShare = 0.1;

/** A whole blob in the cache, as it is known. */
export interface HeldFile extends CachedBlob {
  /** When it was last read, about. */
  readonly usedAt: number;
  /** Whether it was read again since it came. */
  readonly again: boolean;
}

interface Placed {
  file: HeldFile;
  /** Where it is in its pool. */
  index: number;
}

/** Files in no order, of which some can be picked at random. */
class Pool {
  readonly #placed: Placed[] = [];
  bytes = 0;

  get size(): number {
    return this.#placed.length;
  }

  add(placed: Placed): void {
    placed.index = this.#placed.length;
    this.#placed.push(placed);
    this.bytes += placed.file.sizeBytes;
  }

  remove({ index, file }: Placed): void {
    const last = this.#placed.pop() as Placed;
    if (last.index !== index) {
      last.index = index;
      this.#placed[index] = last;
    }
    this.bytes -= file.sizeBytes;
  }

  worst(now: number): HeldFile | undefined {
    const { length } = this.#placed;
    const from = length <= sampleSize ? 0 : Math.floor(Math.random() * length);
    const step = length <= sampleSize ? 1 : Math.max(1, Math.floor(length / sampleSize));
    let worst: HeldFile | undefined;
    for (let looked = 0; looked < Math.min(length, sampleSize); looked += 1) {
      const file = this.#placed[(from + looked * step) % length]?.file as HeldFile;
      if (worst === undefined || worth(file, now) < worth(worst, now)) worst = file;
    }
    return worst;
  }
}

/** What keeping a file saves for each byte of room: it is read the less the longer nobody did. */
function worth({ usedAt, sizeBytes }: HeldFile, now: number): number {
  return (1 + latencyBytes / sizeBytes) / Math.max(1, now - usedAt);
}

/**
 * What is known of the files of the cache, and which of them goes first. Blobs that were read once make room for each other
 * while they have more than a tenth of all bytes, so that whoever reads everything once does not throw out what is read again
 * and again (the two queues of 2Q, Johnson and Shasha 1994; the order within each is that of the last reads, dear ones later).
 */
export class HeldFiles {
  readonly #files = new Map<string, Placed>();
  readonly #once = new Pool();
  readonly #again = new Pool();
  readonly #mostBytes: number;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#once.bytes + this.#again.bytes;
  }

  /** Adds a file, or replaces what was known of it. */
  put(name: string, file: HeldFile): void {
    this.remove(name);
    const placed = { file, index: 0 };
    this.#files.set(name, placed);
    this.#poolOf(file).add(placed);
  }

  remove(name: string): void {
    const placed = this.#files.get(name);
    if (placed === undefined) return;
    this.#poolOf(placed.file).remove(placed);
    this.#files.delete(name);
  }

  /** The one that goes first; undefined when there is none. */
  worst(now: number): HeldFile | undefined {
    const pool = this.#again.size === 0 || this.#once.bytes > this.#mostBytes * onceShare ? this.#once : this.#again;
    return pool.worst(now);
  }

  #poolOf({ again }: HeldFile): Pool {
    return again ? this.#again : this.#once;
  }
}
