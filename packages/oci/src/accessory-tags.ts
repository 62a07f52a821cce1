import { type Digest, digestAlgorithm, digestHex } from './digest.ts';
import type { Tag } from './reference.ts';
import { referrersTag } from './referrers.ts';

/** The tag of what belongs to a manifest: signatures and the like by cosign, and referrers of clients that know no better way. */
const accessory = /^sha256-([0-9a-f]{64})(?:\.sig|\.att|\.sbom)?$/;
const endings = ['.sig', '.att', '.sbom'];

/**
 * The digest of the manifest to which a tag of that name belongs; undefined: it is a tag of its own. Tags for a sha512 digest name half
 * of it only, which does not tell whose they are.
 */
export function ownerOfTag(name: string): Digest | undefined {
  const hex = accessory.exec(name)?.[1];
  return hex === undefined ? undefined : (`sha256:${hex}` as Digest);
}

/** The names under which cosign attaches signatures, attestations and SBOMs to a manifest. */
export function attachedTags(digest: Digest): Tag[] {
  // The whole digest is in the name; a tag has no room for one of sha512.
  return digestAlgorithm(digest) === 'sha256' ? endings.map((ending) => `sha256-${digestHex(digest)}${ending}` as Tag) : [];
}

/** The names of the tags that belong to a manifest. */
export function accessoryTags(digest: Digest): Tag[] {
  return [referrersTag(digest), ...attachedTags(digest)];
}
