import type { Digest, RepositoryName } from '@longshore/oci';
import { ImageFiles, type LayerIndex, mostLayers, movedDirectories } from '@longshore/oci/layers';
import { ApiError, notFound } from '../../management/problems.ts';
import type { KnownMoves } from '../../registry/known-moves.ts';
import type { ContentStore } from '../../registry/ports/content-store.ts';
import { type LayerBlob, LayerError, type LayerProgress, type LayerStore } from '../../registry/ports/layer-store.ts';
import type { Registry } from '../../registry/registry.ts';
import { type ImageSource, readManifest } from './image-page.ts';

/** How long a request waits for layers that are looked into for the first time before it says how far that is. */
const waitMs = 1500;

/** What is needed to look into layers. */
export interface LayerSource {
  readonly registry: ImageSource & Pick<Registry, 'openBlob'>;
  readonly content: Pick<ContentStore, 'findBlob'>;
  readonly layers: LayerStore;
}

/** Layers that are still being read: bytes of all of them together. */
export class StillReading {
  readonly progress: LayerProgress;

  constructor(progress: LayerProgress) {
    this.progress = progress;
  }
}

/** A blob of a repository as something to look into. Throws what says that the repository has none. */
export async function layerOf({ registry, content }: LayerSource, repository: RepositoryName, digest: Digest): Promise<LayerBlob> {
  const blob = await content.findBlob(repository, digest);
  if (blob === undefined) throw notFound('layer');
  return { digest, sizeBytes: blob.sizeBytes, open: async () => (await registry.openBlob(repository, digest)).reader };
}

/** The layers of an image, the lowest first. */
export async function layersOf(source: LayerSource, repository: RepositoryName, digest: Digest): Promise<readonly LayerBlob[]> {
  const { manifest } = await readManifest(source.registry, repository, { digest });
  if (manifest.kind === 'index') {
    throw new ApiError('conflict', { detail: 'This is an index, and has no files of its own: name the image of one of its platforms.' });
  }
  if (manifest.layers.length > mostLayers) {
    throw new ApiError('conflict', { detail: `This image has more than ${mostLayers} layers: look into its layers one by one.` });
  }
  const layers: LayerBlob[] = [];
  for (const layer of manifest.layers) layers.push(await layerOf(source, repository, layer.digest));
  return layers;
}

/** Does something with the index of a layer, or says how far its first reading is. */
export async function withIndex<T>(
  { layers }: LayerSource,
  layer: LayerBlob,
  use: (index: LayerIndex) => Promise<T>,
): Promise<T | StillReading> {
  const found = await looked(() => layers.look(layer, waitMs));
  if (!('summary' in found)) return new StillReading(found);
  try {
    return await use(found);
  } finally {
    await found.close();
  }
}

/** An image of these layers, the lowest first. */
export interface LayeredImage {
  readonly digest: Digest;
  readonly blobs: readonly LayerBlob[];
  readonly moves: KnownMoves;
}

/** The same with all files of an image. */
export async function withImage<T>(
  { layers }: LayerSource,
  { digest, blobs, moves }: LayeredImage,
  use: (files: ImageFiles) => Promise<T>,
): Promise<T | StillReading> {
  const open: LayerIndex[] = [];
  const until = performance.now() + waitMs;
  try {
    for (const [at, blob] of blobs.entries()) {
      const found = await looked(() => layers.look(blob, Math.max(0, until - performance.now())));
      if (!('summary' in found)) return new StillReading(progressOf(blobs, at, found));
      open.push(found);
    }
    return await use(new ImageFiles(open, await moves.of(digest, () => movedDirectories(open))));
  } finally {
    for (const index of open) await index.close();
  }
}

/** Layers before this one have been read. */
function progressOf(blobs: readonly LayerBlob[], at: number, { readBytes }: LayerProgress): LayerProgress {
  const sum = (some: readonly LayerBlob[]) => some.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
  return { readBytes: sum(blobs.slice(0, at)) + readBytes, sizeBytes: sum(blobs) };
}

/** What the layer store refuses, as the API says it. */
export async function looked<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof LayerError)) throw error;
    if (error.reason === 'unreadable') throw new ApiError('conflict', { detail: error.message, cause: error });
    throw new ApiError('unavailable', { detail: error.message, headers: { 'Retry-After': '10' }, cause: error });
  }
}
