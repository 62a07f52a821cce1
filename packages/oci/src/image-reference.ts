import type { Digest } from './digest.ts';
import { parseDigest } from './digest.ts';
import type { RepositoryName, Tag } from './reference.ts';
import { parseRepositoryName, parseTag } from './reference.ts';

/** An image as people write it: `host:port/name:tag@digest`, all but the name optional. Nothing is defaulted. */
export interface ImageReference {
  /** Host and optional port, as written. */
  readonly registry?: string;
  readonly name: RepositoryName;
  readonly tag?: Tag;
  readonly digest?: Digest;
}

const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const hostPattern = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:.]{2,45}\\])(?::[0-9]{1,5})?$`);
const longestHost = 259;
const longestReference = 1024;

/**
 * The parts of an image reference, or undefined. As Docker does, the first path component is a registry when it
 * contains `.` or `:`, contains an upper-case letter, or is `localhost`. Host and name together, with the slash,
 * are at most 255 characters. The text is split once from each end: a megabyte of it costs nothing.
 */
export function parseImageReference(text: string): ImageReference | undefined {
  if (text.length > longestReference) return undefined;
  const at = text.lastIndexOf('@');
  const digest = at < 0 ? undefined : parseDigest(text.slice(at + 1));
  if (at >= 0 && digest === undefined) return undefined;
  const beforeDigest = at < 0 ? text : text.slice(0, at);

  const colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1);
  const tag = colon < 0 ? undefined : parseTag(beforeDigest.slice(colon + 1));
  if (colon >= 0 && tag === undefined) return undefined;
  const path = colon < 0 ? beforeDigest : beforeDigest.slice(0, colon);

  const slash = path.indexOf('/');
  const registry = slash > 0 && looksLikeHost(path.slice(0, slash)) ? path.slice(0, slash) : undefined;
  if (registry !== undefined && !isRegistryHost(registry)) return undefined;
  const name = parseRepositoryName(registry === undefined ? path : path.slice(slash + 1));
  if (name === undefined || path.length > 255) return undefined;
  return {
    ...(registry === undefined ? {} : { registry }),
    name,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The reference as text; {@link parseImageReference} reads it back. */
export function formatImageReference({ registry, name, tag, digest }: ImageReference): string {
  const host = registry === undefined ? '' : `${registry}/`;
  return `${host}${name}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** True for `host`, `host:port`, an IPv4 address and a bracketed IPv6 address, with or without a port. */
export function isRegistryHost(text: string): boolean {
  if (text.length > longestHost || !hostPattern.test(text)) return false;
  const port = /:([0-9]+)$/.exec(text)?.[1];
  return port === undefined || Number(port) <= 65535;
}

function looksLikeHost(first: string): boolean {
  return first === 'localhost' || /[.:A-Z[]/.test(first);
}
