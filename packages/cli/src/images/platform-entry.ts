import type { Descriptor, ParsedManifest } from '@longshore/oci';
import { entryOfPlatform, platformOf } from '@longshore/oci/image';
import { type ImageTarget, missingImage } from './image-target.ts';

/** The image of an index for a platform. Throws what says which there are. */
export function entryFor(target: ImageTarget, index: ParsedManifest, platform: string): Descriptor {
  const entry = entryOfPlatform(index, platform);
  if (entry !== undefined) return entry;
  const known = index.manifests.flatMap((one) => platformOf(one) ?? []);
  throw missingImage(target, `image for ${platform}; there is ${known.join(', ')}`);
}
