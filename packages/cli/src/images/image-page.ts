import { type Descriptor, type Digest, isManifestProblem, type ParsedManifest, parseManifest } from '@longshore/oci';
import type { RegistryClient } from '@longshore/oci/client';
import { describeImage, isImage, mostConfigBytes, type ReadConfig, readConfig } from '@longshore/oci/image';
import { callOperation } from '../api/call-operation.ts';
import { operationOf } from '../api/operation.ts';
import { UsageError } from '../command.ts';
import { registryClientOf } from '../connection/connect.ts';
import { isLongshore } from '../connection/is-longshore.ts';
import { type ImageTarget, manifestOf, referenceOf } from './image-target.ts';
import { entryFor } from './platform-entry.ts';

/** What an image, an index or an artifact is made of: what the management API answers, for the images of other registries as well. */
export type ImagePage = ReturnType<typeof describeImage>;

/**
 * Reads what is meant; of an index the image of `platform` when one is named. A Longshore is asked through its API, which counts as no
 * pull; any other registry for manifest and configuration.
 */
export async function readImagePage(target: ImageTarget, platform: string | undefined): Promise<ImagePage> {
  const { connection, name } = target;
  if (!(await isLongshore(connection))) return readFromRegistry(registryClientOf(connection), target, platform);
  const values = { path: { repository: name, reference: referenceOf(target) }, query: { platform } };
  return (await (await callOperation(operationOf('getImage'), values, connection)).json()) as ImagePage;
}

/** As `readImagePage`, but never an index: of one with a single platform the image for it. Throws a UsageError that lists several. */
export async function readSingleImage(target: ImageTarget, platform: string | undefined): Promise<ImagePage> {
  const page = await readImagePage(target, platform);
  if (page.kind !== 'index') return page;
  const known = [...new Set(page.platforms.flatMap(({ platform }) => platform ?? []))];
  const [only, ...more] = known;
  if (only === undefined || more.length > 0)
    throw new UsageError(`this is an image for several platforms; name one with --platform: ${known.join(', ')}`);
  return readImagePage(target, only);
}

async function readFromRegistry(client: RegistryClient, target: ImageTarget, platform: string | undefined): Promise<ImagePage> {
  const top = await readManifest(client, target, referenceOf(target));
  if (top.manifest.kind !== 'index' || platform === undefined) return describeImage(top, await configOf(client, target, top.manifest));
  const read = await readManifest(client, target, entryFor(target, top.manifest, platform).digest);
  return describeImage({ ...read, index: top.digest }, await configOf(client, target, read.manifest));
}

async function readManifest(client: RegistryClient, target: ImageTarget, reference: Parameters<RegistryClient['getManifest']>[1]) {
  const { digest, mediaType, bytes } = await manifestOf(target, client, reference);
  const manifest = parseManifest(bytes, mediaType);
  if (isManifestProblem(manifest)) throw new Error(`the manifest ${digest} cannot be read: ${manifest.problem}`);
  return { digest, mediaType, sizeBytes: bytes.length, manifest };
}

/** The configuration of an image; undefined for what is none, such as an artifact. */
async function configOf(client: RegistryClient, { name }: ImageTarget, manifest: ParsedManifest): Promise<ReadConfig | undefined> {
  const { config } = manifest;
  if (!isImage(manifest) || config === undefined || config.size > mostConfigBytes) return undefined;
  return readConfig(await blobOf(client, name, config));
}

/** The configuration of an image as it is stored; of what has none, or one that is too large to look at, no bytes. */
export async function rawConfigOf(target: ImageTarget, digest: Digest): Promise<Uint8Array> {
  const client = registryClientOf(target.connection);
  const { config } = (await readManifest(client, target, digest)).manifest;
  return config === undefined || config.size > mostConfigBytes ? new Uint8Array() : blobOf(client, target.name, config);
}

async function blobOf(client: RegistryClient, name: ImageTarget['name'], { digest, size }: Descriptor): Promise<Uint8Array> {
  const { body } = await client.getBlob(name, digest);
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const piece of body) {
    if (at + piece.length > size) throw new Error(`the blob ${digest} is longer than its manifest says`);
    bytes.set(piece, at);
    at += piece.length;
  }
  const hashed = Buffer.from(await crypto.subtle.digest(digest.startsWith('sha512:') ? 'SHA-512' : 'SHA-256', bytes)).toString('hex');
  if (at !== size || !digest.endsWith(`:${hashed}`)) throw new Error(`what was received does not have the digest ${digest}`);
  return bytes;
}
