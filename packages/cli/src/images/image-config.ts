import { type Digest, parseDigest } from '@longshore/oci';
import type { RegistryClient } from '@longshore/oci/client';
import { UsageError } from '../command.ts';
import { type ImageTarget, referenceOf } from './image-target.ts';

/** A descriptor as far as it is read here. */
export interface SeenDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os?: string; readonly architecture?: string; readonly variant?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest or index of the OCI image specification, or of Docker. */
export interface SeenManifest {
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config?: SeenDescriptor;
  readonly layers?: readonly SeenDescriptor[];
  readonly manifests?: readonly SeenDescriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The configuration of an image (OCI image specification, config.md). */
export interface SeenConfig {
  readonly created?: string;
  readonly architecture?: string;
  readonly os?: string;
  readonly variant?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly history?: readonly { readonly created?: string; readonly created_by?: string; readonly empty_layer?: boolean }[];
}

/** A manifest with its digest and the size of its text in bytes. */
export interface ReadManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly manifest: SeenManifest;
}

const maxConfigBytes = 8 * 1024 * 1024;

/** Reads the manifest that is meant. */
export async function readManifest(client: RegistryClient, target: ImageTarget, digest?: Digest): Promise<ReadManifest> {
  const { digest: found, mediaType, bytes } = await client.getManifest(target.name, digest ?? referenceOf(target));
  return { digest: found, mediaType, manifest: JSON.parse(new TextDecoder().decode(bytes)) as SeenManifest };
}

/** `linux/arm64/v8`; empty for what has no platform. */
export function platformText({ os, architecture, variant }: NonNullable<SeenDescriptor['platform']> = {}): string {
  return [os, architecture, variant].filter((part) => part !== undefined && part !== '').join('/');
}

/**
 * The image of one platform: the manifest itself unless it is an index, of which the entry for `platform` is taken, or its only one.
 * Throws a UsageError that lists the platforms when it cannot be told which.
 */
export async function imageOfPlatform(client: RegistryClient, target: ImageTarget, platform: string | undefined): Promise<ReadManifest> {
  const read = await readManifest(client, target);
  const { manifests } = read.manifest;
  if (manifests === undefined) return read;
  // Builders add attestations to an index under this platform.
  const images = manifests.filter((one) => platformText(one.platform) !== 'unknown/unknown');
  const known = images.map((one) => platformText(one.platform));
  const fits = platform === undefined ? images : images.filter((_, at) => known[at] === platform || known[at]?.startsWith(`${platform}/`));
  const [only, ...more] = fits;
  const digest = only === undefined || more.length > 0 ? undefined : parseDigest(only.digest);
  if (digest === undefined) throw new UsageError(`this is an image for several platforms; name one with --platform: ${known.join(', ')}`);
  return readManifest(client, target, digest);
}

/** Reads the configuration that a manifest names; undefined for one without, such as an artifact's. */
export async function readConfig(
  client: RegistryClient,
  { name }: ImageTarget,
  { manifest }: ReadManifest,
): Promise<SeenConfig | undefined> {
  const { config } = manifest;
  const digest = config === undefined ? undefined : parseDigest(config.digest);
  if (config === undefined || digest === undefined || !/\.image\.(config\.)?v1\+json$|container\.image\.v1\+json$/.test(config.mediaType))
    return undefined;
  if (config.size > maxConfigBytes)
    throw new Error(`the configuration of this image has ${config.size} bytes; ${maxConfigBytes} are read at most`);
  const { body } = await client.getBlob(name, digest);
  const bytes = new Uint8Array(config.size);
  let at = 0;
  for await (const piece of body) {
    if (at + piece.length > config.size) throw new Error('the configuration of this image is longer than its manifest says');
    bytes.set(piece, at);
    at += piece.length;
  }
  const hashed = Buffer.from(await crypto.subtle.digest(digest.startsWith('sha512:') ? 'SHA-512' : 'SHA-256', bytes)).toString('hex');
  if (at !== config.size || !digest.endsWith(`:${hashed}`))
    throw new Error(`the configuration of this image does not have the digest ${digest}`);
  return JSON.parse(new TextDecoder().decode(bytes)) as SeenConfig;
}
