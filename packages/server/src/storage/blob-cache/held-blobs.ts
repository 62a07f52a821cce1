import type { Digest } from '@longshore/oci';

/** What a blob takes beside its bytes, about: buffer, entry and digest. */
const overheadBytes = 512;

/** Costs of two blobs differ by their logarithms, from 2^9 (nothing but the overhead) up to 2^31. */
const classes = 32;

/**
 * Of those for whom others would have to go, one in so many comes in. Taking a blob in costs several times what reading it does, and
 * where more is read again and again than fits, whoever stays is as good as whoever comes: what is read often is soon among them.
 */
export const oneIn = 16;

/** A blob in memory. Its bytes are shared by everybody who reads them and are never changed. */
export interface HeldBlob {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  /** How many read it now. */
  readers: number;
  /** The lowest goes first. */
  priority: number;
}

/**
 * Blobs in memory, with a bound on their bytes. What somebody reads is not let go of, so the bound holds for slow clients too:
 * while they read everything, nothing new comes in.
 *
 * Who goes first is decided by GreedyDual-Size (Cao and Irani 1997) where each fetch costs the same: a blob's priority is what a
 * fetch costs by its bytes, on top of the priority of the last one that had to go. Sizes count by powers of two, so that
 * each class is in the order of its last reads, and the first of some class has the lowest priority of all.
 */
export class HeldBlobs {
  readonly #mostBytes: number;
  readonly #idle: readonly Map<Digest, HeldBlob>[] = Array.from({ length: classes }, () => new Map());
  readonly #inUse = new Map<Digest, HeldBlob>();
  #bytes = 0;
  #idleBytes = 0;
  #lastPriority = 0;
  #evictions = 0;
  #asked = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Bytes that are held or reserved, with what holding them costs. */
  get bytes(): number {
    return this.#bytes;
  }

  get evictions(): number {
    return this.#evictions;
  }

  /** A blob to read, which stays until it is given back by `release`; undefined when it is not here. `sizeBytes`: its size. */
  take(digest: Digest, sizeBytes: number): HeldBlob | undefined {
    const cost = sizeBytes + overheadBytes;
    const idle = this.#idleLike(cost).get(digest);
    if (idle !== undefined) {
      this.#idleLike(cost).delete(digest);
      this.#idleBytes -= cost;
      this.#inUse.set(digest, idle);
    }
    const held = idle ?? this.#inUse.get(digest);
    if (held !== undefined) held.readers += 1;
    return held;
  }

  release(held: HeldBlob): void {
    held.readers -= 1;
    if (held.readers > 0) return;
    this.#inUse.delete(held.digest);
    this.#keep(held);
  }

  /** Keeps room for a blob: free room, or for one in `oneIn` what nobody reads now. Then `fill` or `cancel` must follow. */
  reserve(sizeBytes: number): boolean {
    const cost = sizeBytes + overheadBytes;
    if (this.#bytes - this.#idleBytes + cost > this.#mostBytes) return false;
    if (this.#bytes + cost > this.#mostBytes && ++this.#asked % oneIn !== 0) return false;
    while (this.#bytes + cost > this.#mostBytes) this.#evict();
    this.#bytes += cost;
    return true;
  }

  /** Gives up a reservation. */
  cancel(sizeBytes: number): void {
    this.#bytes -= sizeBytes + overheadBytes;
  }

  /** Puts a blob into the room that was reserved for it. */
  fill(digest: Digest, bytes: Uint8Array): void {
    this.#keep({ digest, bytes, readers: 0, priority: 0 });
  }

  #keep(held: HeldBlob): void {
    const cost = held.bytes.length + overheadBytes;
    held.priority = this.#lastPriority + 2 ** Math.clz32(cost);
    this.#idleLike(cost).set(held.digest, held);
    this.#idleBytes += cost;
  }

  #evict(): void {
    let victim: HeldBlob | undefined;
    for (const idle of this.#idle) {
      const [first] = idle.values();
      if (first !== undefined && (victim === undefined || first.priority < victim.priority)) victim = first;
    }
    if (victim === undefined) throw new Error('The cache of blobs has lost count of its bytes.');
    const cost = victim.bytes.length + overheadBytes;
    this.#idleLike(cost).delete(victim.digest);
    this.#idleBytes -= cost;
    this.#bytes -= cost;
    this.#lastPriority = victim.priority;
    this.#evictions += 1;
  }

  #idleLike(cost: number): Map<Digest, HeldBlob> {
    return this.#idle[Math.clz32(cost)] as Map<Digest, HeldBlob>;
  }
}
