import type { Descriptor, ParsedManifest } from '@longshore/oci';
import { entryOfPlatform, platformOf } from '@longshore/oci/image';
import { type ImageTarget, missingImage } from './image-target.ts';

/** Builders add attestations to an index under this platform. */
export const noPlatform = 'unknown/unknown';

/** The image of an index for a platform. Throws what says which there are. */
export function entryFor(target: ImageTarget, index: ParsedManifest, platform: string): Descriptor {
  const entry = entryOfPlatform(index, platform);
  if (entry !== undefined) return entry;
  const known = index.manifests.map(platformOf).filter((one) => one !== undefined && one !== noPlatform);
  throw missingImage(target, `image for ${platform}; there is ${known.join(', ')}`);
}
