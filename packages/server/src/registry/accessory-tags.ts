import type { Digest, Tag } from '@longshore/oci';

/** The tag of what belongs to a manifest: signatures and the like by cosign, and referrers of clients that know no better way. */
const accessory = /^sha256-([0-9a-f]{64})(?:\.sig|\.att|\.sbom)?$/;
const endings = ['', '.sig', '.att', '.sbom'];
/** Characters of the hex digits that a referrers tag has (distribution specification, "Referrers Tag Schema"). */
const mostDigits = 64;

/**
 * The digest of the manifest to which a tag of that name belongs; undefined: it is a tag of its own. Tags for a sha512 digest name half
 * of it only, which does not tell whose they are.
 */
export function ownerOfTag(name: string): Digest | undefined {
  const hex = accessory.exec(name)?.[1];
  return hex === undefined ? undefined : (`sha256:${hex}` as Digest);
}

/** The names of the tags that belong to a manifest. */
export function accessoryTags(digest: Digest): Tag[] {
  const [algorithm, hex = ''] = digest.split(':');
  const name = `${algorithm}-${hex.slice(0, mostDigits)}`;
  // Signers put the whole digest into the name; a tag has no room for one of sha512.
  return hex.length > mostDigits ? [name as Tag] : endings.map((ending) => `${name}${ending}` as Tag);
}
