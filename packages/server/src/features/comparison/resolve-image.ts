import {
  type Descriptor,
  type Digest,
  isManifestProblem,
  isNonDistributable,
  type ParsedManifest,
  parseDigest,
  parseManifest,
  parseTag,
  type RepositoryName,
} from '@longshore/oci';
import { entryOfPlatform, platformOf } from '@longshore/oci/image';
import { ApiError, notFound } from '../../management/problems.ts';
import type { ContentStore } from '../../registry/ports/content-store.ts';

/** An image that somebody names: by a tag or a digest, of an index the one for a platform. */
export interface NamedImage {
  readonly repository: RepositoryName;
  readonly reference: string;
  /** `os/architecture` or `os/architecture/variant`. */
  readonly platform?: string | undefined;
}

/** The image that it is. */
export interface ResolvedImage {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  /** What the index says that it is for. */
  readonly platform: string | undefined;
}

/** What is compared, and how its parts are found. */
export interface ImageParts {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** The platform that most people mean who name none. */
const usual = 'linux/amd64';
/** A manifest is read between other requests. */
const mostManifestBytes = 1024 * 1024;

/** Finds the image. Throws an `ApiError` that says what there is instead. */
export async function resolveImage(content: ContentStore, { repository, reference, platform }: NamedImage): Promise<ResolvedImage> {
  const { digest, manifest } = await readManifest(content, repository, reference);
  if (manifest.kind !== 'index') {
    requireImage(manifest, repository);
    return { repository, digest, platform: undefined };
  }
  const platforms = manifest.manifests.flatMap((child) => platformOf(child) ?? []);
  const wanted = platform ?? (platforms.length === 1 ? platforms[0] : undefined) ?? usual;
  const found = entryOfPlatform(manifest, wanted);
  if (found === undefined) {
    const names = platforms.slice(0, 20).join(', ');
    const detail = `'${repository}' has no image for ${wanted} there. Name one of its platforms: ${names || 'it has none'}.`;
    throw new ApiError('conflict', { detail });
  }
  return { repository, digest: found.digest, platform: platformOf(found) };
}

/** Configuration and layers of an image that was resolved before; undefined when it is gone. */
export async function findParts(content: ContentStore, repository: RepositoryName, digest: Digest): Promise<ImageParts | undefined> {
  const stored = await content.findManifest(repository, { digest });
  if (stored === undefined) return undefined;
  const manifest = parseManifest(stored.bytes, stored.mediaType);
  if (isManifestProblem(manifest) || manifest.config === undefined) return undefined;
  return { config: manifest.config, layers: manifest.layers };
}

async function readManifest(content: ContentStore, repository: RepositoryName, reference: string) {
  const digest = parseDigest(reference);
  const tag = digest === undefined ? parseTag(reference) : undefined;
  const found = digest !== undefined ? { digest } : tag !== undefined ? { tag } : undefined;
  const stored = found && (await content.findManifest(repository, found));
  if (stored === undefined) throw notFound(`image '${reference}' in '${repository}'`);
  if (stored.bytes.byteLength > mostManifestBytes) throw notComparable(repository, 'its manifest is larger than any image has');
  const manifest = parseManifest(stored.bytes, stored.mediaType);
  if (isManifestProblem(manifest)) throw notComparable(repository, manifest.problem);
  return { digest: stored.digest, manifest };
}

function requireImage({ kind, config, layers }: ParsedManifest, repository: string): void {
  const isImage =
    kind === 'image' && (config?.mediaType.endsWith('.image.config.v1+json') || config?.mediaType.includes('container.image'));
  if (isImage !== true) throw notComparable(repository, 'it is an artifact that has no files to compare');
  if (layers.some(({ mediaType }) => isNonDistributable(mediaType)))
    throw notComparable(repository, 'it has layers that are not kept in registries');
}

const notComparable = (repository: string, why: string) =>
  new ApiError('conflict', { detail: `What '${repository}' has there cannot be compared: ${why}. Choose an image.` });
