import type { Descriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import type { ParsedManifest } from '../manifest.ts';
import { mediaTypes } from '../media-types.ts';
import { stepsOf } from './history-steps.ts';
import type { ImageConfig, ReadConfig } from './image-config.ts';

const configTypes: ReadonlySet<string> = new Set([mediaTypes.ociConfig, mediaTypes.dockerConfig]);

/** A manifest that was read, before it is described. */
export interface DescribedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  /** Of the manifest itself. */
  readonly sizeBytes: number;
  readonly manifest: ParsedManifest;
  /** The index in which it was looked up by its platform. */
  readonly index?: Digest;
}

/** `os/architecture[/variant]`; undefined when the index does not say, or says what builders say of attestations: that it is for no platform. */
export function platformOf({ platform }: Descriptor): string | undefined {
  if (platform === undefined) return undefined;
  const { os, architecture, variant } = platform;
  if (typeof os !== 'string' || typeof architecture !== 'string' || os === 'unknown') return undefined;
  return typeof variant === 'string' && variant !== '' ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
}

/** The entry of an index for a platform; whoever leaves out the variant means the first one. */
export function entryOfPlatform({ manifests }: ParsedManifest, platform: string): Descriptor | undefined {
  return manifests.find((entry) => {
    const own = platformOf(entry);
    return own === platform || own?.startsWith(`${platform}/`) === true;
  });
}

/** Whether a manifest is an image that runs, and no artifact that only looks like one. */
export function isImage({ kind, config, artifactType }: ParsedManifest): boolean {
  return (
    kind === 'image' &&
    config !== undefined &&
    configTypes.has(config.mediaType) &&
    (artifactType === undefined || configTypes.has(artifactType))
  );
}

/** What a pull transfers: a manifest of `sizeBytes`, its config and layers as they are stored; of an index its own manifest. */
export function totalBytesOf({ kind, config, layers }: ParsedManifest, sizeBytes: number): number {
  if (kind === 'index') return sizeBytes;
  return layers.reduce((sum, { size }) => sum + size, sizeBytes + (config?.size ?? 0));
}

/**
 * What an image, an index or an artifact is made of, as people ask for it: `platforms` of an index; `config`, `history` and `layers` of an
 * image. `read`: its config, where it has one that can be shown.
 */
export function describeImage({ digest, mediaType, sizeBytes, manifest, index }: DescribedManifest, read: ReadConfig | undefined) {
  const layers = manifest.kind === 'index' ? [] : manifest.layers;
  const platform = read === undefined ? undefined : platformOfConfig(read.config);
  return {
    digest,
    mediaType,
    kind: manifest.kind === 'index' ? ('index' as const) : isImage(manifest) ? ('image' as const) : ('artifact' as const),
    sizeBytes,
    totalBytes: totalBytesOf(manifest, sizeBytes),
    ...(index !== undefined && { index }),
    ...(platform !== undefined && { platform }),
    ...(manifest.artifactType !== undefined && { artifactType: manifest.artifactType }),
    ...(manifest.subject !== undefined && { subject: manifest.subject.digest }),
    annotations: { ...manifest.annotations },
    platforms: manifest.manifests.map(describeEntry),
    ...(manifest.config !== undefined && { configDigest: manifest.config.digest }),
    ...(read !== undefined && { config: read.config }),
    history: stepsOf(read?.history ?? [], layers).map(({ instruction, created, comment, isEmptyLayer, layer: made }) => ({
      instruction,
      isEmptyLayer,
      ...(created !== undefined && { created }),
      ...(comment !== undefined && { comment }),
      ...(made !== undefined && { layer: made.digest, sizeBytes: made.size }),
    })),
    layers: layers.map((each) => ({ digest: each.digest, mediaType: each.mediaType, sizeBytes: each.size })),
  };
}

function platformOfConfig({ os, architecture, variant }: ImageConfig): string | undefined {
  return os === undefined || architecture === undefined ? undefined : [os, architecture, variant].filter(Boolean).join('/');
}

function describeEntry(descriptor: Descriptor) {
  const { digest, mediaType, size, artifactType, annotations } = descriptor;
  const platform = platformOf(descriptor);
  return {
    digest,
    mediaType,
    sizeBytes: size,
    ...(platform !== undefined && { platform }),
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations !== undefined && { annotations: { ...annotations } }),
  };
}
