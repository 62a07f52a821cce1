import { type Descriptor, type Digest, isManifestProblem, parseManifest } from '@longshore/oci';
import { RegistryClientError } from '@longshore/oci/client';
import {
  ImageFiles,
  type LayerEntry,
  type LayerIndex,
  type LayerSummary,
  mostEntries,
  mostLayers,
  movedDirectories,
  shownEntry,
} from '@longshore/oci/layers';
import type { Place } from '../copy/place.ts';
import { type LayerReading, layerIndex } from './layer-content.ts';

type ShownEntry = ReturnType<typeof shownEntry>;

/** An entry, and the layer and entry that have its bytes. */
export interface FoundEntry {
  readonly shown: ShownEntry;
  readonly layer: Descriptor;
  readonly holder: LayerEntry;
}

/** An image or a layer, all of which has been read. */
export interface FileHolder {
  readonly noun: 'image' | 'layer';
  /** What lies in a directory, by name; undefined when there is no such directory. */
  list(directory: string): Promise<readonly ShownEntry[] | undefined>;
  find(path: string): Promise<FoundEntry | undefined>;
}

/** A layer, and how much is in it. */
export interface LayerHolder extends FileHolder {
  readonly whole: LayerSummary & { readonly digest: Digest; readonly sizeBytes: number };
}

/** Told how large everything is before it is read. */
export interface HolderReading extends LayerReading {
  expect(bytes: number): void;
}

/** An image of any registry, by its digest: its layers lie one over the other. */
export async function imageHolder(place: Place, digest: Digest, reading: HolderReading): Promise<FileHolder> {
  const layers = await layersOf(place, digest);
  reading.expect(layers.reduce((sum, { size }) => sum + size, 0));
  const indexes: LayerIndex[] = [];
  let entries = 0;
  for (const layer of layers) {
    const index = await layerIndex(place, layer, reading);
    entries += index.summary.entries;
    if (entries > mostEntries) throw refusal(`This image has more than ${mostEntries} files: look into its layers one by one.`);
    indexes.push(index);
  }
  const files = new ImageFiles(indexes, await movedDirectories(indexes));
  return {
    noun: 'image',
    async list(directory) {
      const { items } = await files.list(directory, { limit: Number.POSITIVE_INFINITY });
      if (items.length === 0 && directory !== '' && (await files.find(directory)) === undefined) return undefined;
      return items.map((entry) => shownEntry(entry, layers[entry.layer]?.digest));
    },
    async find(path) {
      const entry = await files.find(path);
      if (entry === undefined) return undefined;
      const holder = await files.holderOf(entry);
      return { shown: shownEntry(entry, layers[entry.layer]?.digest), layer: layers[holder.layer] as Descriptor, holder };
    },
  };
}

/** A layer of any registry, by its digest. */
export async function layerHolder(place: Place, digest: Digest, reading: HolderReading): Promise<LayerHolder> {
  const layer = await layerAlone(place, digest);
  reading.expect(layer.size);
  const index = await layerIndex(place, layer, reading);
  return {
    noun: 'layer',
    whole: { digest, sizeBytes: layer.size, ...index.summary },
    async list(directory) {
      const entries = await index.list(directory, { limit: Number.POSITIVE_INFINITY });
      if (entries.length === 0 && directory !== '' && (await index.find(directory)) === undefined) return undefined;
      return entries.map((entry) => shownEntry(entry));
    },
    async find(path) {
      const entry = await index.find(path);
      return entry && { shown: shownEntry(entry), layer, holder: entry };
    },
  };
}

async function layersOf({ client, name }: Place, digest: Digest): Promise<readonly Descriptor[]> {
  const { bytes, mediaType } = await client.getManifest(name, digest);
  const manifest = parseManifest(bytes, mediaType);
  if (isManifestProblem(manifest)) throw refusal(`This manifest cannot be read: ${manifest.problem}.`);
  if (manifest.layers.length > mostLayers) throw refusal(`This image has more than ${mostLayers} layers: look into its layers one by one.`);
  return manifest.layers;
}

async function layerAlone({ client, name }: Place, digest: Digest): Promise<Descriptor> {
  const found = await client.headBlob(name, digest);
  if (found === undefined) throw new RegistryClientError(`${name} has no layer ${digest}`, { status: 404 });
  if (found.sizeBytes === undefined) throw refusal(`The registry does not say how large ${digest} is.`);
  return { mediaType: 'application/octet-stream', digest, size: found.sizeBytes };
}

const refusal = (why: string) => new RegistryClientError(why, { status: 409 });
