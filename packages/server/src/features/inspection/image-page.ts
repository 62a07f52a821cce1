import { type Digest, isManifestProblem, type ParsedManifest, parseManifest, type RepositoryName } from '@longshore/oci';
import { entryOfPlatform, isImage, mostConfigBytes, readConfig } from '@longshore/oci/image';
import { ApiError, notFound } from '../../management/problems.ts';
import type { StoredManifest } from '../../registry/ports/content-store.ts';
import type { ManifestReference, Registry } from '../../registry/registry.ts';

/** Manifests of images are some kilobytes; to read larger ones would hold up other requests. */
const mostManifestBytes = 1024 * 1024;

/** A manifest and what it says. */
export interface ReadManifest {
  readonly stored: StoredManifest;
  readonly manifest: ParsedManifest;
}

/** What is needed to show an image. */
export type ImageSource = Pick<Registry, 'getManifest' | 'openBlob'>;

/** Reads a manifest. Throws `ApiError` for what cannot be shown, and what the registry throws for what is not there. */
export async function readManifest(source: ImageSource, repository: RepositoryName, reference: ManifestReference): Promise<ReadManifest> {
  const stored = await source.getManifest(repository, reference);
  if (stored.bytes.byteLength > mostManifestBytes) {
    throw new ApiError('conflict', { detail: `This manifest is larger than ${mostManifestBytes} bytes: pull it to see what is in it.` });
  }
  const manifest = parseManifest(stored.bytes, stored.mediaType);
  if (isManifestProblem(manifest)) throw new ApiError('conflict', { detail: `This manifest cannot be read: ${manifest.problem}.` });
  return { stored, manifest };
}

/** As `readManifest`; of an index the image of a platform when one is named. `index`: the index that it was taken from. */
export async function readImage(
  source: ImageSource,
  repository: RepositoryName,
  reference: ManifestReference,
  platform: string | undefined,
): Promise<ReadManifest & { index?: Digest }> {
  const read = await readManifest(source, repository, reference);
  if (read.manifest.kind !== 'index' || platform === undefined) return read;
  const found = entryOfPlatform(read.manifest, platform);
  if (found === undefined) throw notFound(`image for ${platform} in this index`);
  return { ...(await readManifest(source, repository, { digest: found.digest })), index: read.stored.digest };
}

/** The config of an image; undefined when it has none that can be shown. */
export async function readImageConfig(
  source: ImageSource,
  repository: RepositoryName,
  manifest: ParsedManifest,
): Promise<ReturnType<typeof readConfig>> {
  if (!isImage(manifest) || manifest.config === undefined || manifest.config.size > mostConfigBytes) return undefined;
  const { reader, sizeBytes } = await source.openBlob(repository, manifest.config.digest);
  try {
    if (sizeBytes === 0 || sizeBytes > mostConfigBytes) return undefined;
    const pieces: Buffer[] = [];
    await reader.read(0, sizeBytes - 1, (piece) => {
      pieces.push(Buffer.from(piece));
      return undefined;
    });
    return readConfig(Buffer.concat(pieces));
  } finally {
    await reader.close();
  }
}
