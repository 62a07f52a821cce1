import { createHash, type Hash } from 'node:crypto';
import { type Digest, type DigestAlgorithm, digestFromBytes } from '@longshore/oci';
import type { ByteHash } from './ports/byte-hash.ts';

/** How many hashes are not ended. */
export interface OpenHashes {
  count: number;
}

/** Hashes at once, where it is asked. */
export class InlineHash implements ByteHash {
  readonly isLost = false;
  readonly #hash: Hash;
  readonly #open: OpenHashes;
  #ended = false;

  /** Counts itself, and its copies, in `open`. */
  constructor(begun: DigestAlgorithm | Hash, open: OpenHashes = { count: 0 }) {
    this.#open = open;
    open.count += 1;
    this.#hash = typeof begun === 'string' ? createHash(begun) : begun;
  }

  update(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
    for (const piece of pieces) this.#hash.update(piece);
    return pieces;
  }

  copy(): ByteHash {
    return new InlineHash(this.#hash.copy(), this.#open);
  }

  async digest(): Promise<Digest> {
    return digestFromBytes(this.#hash.copy().digest());
  }

  end(): void {
    if (!this.#ended) this.#open.count -= 1;
    this.#ended = true;
  }
}
