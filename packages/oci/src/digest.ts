import { OciError, quoteForMessage } from './oci-error.ts';

declare const digestBrand: unique symbol;

/** A content digest in canonical text form, `sha256:<64 hex>` or `sha512:<128 hex>`; made only by this file. */
export type Digest = string & { readonly [digestBrand]: true };

/** The digest algorithms the image specification registers and this registry supports. */
export type DigestAlgorithm = 'sha256' | 'sha512';

/** The supported algorithms, the default one first. */
export const digestAlgorithms: readonly DigestAlgorithm[] = ['sha256', 'sha512'];

/** What {@link classifyDigest} found. */
export type DigestClass = 'valid' | 'unsupported-algorithm' | 'malformed' | 'not-a-digest';

const hexLengths: Readonly<Record<DigestAlgorithm, number>> = { sha256: 64, sha512: 128 };
const lowerHex = /^[0-9a-f]*$/;
const algorithmGrammar = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*$/;
const encodedGrammar = /^[a-zA-Z0-9=_-]+$/;
const longestDigest = 1024;

/** Narrows text to a supported algorithm name. */
export function parseDigestAlgorithm(text: string): DigestAlgorithm | undefined {
  return digestAlgorithms.find((algorithm) => algorithm === text);
}

/** The digest in `text`: a supported algorithm and lower-case hex of exactly its length, or undefined. */
export function parseDigest(text: string): Digest | undefined {
  return classifyDigest(text) === 'valid' ? (text as Digest) : undefined;
}

/** Like {@link parseDigest}, but throws an OciError (DIGEST_INVALID). */
export function requireDigest(text: string): Digest {
  const digest = parseDigest(text);
  if (digest === undefined) throw new OciError('DIGEST_INVALID', `${quoteForMessage(text)} is not a sha256 or sha512 digest`);
  return digest;
}

/**
 * Tells apart why text is not a usable digest: no colon at all ("not-a-digest", a tag perhaps), the image
 * specification's digest grammar with an algorithm we do not have, or anything else ("malformed").
 */
export function classifyDigest(text: string): DigestClass {
  const colon = text.indexOf(':');
  if (colon < 0) return 'not-a-digest';
  if (text.length > longestDigest) return 'malformed';
  const encoded = text.slice(colon + 1);
  const algorithm = parseDigestAlgorithm(text.slice(0, colon));
  if (algorithm !== undefined) return isHexOf(algorithm, encoded) ? 'valid' : 'malformed';
  return algorithmGrammar.test(text.slice(0, colon)) && encodedGrammar.test(encoded) ? 'unsupported-algorithm' : 'malformed';
}

/** The algorithm of a digest. */
export function digestAlgorithm(digest: Digest): DigestAlgorithm {
  return digest.startsWith('sha256:') ? 'sha256' : 'sha512';
}

/** The hex part of a digest. */
export function digestHex(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/** The digest of this algorithm and lower-case hex; throws an OciError when the hex does not fit. */
export function digestFromHex(algorithm: DigestAlgorithm, hex: string): Digest {
  return requireDigest(`${algorithm}:${hex}`);
}

/** The raw hash: 32 bytes for sha256, 64 for sha512. */
export function digestToBytes(digest: Digest): Uint8Array {
  const hex = digestHex(digest);
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  }
  return bytes;
}

/** The digest of a raw hash, by its length: 32 bytes are sha256, 64 are sha512; throws an OciError on any other. */
export function digestFromBytes(bytes: Uint8Array): Digest {
  const algorithm = digestAlgorithms.find((candidate) => hexLengths[candidate] === bytes.length * 2);
  if (algorithm === undefined) throw new OciError('DIGEST_INVALID', `a hash of ${bytes.length} bytes is neither sha256 nor sha512`);
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return `${algorithm}:${hex}` as Digest;
}

function isHexOf(algorithm: DigestAlgorithm, encoded: string): boolean {
  return encoded.length === hexLengths[algorithm] && lowerHex.test(encoded);
}
