import { type Content, manifestFor, manifestType, randomContent, randomImage } from './content.ts';
import { PushClient } from './push-client.ts';

/** The repository that all reads are of. */
export const repository = 'bench/reads';
/** The tags of that repository are `tag-0000` and so on. */
const tagCount = 3000;
/** Several manifests, so that a tag that is written nearly always moves. */
export const movingManifests = 16;

const referrerCount = 10;
const largeBlobBytes = 95 * 2 ** 20;
const smallBlobBytes = 64 * 2 ** 10;

/** What every contender holds before it is measured: the same bytes for all. */
export interface Fixture {
  readonly manifests: readonly Content[];
  readonly config: Content;
  readonly layer: Content;
  readonly smallBlob: Content;
  readonly largeBlob: Content;
  readonly referrers: readonly Content[];
  /** What the referrers refer to. */
  readonly subject: string;
}

/** Makes the bytes and their digests. */
export function makeFixture(): Fixture {
  const { config, layer, manifest } = randomImage(10_240);
  const manifests = Array.from({ length: movingManifests }, (_, n) => manifestFor(config, layer, { annotations: { n: String(n) } }));
  const subject = { mediaType: manifestType, digest: manifest.digest, size: manifest.bytes.length };
  const refer = (n: number): Content =>
    manifestFor(config, layer, { artifactType: 'application/vnd.example.signature', subject, annotations: { n: String(n) } });
  return {
    manifests: [...manifests, manifest],
    config,
    layer,
    smallBlob: randomContent(smallBlobBytes),
    largeBlob: randomContent(largeBlobBytes),
    referrers: Array.from({ length: referrerCount }, (_, n) => refer(n)),
    subject: manifest.digest,
  };
}

/** The name of a tag of the repository. */
export function tagName(n: number): string {
  return `tag-${String(n % tagCount).padStart(4, '0')}`;
}

/** Pushes it all. */
export async function loadFixture(origin: string, fixture: Fixture): Promise<void> {
  const client = new PushClient(origin);
  const { config, layer, smallBlob, largeBlob, manifests, referrers } = fixture;
  for (const { bytes, digest } of [config, layer, smallBlob, largeBlob]) await client.pushBlob(repository, digest, [bytes]);
  for (const { bytes, digest } of [...manifests, ...referrers]) await client.pushManifest(repository, digest, manifestType, bytes);
  const [first] = manifests;
  for (let n = 0; first !== undefined && n < tagCount; n++) await client.pushManifest(repository, tagName(n), manifestType, first.bytes);
  client.close();
}
