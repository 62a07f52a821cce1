import Type from 'typebox';
import { digest, repositoryName } from '../../management/names.ts';
import { listedUntil, pageOf, pageQuery } from '../../management/paging.ts';
import { notFound } from '../../management/problems.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import { contentOf, type FileSource, storedFile } from './file-bytes.ts';
import { fileDownload, sendFile } from './file-download.ts';
import { fileList, fileText, layerPage, nameOf, reading, showEntry, showLayer, showReading } from './file-schemas.ts';
import { onRepository } from './image-routes.ts';
import { layerOf, StillReading, withIndex } from './layer-source.ts';
import { directoryPath, filePath, plainPath } from './paths.ts';

const tag = 'layers';
const params = { repository: repositoryName, digest };
const needs = { action: 'pull', on: onRepository } as const;

/** What is in one layer. */
export function layerRoutes(source: FileSource): Route[] {
  return [one(source), list(source), text(source), download(source)];
}

function one(source: FileSource): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/layers/{digest}',
    operationId: 'getLayer',
    summary: 'How much is in a layer',
    tag,
    needs,
    params,
    responses: { 200: layerPage, 202: reading },
    problems: ['conflict'],
    handle: async ({ params: { repository, digest: which } }) => {
      const layer = await layerOf(source, repository, which);
      const found = await withIndex(source, layer, async ({ summary }) => showLayer(which, layer.sizeBytes, summary));
      return found instanceof StillReading ? showReading(found) : { status: 200, body: found };
    },
  });
}

function list(source: FileSource): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/layers/{digest}/files',
    operationId: 'listLayerFiles',
    summary: 'What lies in a directory of a layer, by name, with what the layer removes',
    tag,
    needs,
    params,
    query: { ...pageQuery, path: directoryPath },
    responses: { 200: fileList, 202: reading },
    problems: ['conflict', 'invalid-cursor'],
    handle: async (request) => {
      const { repository, digest: which } = request.params;
      const { limit, after } = pageOf(request, Type.String());
      const directory = plainPath(request.query.path ?? '');
      const found = await withIndex(source, await layerOf(source, repository, which), async (index) => {
        const entries = await index.list(directory, { after, limit: limit + 1 });
        if (entries.length === 0 && (await index.find(directory)) === undefined && directory !== '')
          throw notFound('directory in this layer');
        return entries;
      });
      if (found instanceof StillReading) return showReading(found);
      const shown = found.slice(0, limit).map((entry) => showEntry(entry));
      return listedUntil(request, shown, found.length > limit ? shown.at(-1)?.name : undefined);
    },
  });
}

function text(source: FileSource): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/layers/{digest}/file',
    operationId: 'getLayerFile',
    summary: 'One entry of a layer, with its text when it is a text of up to 1 MiB',
    tag,
    needs,
    params,
    query: { path: filePath },
    responses: { 200: fileText, 202: reading },
    problems: ['conflict'],
    handle: async ({ params: { repository, digest: which }, query, signal }) => {
      const layer = await layerOf(source, repository, which);
      const found = await withIndex(source, layer, (index) => index.find(plainPath(query.path)));
      if (found instanceof StillReading) return showReading(found);
      if (found === undefined) throw notFound('file in this layer');
      const content = await contentOf(source, storedFile(repository, layer, found), signal);
      return { status: 200, body: { ...showEntry(found), ...content } };
    },
  });
}

function download(source: FileSource): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/layers/{digest}/download',
    operationId: 'downloadLayerFile',
    summary: 'The bytes of a file of a layer',
    tag,
    needs,
    params,
    query: { path: filePath },
    responses: { 200: fileDownload, 202: reading },
    problems: ['conflict'],
    handle: async ({ params: { repository, digest: which }, query, signal }) => {
      const layer = await layerOf(source, repository, which);
      const found = await withIndex(source, layer, (index) => index.find(plainPath(query.path)));
      if (found instanceof StillReading) return showReading(found);
      const file = storedFile(repository, layer, found);
      if (found === undefined || file === undefined) throw notFound('file with bytes in this layer');
      return sendFile(source, file, nameOf(found), signal);
    },
  });
}
