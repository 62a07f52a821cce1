import { type Content, manifestFor, manifestType, randomContent, randomImage } from './content.ts';
import { PushClient } from './push-client.ts';

/** The repository that most reads are of: an ordinary one, because some registries read a file of all tags for every request. */
export const repository = 'bench/reads';
const fewTags = 10;
/** The repository of many tags: `tagName(0)` and so on. */
export const taggedRepository = 'bench/tags';
export const tagCount = 3000;
/** More repositories than a page of the catalog holds. */
const repositoryCount = 200;
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

/** The name of a tag; they sort as their numbers do. */
export function tagName(n: number): string {
  return `tag-${String(n).padStart(6, '0')}`;
}

/** Pushes it all. */
export async function loadFixture(origin: string, fixture: Fixture): Promise<void> {
  const client = new PushClient(origin);
  const { config, layer, smallBlob, largeBlob, manifests, referrers } = fixture;
  const [first] = manifests;
  const fill = async (name: string, tags: number): Promise<void> => {
    for (const { bytes, digest } of [config, layer]) await client.pushBlob(name, digest, [bytes]);
    for (let n = 0; first !== undefined && n < tags; n++) await client.pushManifest(name, tagName(n), manifestType, first.bytes);
  };
  await fill(repository, fewTags);
  for (const { bytes, digest } of [smallBlob, largeBlob]) await client.pushBlob(repository, digest, [bytes]);
  for (const { bytes, digest } of [...manifests, ...referrers]) await client.pushManifest(repository, digest, manifestType, bytes);
  await fill(taggedRepository, tagCount);
  for (let n = 0; n < repositoryCount; n++) await fill(`bench/catalog-${String(n).padStart(3, '0')}`, 1);
  client.close();
}
