import { base64Length } from './base64-length.ts';
import type { Digest } from './digest.ts';
import { classifyDigest, parseDigest } from './digest.ts';
import type { JsonObject } from './json-shape.ts';
import { isJsonObject, isStringArray, isStringMap, member } from './json-shape.ts';

/** Where a manifest's content runs; kept exactly as the publisher wrote it, so the members are unchecked. */
export type Platform = JsonObject;

/** A typed, sized pointer to content (image specification, "OCI Content Descriptors"). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Size of the content in bytes, a safe integer. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  readonly platform?: Platform;
  /** The content itself in base64; its decoded length is `size`. Whether it hashes to `digest` is not checked here. */
  readonly data?: string;
  readonly urls?: readonly string[];
}

/** The descriptor in a parsed JSON value, without members the specification does not name; undefined when invalid. */
export function parseDescriptor(value: unknown): Descriptor | undefined {
  const descriptor = readDescriptor(value);
  return typeof descriptor === 'string' ? undefined : descriptor;
}

/** The descriptor in a parsed JSON value, or a sentence saying what is wrong with it. */
export function readDescriptor(value: unknown): Descriptor | string {
  if (!isJsonObject(value)) return 'a descriptor must be an object';
  const mediaType = member(value, 'mediaType');
  if (typeof mediaType !== 'string' || mediaType === '') return 'mediaType must be a string that is not empty';
  const digestText = member(value, 'digest');
  if (typeof digestText !== 'string') return 'digest must be a string';
  const digest = parseDigest(digestText);
  if (digest === undefined) {
    const unsupported = classifyDigest(digestText) === 'unsupported-algorithm';
    return unsupported ? 'the digest algorithm is not supported: use sha256 or sha512' : 'digest is malformed';
  }
  const size = member(value, 'size');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return 'size must be a whole number of bytes below 2^53';
  const optional = readOptionalMembers(value, size);
  return typeof optional === 'string' ? optional : { mediaType, digest, size, ...optional };
}

function readOptionalMembers(value: JsonObject, size: number): Omit<Descriptor, 'mediaType' | 'digest' | 'size'> | string {
  const annotations = member(value, 'annotations');
  if (annotations !== undefined && !isStringMap(annotations)) return 'annotations must map strings to strings';
  const artifactType = member(value, 'artifactType');
  if (artifactType !== undefined && typeof artifactType !== 'string') return 'artifactType must be a string';
  const platform = member(value, 'platform');
  if (platform !== undefined && !isJsonObject(platform)) return 'platform must be an object';
  const data = member(value, 'data');
  if (data !== undefined && typeof data !== 'string') return 'data must be a string';
  if (data !== undefined && base64Length(data) !== size) return 'data must be base64 of exactly size bytes';
  const urls = member(value, 'urls');
  if (urls !== undefined && !isStringArray(urls)) return 'urls must be a list of strings';
  return {
    ...(annotations === undefined ? {} : { annotations }),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(platform === undefined ? {} : { platform }),
    ...(data === undefined ? {} : { data }),
    ...(urls === undefined ? {} : { urls }),
  };
}
