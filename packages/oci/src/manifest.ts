import type { Descriptor } from './descriptor.ts';
import type { ErrorCode } from './error-codes.ts';
import type { JsonObject } from './json-shape.ts';
import { isJsonObject, isStringMap, jsonDepth, member } from './json-shape.ts';
import type { ManifestContent } from './manifest-content.ts';
import { readImageContent, readIndexContent, readOtherContent } from './manifest-content.ts';
import { isIndexType, isManifestType, isMediaType, isSchema1, mediaTypeOf } from './media-types.ts';

/** The deepest nesting of objects and arrays a manifest may have. */
export const maxManifestDepth = 64;

/** A manifest as far as a registry needs to understand it; the bytes themselves are what is stored. */
export interface ParsedManifest {
  /** 'other' is any media type without rules of its own: what looks like a descriptor in it is reported. */
  readonly kind: 'image' | 'index' | 'other';
  readonly mediaType: string;
  /** The effective artifact type: `artifactType`, else for anything but an index `config.mediaType`. */
  readonly artifactType?: string;
  readonly config?: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Why a body is not an acceptable manifest: a sentence for people, and the code to answer. */
export interface ManifestProblem {
  readonly problem: string;
  readonly code: ErrorCode;
}

/** True when {@link parseManifest} found a problem. */
export function isManifestProblem(result: ParsedManifest | ManifestProblem): result is ManifestProblem {
  return 'problem' in result;
}

/**
 * Reads a manifest body under the rules of the distribution specification ("Pushing Manifests") and the image
 * specification. `contentType` is the request's header, empty when absent: then the body's mediaType counts. Never
 * throws. Limits: nesting of {@link maxManifestDepth}, `maxManifestDescriptors`; the caller bounds the bytes.
 */
export function parseManifest(bytes: Uint8Array, contentType: string): ParsedManifest | ManifestProblem {
  if (jsonDepth(bytes, maxManifestDepth) > maxManifestDepth) return invalid(`the manifest nests deeper than ${maxManifestDepth} levels`);
  const body = parseJson(bytes);
  if (!isJsonObject(body)) return invalid('the manifest is not a JSON object in UTF-8');
  if (member(body, 'fsLayers') !== undefined) return invalid(schema1Refusal);
  const mediaType = agreeOnMediaType(body, mediaTypeOf(contentType));
  if (typeof mediaType !== 'string') return mediaType;
  const unsuitable = refuseAmbiguous(body, mediaType);
  if (unsuitable !== undefined) return invalid(unsuitable);

  const kind = isManifestType(mediaType) ? 'image' : isIndexType(mediaType) ? 'index' : 'other';
  const content = contentReaders[kind](body);
  if (typeof content === 'string') return invalid(content);
  const annotations = member(body, 'annotations');
  if (annotations !== undefined && !isStringMap(annotations)) return invalid('annotations must map strings to strings');
  const ownType = member(body, 'artifactType');
  if (ownType !== undefined && typeof ownType !== 'string') return invalid('artifactType must be a string');
  const artifactType = ownType || (kind === 'index' ? undefined : content.config?.mediaType);
  if (artifactType?.includes('\0') === true) return invalid('artifactType and config.mediaType must be media types (RFC 6838)');
  return {
    kind,
    mediaType,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...content,
    ...(annotations === undefined ? {} : { annotations }),
  };
}

const schema1Refusal = 'Docker image manifest schema 1 is not supported: push again with a current client';

const contentReaders: Readonly<Record<ParsedManifest['kind'], (body: JsonObject) => ManifestContent | string>> = {
  image: readImageContent,
  index: readIndexContent,
  other: readOtherContent,
};

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

function agreeOnMediaType(body: JsonObject, announced: string): string | ManifestProblem {
  const own = member(body, 'mediaType');
  if (own !== undefined && typeof own !== 'string') return invalid('mediaType must be a string');
  if (own && announced && own.toLowerCase() !== announced.toLowerCase()) {
    return invalid('the mediaType in the manifest is not the Content-Type it was sent with');
  }
  const mediaType = own || announced;
  if (!mediaType) return invalid('neither Content-Type nor mediaType says what kind of manifest this is');
  return isMediaType(mediaType) ? mediaType : invalid('the media type of the manifest is malformed');
}

/** A body that two readers could take for two different things must not be stored at all. */
function refuseAmbiguous(body: JsonObject, mediaType: string): string | undefined {
  const version = member(body, 'schemaVersion');
  const known = isManifestType(mediaType) || isIndexType(mediaType);
  if (isSchema1(mediaType) || (known && version === 1)) return schema1Refusal;
  if (known && version !== undefined && version !== 2) return 'schemaVersion must be 2';
  const ofImage = member(body, 'config') !== undefined || member(body, 'layers') !== undefined;
  if (ofImage && member(body, 'manifests') !== undefined) return 'the manifest has the fields of both an image and an index';
  return undefined;
}

function invalid(problem: string): ManifestProblem {
  return { problem, code: 'MANIFEST_INVALID' };
}
