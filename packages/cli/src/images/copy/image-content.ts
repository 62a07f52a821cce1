import { type Descriptor, type Digest, isNonDistributable, type Tag } from '@longshore/oci';
import type { FetchedManifest } from '@longshore/oci/client';
import { readAttached } from './attached-tags.ts';
import { parsed } from './parsed.ts';
import type { Place } from './place.ts';

/** Manifests are held in memory until their blobs are there; an image has some kilobytes of them. */
const mostManifestBytes = 64 * 1024 * 1024;
/** Each is asked for by itself, and an index of indexes could go on for days. Large images have some hundreds, with all that refers to them. */
const mostManifests = 10_000;

/** Everything that images are made of, each part once. */
export interface ImageContent {
  /** In an order in which a registry takes them: what an index names before it, a subject before what refers to it. */
  readonly manifests: readonly FetchedManifest[];
  readonly blobs: readonly Descriptor[];
  /** Which of the manifests are attached to another, by the tags that do it. */
  readonly attached: ReadonlyMap<Tag, Digest>;
}

/**
 * Reads the manifests of an image or an index, and with `referrers` those of everything that refers to one of them (signatures, SBOMs,
 * attestations, and what refers to these), and of what cosign's tags attach to it. Layers that a registry need not hold are left where they are.
 */
export async function readImageContent(place: Place, top: FetchedManifest, { referrers = false }): Promise<ImageContent> {
  const { client, name } = place;
  const manifests = new Map<Digest, FetchedManifest>();
  const attached = new Map<Tag, Digest>();
  const blobs = new Map<Digest, Descriptor>();
  let [manifestCount, manifestBytes] = [0, 0];
  const addDigest = async (digest: Digest): Promise<void> => {
    if (!manifests.has(digest)) await add(await client.getManifest(name, digest));
  };
  async function add(read: FetchedManifest): Promise<void> {
    manifestBytes += read.bytes.length;
    manifestCount += 1;
    if (manifestCount > mostManifests) throw new Error(`this image has more than ${mostManifests} manifests`);
    if (manifestBytes > mostManifestBytes) throw new Error(`this image has more than ${mostManifestBytes} bytes of manifests`);
    const { config, layers, manifests: entries } = parsed(read);
    for (const { digest } of entries) await addDigest(digest);
    for (const blob of config === undefined ? layers : [config, ...layers]) {
      if (!isNonDistributable(blob.mediaType)) blobs.set(blob.digest, blob);
    }
    manifests.set(read.digest, read);
    if (!referrers) return;
    for (const { digest } of await client.listReferrers(name, read.digest)) await addDigest(digest);
    for (const [tag, manifest] of await readAttached(place, read.digest)) {
      attached.set(tag, manifest.digest);
      if (!manifests.has(manifest.digest)) await add(manifest);
    }
  }
  await add(top);
  return { manifests: [...manifests.values()], blobs: [...blobs.values()], attached };
}
