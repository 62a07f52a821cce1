import type { Digest } from '@longshore/oci';
import { digestAlgorithm, digestFromHex, digestHex } from '@longshore/oci';

const sha256Bytes = 32;

/** Digests are stored as the raw hash; its length tells the algorithm (32 bytes sha256, 64 bytes sha512). */
export function toColumn(digest: Digest): Uint8Array {
  return Buffer.from(digestHex(digest), 'hex');
}

/** The digest of a stored raw hash; throws an OciError when it is none. */
export function fromColumn(bytes: Uint8Array): Digest {
  // Through Buffer, which is several times faster than byte by byte: every answer of a manifest passes here.
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return digestFromHex(bytes.byteLength === sha256Bytes ? 'sha256' : 'sha512', hex);
}

/** As `fromColumn`, for columns that may be null. */
export function fromNullableColumn(bytes: Uint8Array | null): Digest | undefined {
  return bytes === null ? undefined : fromColumn(bytes);
}

/** By the order in which the database sorts digests: every writer locks rows in this order, so that none waits in a circle. */
export function byColumnOrder(left: Digest, right: Digest): number {
  if (digestAlgorithm(left) === digestAlgorithm(right)) return left < right ? -1 : Number(left > right);
  return Buffer.compare(toColumn(left), toColumn(right));
}
