import type { Digest, DigestAlgorithm } from '@longshore/oci';

/**
 * The running hash of an upload's bytes; what is asked of it happens in the order of asking. Errors: a `RegistryError` when the hash is
 * lost, which it stays.
 */
export interface ByteHash {
  /** Whether what it had taken in is gone. */
  readonly isLost: boolean;
  /**
   * Takes the bytes in. A piece that fills its memory alone is given away until the answer comes, which holds the same bytes, perhaps
   * in other pieces.
   */
  update(pieces: readonly Uint8Array[]): readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /** Another one that has taken in the same bytes and goes its own way. */
  copy(): ByteHash;
  /** Of everything so far; it can go on afterwards. */
  digest(): Promise<Digest>;
  /** Lets go of it. Idempotent. */
  end(): void;
}

/** Begins a hash of a body of so many bytes; `undefined`: nobody knows how many. */
export type StartHash = (algorithm: DigestAlgorithm, bodyBytes: number | undefined) => ByteHash;
