import type { Descriptor } from '../descriptor.ts';
import { parseDescriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import { member } from '../json-shape.ts';
import type { ParsedManifest } from '../manifest.ts';
import { isManifestProblem, parseManifest } from '../manifest.ts';
import { mediaTypes } from '../media-types.ts';
import type { RepositoryName } from '../reference.ts';
import { indexBodyOf, parseReferrersIndex, referrersTag } from '../referrers.ts';
import { protocolError, RegistryClientError } from './error.ts';
import { getManifest, putManifest } from './manifests.ts';
import type { CallOptions } from './options.ts';
import { pagesOf } from './pages.ts';
import type { Transport } from './transport.ts';
import { repositoryScope } from './transport.ts';

/** What listing referrers may be told: only those of one artifact type. */
export interface ReferrersOptions extends CallOptions {
  readonly artifactType?: string;
}

/**
 * The referrers of a manifest, from the API or, where that answers 404, from the referrers tag (distribution
 * specification, "Listing Referrers"). The filter is applied here as well, since a registry may ignore it. They are held in memory: more
 * than eight of the largest manifests say of them is a protocol error.
 */
export async function listReferrers(
  transport: Transport,
  name: RepositoryName,
  subject: Digest,
  maxManifestBytes: number,
  options: ReferrersOptions = {},
): Promise<readonly Descriptor[]> {
  const { artifactType } = options;
  const query = artifactType === undefined ? '' : `?artifactType=${encodeURIComponent(artifactType)}`;
  const found: Descriptor[] = [];
  let leftBytes = 8 * maxManifestBytes;
  try {
    const scope = repositoryScope(name, 'pull');
    for await (const { body, sizeBytes, answer } of pagesOf(transport, `v2/${name}/referrers/${subject}${query}`, scope, options)) {
      leftBytes -= sizeBytes;
      if (leftBytes < 0) throw protocolError(`${answer.url.host} lists referrers of ${subject} without end`);
      const manifests = member(body, 'manifests');
      if (Array.isArray(manifests)) found.push(...manifests.map(parseDescriptor).filter((entry) => entry !== undefined));
    }
  } catch (error) {
    if (!(error instanceof RegistryClientError) || error.status !== 404) throw error;
    found.push(...((await readTag(transport, name, subject, maxManifestBytes, options)) ?? []));
  }
  return artifactType === undefined ? found : found.filter((entry) => entry.artifactType === artifactType);
}

/**
 * Adds a pushed manifest to the referrers tag of its subject, for a registry that does not keep referrers itself
 * (distribution specification, "Pushing Manifests with Subject"). A tag that holds something else is left alone and
 * thrown as a RegistryClientError. Two clients at once can lose an entry: the protocol has no remedy.
 */
export async function addReferrerByTag(
  transport: Transport,
  name: RepositoryName,
  pushed: { readonly digest: Digest; readonly bytes: Uint8Array; readonly mediaType: string },
  maxManifestBytes: number,
  options: CallOptions = {},
): Promise<void> {
  const manifest = parseManifest(pushed.bytes, pushed.mediaType);
  if (isManifestProblem(manifest) || manifest.subject === undefined) return;
  const subject = manifest.subject.digest;
  const listed = await readTag(transport, name, subject, maxManifestBytes, options);
  if (listed === undefined) throw protocolError(`the tag ${referrersTag(subject)} holds something other than an index`);
  if (listed.some(({ digest }) => digest === pushed.digest)) return;
  const index = indexBodyOf([...listed, referrerOf(manifest, pushed)]);
  const bytes = new TextEncoder().encode(JSON.stringify(index));
  await putManifest(transport, name, referrersTag(subject), { bytes, mediaType: mediaTypes.ociIndex, ...options });
}

function referrerOf(
  { mediaType, artifactType, annotations }: ParsedManifest,
  { digest, bytes }: { readonly digest: Digest; readonly bytes: Uint8Array },
): Descriptor {
  return {
    mediaType,
    digest,
    size: bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

/** What is listed under the referrers tag: nothing when there is no tag, undefined when it is not an index. */
async function readTag(
  transport: Transport,
  name: RepositoryName,
  subject: Digest,
  maxManifestBytes: number,
  options: CallOptions,
): Promise<readonly Descriptor[] | undefined> {
  try {
    const { bytes, mediaType } = await getManifest(transport, name, referrersTag(subject), maxManifestBytes, options);
    return parseReferrersIndex(bytes, mediaType);
  } catch (error) {
    if (error instanceof RegistryClientError && error.status === 404) return [];
    throw error;
  }
}
