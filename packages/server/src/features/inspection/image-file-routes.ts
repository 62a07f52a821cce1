import { shownEntry } from '@longshore/oci/layers';
import type { Route } from '../../management/route.ts';
import { KnownMoves } from '../../registry/known-moves.ts';
import type { LayerBlob } from '../../registry/ports/layer-store.ts';
import { type FileSource, storedFile } from './file-bytes.ts';
import { type FileHolders, fileRoutes } from './file-routes.ts';
import { layersOf, StillReading, withImage } from './layer-source.ts';

/** What is in an image when its layers lie one over the other. */
export function imageFileRoutes(source: FileSource): Route[] {
  return fileRoutes(source, imagesOf(source));
}

function imagesOf(source: FileSource): FileHolders {
  const moves = new KnownMoves();
  return {
    tag: 'images',
    name: 'image',
    operations: { list: 'listImageFiles', text: 'getImageFile', download: 'downloadImageFile' },
    lists: 'What lies in a directory of an image, by name, and which layer each entry is from',
    list: async ({ repository, digest }, directory, page) => {
      const layers = await layersOf(source, repository, digest);
      return withImage(source, { digest, blobs: layers, moves }, async (files) => {
        const { items, more } = await files.list(directory, page);
        if (items.length === 0 && directory !== '' && (await files.find(directory)) === undefined) return undefined;
        return { items: items.map((entry) => shownEntry(entry, layers[entry.layer]?.digest)), more };
      });
    },
    find: async ({ repository, digest }, path) => {
      const layers = await layersOf(source, repository, digest);
      const found = await withImage(source, { digest, blobs: layers, moves }, async (files) => {
        const entry = await files.find(path);
        return entry && { entry, holder: await files.holderOf(entry) };
      });
      if (found === undefined || found instanceof StillReading) return found;
      const { entry, holder } = found;
      const file = storedFile(repository, layers[holder.layer] as LayerBlob, holder);
      return { shown: shownEntry(entry, layers[entry.layer]?.digest), file };
    },
  };
}
