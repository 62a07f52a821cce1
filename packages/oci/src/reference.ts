import type { Digest } from './digest.ts';
import { parseDigest } from './digest.ts';
import { OciError, quoteForMessage } from './oci-error.ts';

declare const repositoryNameBrand: unique symbol;
declare const tagBrand: unique symbol;

/** A repository name by the grammar of the distribution specification ("Pulling manifests"). */
export type RepositoryName = string & { readonly [repositoryNameBrand]: true };

/** A tag, case-sensitive, 1 to 128 characters (distribution specification, "Pulling manifests"). */
export type Tag = string & { readonly [tagBrand]: true };

/** What `<tag-or-digest>` in a path stands for. */
export type Reference = { readonly kind: 'tag'; readonly tag: Tag } | { readonly kind: 'digest'; readonly digest: Digest };

const component = '[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*';
const namePattern = new RegExp(`^${component}(?:/${component})*$`);
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/**
 * The repository name in `text`, or undefined. Many clients stop at 255 characters for host, `/` and name
 * together: pass what is left for the name as `maxLength`. Text that is too long is never scanned.
 */
export function parseRepositoryName(text: string, maxLength = 255): RepositoryName | undefined {
  return text.length <= maxLength && namePattern.test(text) ? (text as RepositoryName) : undefined;
}

/** Like {@link parseRepositoryName}, but throws an OciError (NAME_INVALID). */
export function requireRepositoryName(text: string, maxLength = 255): RepositoryName {
  const name = parseRepositoryName(text, maxLength);
  if (name === undefined) throw new OciError('NAME_INVALID', `${quoteForMessage(text)} is not a repository name`);
  return name;
}

/** The tag in `text`, or undefined. */
export function parseTag(text: string): Tag | undefined {
  return tagPattern.test(text) ? (text as Tag) : undefined;
}

/** Like {@link parseTag}, but throws an OciError (TAG_INVALID). */
export function requireTag(text: string): Tag {
  const tag = parseTag(text);
  if (tag === undefined) throw new OciError('TAG_INVALID', `${quoteForMessage(text)} is not a tag`);
  return tag;
}

/** The tag or digest in `text`, undefined when it is neither (no tag contains a colon, every digest does). */
export function parseReference(text: string): Reference | undefined {
  const digest = parseDigest(text);
  if (digest !== undefined) return { kind: 'digest', digest };
  const tag = parseTag(text);
  return tag === undefined ? undefined : { kind: 'tag', tag };
}

/** The reference as it stands in a path. */
export function formatReference(reference: Reference): string {
  return reference.kind === 'tag' ? reference.tag : reference.digest;
}
