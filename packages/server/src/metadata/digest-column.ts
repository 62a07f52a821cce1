import { digestFromBytes, digestToBytes } from '@longshore/oci';
import type { Digest } from '@longshore/oci';

/** Digests are stored as the raw hash; its length tells the algorithm (32 bytes sha256, 64 bytes sha512). */
export function toColumn(digest: Digest): Uint8Array {
  return digestToBytes(digest);
}

/** The digest of a stored raw hash. */
export function fromColumn(bytes: Uint8Array): Digest {
  return digestFromBytes(bytes);
}

/** As `fromColumn`, for columns that may be null. */
export function fromNullableColumn(bytes: Uint8Array | null): Digest | undefined {
  return bytes === null ? undefined : digestFromBytes(bytes);
}

/** By the order in which the database sorts digests: every writer locks rows in this order, so that none waits in a circle. */
export function byColumnOrder(left: Digest, right: Digest): number {
  return Buffer.compare(toColumn(left), toColumn(right));
}
