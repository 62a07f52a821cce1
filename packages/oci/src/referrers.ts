import type { Descriptor } from './descriptor.ts';
import type { Digest, DigestAlgorithm } from './digest.ts';
import { digestAlgorithm, digestHex, parseDigestAlgorithm } from './digest.ts';
import { isManifestProblem, parseManifest } from './manifest.ts';
import { mediaTypes } from './media-types.ts';
import type { Tag } from './reference.ts';

/** An OCI index as JSON: the body of a referrers answer and of what a referrers tag leads to. */
export interface IndexBody {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
}

/** The index that says there are no referrers. */
export const emptyIndex: IndexBody = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [] };

const tagHexLength = 64;

/** An index of these descriptors. */
export function indexBodyOf(manifests: readonly Descriptor[]): IndexBody {
  return { ...emptyIndex, manifests };
}

/** The tag under which referrers are kept where there is no API (distribution specification, "Referrers Tag Schema"). */
export function referrersTag(subject: Digest): Tag {
  return `${digestAlgorithm(subject)}-${digestHex(subject).slice(0, tagHexLength)}` as Tag;
}

/** The subject a referrers tag is about; for sha512 only the first half of its hex is in the tag. */
export interface ReferrersTagSubject {
  readonly algorithm: DigestAlgorithm;
  readonly hexPrefix: string;
}

/** Reads a tag of the referrers tag schema; undefined for any other tag, `sha256-<hex>.sig` included. */
export function parseReferrersTag(tag: string): ReferrersTagSubject | undefined {
  const dash = tag.indexOf('-');
  const algorithm = parseDigestAlgorithm(tag.slice(0, Math.max(0, dash)));
  const hexPrefix = tag.slice(dash + 1);
  return algorithm !== undefined && /^[0-9a-f]{64}$/.test(hexPrefix) ? { algorithm, hexPrefix } : undefined;
}

/** The descriptors in an index kept under a referrers tag; undefined when the body is no OCI or Docker index. */
export function parseReferrersIndex(bytes: Uint8Array, contentType = ''): readonly Descriptor[] | undefined {
  const manifest = parseManifest(bytes, contentType);
  if (isManifestProblem(manifest) || manifest.kind !== 'index') return undefined;
  return manifest.manifests;
}
