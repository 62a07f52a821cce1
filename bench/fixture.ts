import { type Content, manifestFor, manifestType, randomContent, randomImage } from './content.ts';
import { type ContentSize, partsOf, type TagRange, tagName } from './content-size.ts';
import { PushClient } from './push-client.ts';

/** The repository that most reads are of: an ordinary one, because some registries read a file of all tags for every request. */
export const repository = 'bench/reads';
const fewTags = 10;
/** Several manifests, so that a tag that is written nearly always moves. */
export const movingManifests = 16;

const referrerCount = 10;
const largeBlobBytes = 95 * 2 ** 20;
const smallBlobBytes = 64 * 2 ** 10;
const loadingClients = 8;
const reportedTags = 100_000;

/** What a contender holds before it is measured: the same bytes for all. */
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

/** Pushes it all, and as many repositories and tags as the size says. */
export async function loadFixture(origin: string, fixture: Fixture, size: ContentSize, report: (line: string) => void): Promise<void> {
  const { config, layer, smallBlob, largeBlob, manifests, referrers } = fixture;
  const [first] = manifests;
  const client = new PushClient(origin);
  for (const { bytes, digest } of [config, layer, smallBlob, largeBlob]) await client.pushBlob(repository, digest, [bytes]);
  // All of it is tagged or belongs to what is, or garbage collection would take it.
  const blobs = manifestFor(smallBlob, largeBlob, {});
  for (const [n, { bytes }] of [...manifests, blobs].entries()) await client.pushManifest(repository, `kept-${n}`, manifestType, bytes);
  for (const { bytes, digest } of referrers) await client.pushManifest(repository, digest, manifestType, bytes);
  for (let n = 0; first && n < fewTags; n++) await client.pushManifest(repository, tagName(n), manifestType, first.bytes);
  client.close();
  await loadTags(origin, fixture, size, report);
}

/** Several clients take one piece of the work after the other. */
async function loadTags(origin: string, fixture: Fixture, size: ContentSize, report: (line: string) => void): Promise<void> {
  const parts = partsOf(size);
  const total = size.repositories * size.tagsEach + size.tagsInOne;
  let tags = 0;
  const load = async (): Promise<void> => {
    const client = new PushClient(origin);
    for (const part of parts) {
      await pushTags(client, fixture, part, size.tagsPerRequest);
      const before = Math.floor(tags / reportedTags);
      tags += part.count;
      if (Math.floor(tags / reportedTags) > before) report(`  ${tags.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} tags`);
    }
    client.close();
  };
  await Promise.all(Array.from({ length: loadingClients }, load));
}

/** Some tags of one repository, which may be empty yet; tags that go up in one request point at a manifest of their own. */
async function pushTags(client: PushClient, fixture: Fixture, { name, from, count }: TagRange, tagsPerRequest: number): Promise<void> {
  const { config, layer, manifests } = fixture;
  const [first = config] = manifests;
  for (const { bytes, digest } of [config, layer]) await client.pushBlob(name, digest, [bytes], repository);
  for (let n = from; n < from + count; n += tagsPerRequest) {
    if (tagsPerRequest === 1) {
      await client.pushManifest(name, tagName(n), manifestType, first.bytes);
    } else {
      const { bytes, digest } = manifestFor(config, layer, { annotations: { repository: name, n: String(n) } });
      const tags = Array.from({ length: Math.min(tagsPerRequest, from + count - n) }, (_, offset) => `tag=${tagName(n + offset)}`);
      await client.pushManifest(name, `${digest}?${tags.join('&')}`, manifestType, bytes);
    }
  }
}
