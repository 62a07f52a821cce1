import { attachedTags, type Digest, type Tag } from '@longshore/oci';
import { type FetchedManifest, RegistryClientError } from '@longshore/oci/client';
import { parsed } from './parsed.ts';
import type { Place } from './place.ts';

/** What is attached to a manifest by tags that have its digest in their names, as cosign did before registries had referrers. */
export async function readAttached(place: Place, digest: Digest): Promise<readonly (readonly [Tag, FetchedManifest])[]> {
  const found = await Promise.all(attachedTags(digest).map(async (tag) => [tag, await manifestAt(place, tag)] as const));
  return found.flatMap(([tag, manifest]) => (manifest === undefined ? [] : [[tag, manifest] as const]));
}

/**
 * Puts what is attached under its tag; false when something else is there. Whoever attaches adds a layer, so what is there goes only for what
 * has all of its layers: a signature that was made there is not lost.
 */
export async function putAttached(place: Place, tag: Tag, manifest: FetchedManifest): Promise<boolean> {
  const there = await manifestAt(place, tag);
  if (there?.digest === manifest.digest) return true;
  const layers = new Set(parsed(manifest).layers.map(({ digest }) => digest));
  if (there !== undefined && !parsed(there).layers.every(({ digest }) => layers.has(digest))) return false;
  await place.client.putManifest(place.name, tag, { bytes: manifest.bytes, mediaType: manifest.mediaType });
  return true;
}

async function manifestAt({ client, name }: Place, tag: Tag): Promise<FetchedManifest | undefined> {
  return client.getManifest(name, tag).catch((error: unknown) => {
    if (error instanceof RegistryClientError && error.status === 404) return undefined;
    throw error;
  });
}
