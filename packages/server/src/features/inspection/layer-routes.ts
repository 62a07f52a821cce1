import { shownEntry } from '@longshore/oci/layers';
import { digest, repositoryName } from '../../management/names.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import { type FileSource, storedFile } from './file-bytes.ts';
import { type FileHolders, fileRoutes } from './file-routes.ts';
import { layerPage, reading, showLayer, showReading } from './file-schemas.ts';
import { onRepository } from './image-routes.ts';
import { layerOf, StillReading, withIndex } from './layer-source.ts';

/** What is in one layer. */
export function layerRoutes(source: FileSource): Route[] {
  return [one(source), ...fileRoutes(source, layersAlone(source))];
}

function one(source: FileSource): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/layers/{digest}',
    operationId: 'getLayer',
    summary: 'How much is in a layer',
    tag: 'layers',
    needs: { action: 'pull', on: onRepository },
    params: { repository: repositoryName, digest },
    responses: { 200: layerPage, 202: reading },
    problems: ['conflict'],
    handle: async ({ params: { repository, digest: which } }) => {
      const layer = await layerOf(source, repository, which);
      const found = await withIndex(source, layer, async ({ summary }) => showLayer(which, layer.sizeBytes, summary));
      return found instanceof StillReading ? showReading(found) : { status: 200, body: found };
    },
  });
}

function layersAlone(source: FileSource): FileHolders {
  return {
    tag: 'layers',
    name: 'layer',
    operations: { list: 'listLayerFiles', text: 'getLayerFile', download: 'downloadLayerFile' },
    lists: 'What lies in a directory of a layer, by name, with what the layer removes',
    list: async ({ repository, digest: which }, directory, { after, limit }) =>
      withIndex(source, await layerOf(source, repository, which), async (index) => {
        const entries = await index.list(directory, { after, limit: limit + 1 });
        if (entries.length === 0 && directory !== '' && (await index.find(directory)) === undefined) return undefined;
        return { items: entries.slice(0, limit).map((entry) => shownEntry(entry)), more: entries.length > limit };
      }),
    find: async ({ repository, digest: which }, path) => {
      const layer = await layerOf(source, repository, which);
      const found = await withIndex(source, layer, (index) => index.find(path));
      if (found === undefined || found instanceof StillReading) return found;
      return { shown: shownEntry(found), file: storedFile(repository, layer, found) };
    },
  };
}
