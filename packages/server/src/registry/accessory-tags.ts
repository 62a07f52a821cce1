import type { Digest, Tag } from '@longshore/oci';

/** The tag of what belongs to a manifest: signatures and the like by cosign, and referrers of clients that know no better way. */
const accessory = /^(sha256|sha512)-((?:[0-9a-f]{64}){1,2})(?:\.sig|\.att|\.sbom)?$/;
const endings = ['', '.sig', '.att', '.sbom'];

/** The digest of the manifest to which a tag of that name belongs; undefined: it is a tag of its own. */
export function ownerOfTag(name: string): Digest | undefined {
  const [, algorithm, hex] = accessory.exec(name) ?? [];
  if (algorithm === undefined || hex?.length !== (algorithm === 'sha256' ? 64 : 128)) return undefined;
  return `${algorithm}:${hex}` as Digest;
}

/** The names of the tags that belong to a manifest. */
export function accessoryTags(digest: Digest): Tag[] {
  return endings.map((ending) => `${digest.replace(':', '-')}${ending}` as Tag);
}
