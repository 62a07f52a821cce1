import type { Descriptor, Digest, RepositoryName } from '@longshore/oci';
import { isImage, platformOf, totalBytesOf } from '@longshore/oci/image';
import { type ImageSource, readManifest } from './image-page.ts';

/** Whoever makes an index chooses how many images it lists: of more than these none is read. */
export const mostSizedPlatforms = 32;

/** Manifests of images of a hundred layers are smaller. */
const mostReadBytes = 64 * 1024;

/** What the images that an index lists for platforms weigh; nothing of those that are no images, or are large to read. */
export async function sizesOfPlatforms(
  source: ImageSource,
  repository: RepositoryName,
  entries: readonly Descriptor[],
): Promise<ReadonlyMap<Digest, number>> {
  const sizes = new Map<Digest, number>();
  const images = entries.filter((entry) => platformOf(entry) !== undefined && entry.size <= mostReadBytes);
  for (const { digest } of images.slice(0, mostSizedPlatforms)) {
    const read = await readManifest(source, repository, { digest });
    if (isImage(read.manifest)) sizes.set(digest, totalBytesOf(read.manifest, read.stored.bytes.byteLength));
  }
  return sizes;
}
