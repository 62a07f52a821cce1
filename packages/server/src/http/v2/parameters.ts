import {
  classifyDigest,
  type Digest,
  type DigestAlgorithm,
  parseDigest,
  parseDigestAlgorithm,
  parseRepositoryName,
  parseTag,
  type RepositoryName,
  type Tag,
} from '@longshore/oci';
import type { ManifestReference } from '../../registry/registry.ts';
import { RegistryError } from '../../registry/registry-error.ts';

/** At least 10 are demanded; beyond this the request line is refused with 414 (end-7b). */
const mostTags = 32;

export function requireDigestOf(text: string): Digest {
  const digest = parseDigest(text);
  if (digest !== undefined) return digest;
  const shown = text.slice(0, 160);
  const message =
    classifyDigest(text) === 'unsupported-algorithm'
      ? `'${shown}' uses an algorithm that is not supported: use sha256 or sha512.`
      : `'${shown}' is not a digest: write sha256: or sha512: and lower-case hex of the full length.`;
  throw new RegistryError('DIGEST_INVALID', { message });
}

/** The algorithm named by `?digest-algorithm=` (end-4c), sha256 without one. */
export function requireAlgorithmOf(text: string | null): DigestAlgorithm {
  const algorithm = parseDigestAlgorithm(text ?? 'sha256');
  if (algorithm !== undefined) return algorithm;
  throw new RegistryError('DIGEST_INVALID', { message: `'${text?.slice(0, 64)}' is not supported: use sha256 or sha512.` });
}

/** A tag or a digest in a manifest's URL. */
export function requireReferenceOf(text: string): ManifestReference {
  return classifyDigest(text) === 'not-a-digest' ? { tag: requireTagOf(text) } : { digest: requireDigestOf(text) };
}

export function requireNameOf(text: string): RepositoryName {
  const name = parseRepositoryName(text);
  if (name === undefined) throw new RegistryError('NAME_INVALID', { detail: { name: text.slice(0, 300) } });
  return name;
}

/** The tags of `?tag=`, once each. */
export function requireTagsOf(query: URLSearchParams): Tag[] {
  const tags = [...new Set(query.getAll('tag'))];
  if (tags.length > mostTags) {
    throw new RegistryError('TAG_INVALID', {
      status: 414,
      message: `At most ${mostTags} tags fit in one request: push the rest with another.`,
    });
  }
  return tags.map(requireTagOf);
}

function requireTagOf(text: string): Tag {
  const tag = parseTag(text);
  if (tag !== undefined) return tag;
  throw new RegistryError('TAG_INVALID', {
    message: `'${text.slice(0, 160)}' is not a tag: use up to 128 letters, digits, '_', '.', '-', not beginning with '.' or '-'.`,
  });
}
