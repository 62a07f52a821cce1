import type { Digest, RepositoryName } from '@longshore/oci';
import Type from 'typebox';
import { digest, repositoryName } from '../../management/names.ts';
import { listedUntil, pageOf, pageQuery } from '../../management/paging.ts';
import { notFound } from '../../management/problems.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import type { ImageEntry, ImageFiles } from '../../registry/image-files.ts';
import type { LayerBlob } from '../../registry/ports/layer-store.ts';
import { contentOf, type FileSource, type StoredFile, storedFile } from './file-bytes.ts';
import { fileDownload, sendFile } from './file-download.ts';
import { fileList, fileText, nameOf, reading, showEntry, showReading } from './file-schemas.ts';
import { onRepository } from './image-routes.ts';
import { layersOf, StillReading, withImage } from './layer-source.ts';
import { directoryPath, filePath, plainPath } from './paths.ts';

const tag = 'images';
const params = { repository: repositoryName, digest };
const needs = { action: 'pull', on: onRepository } as const;

/** What is in an image when its layers lie one over the other. */
export function imageFileRoutes(source: FileSource): Route[] {
  return [list(source), text(source), download(source)];
}

function list(source: FileSource): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/images/{digest}/files',
    operationId: 'listImageFiles',
    summary: 'What lies in a directory of an image, by name, and which layer each entry is from',
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
      const layers = await layersOf(source, repository, which);
      const found = await withImage(source, layers, async (files) => {
        const page = await files.list(directory, { after, limit });
        if (page.items.length === 0 && directory !== '' && (await files.find(directory)) === undefined)
          throw notFound('directory in this image');
        return page;
      });
      if (found instanceof StillReading) return showReading(found);
      const shown = found.items.map((entry) => showEntry(entry, layers[entry.layer]?.digest));
      return listedUntil(request, shown, found.more ? shown.at(-1)?.name : undefined);
    },
  });
}

function text(source: FileSource): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/images/{digest}/file',
    operationId: 'getImageFile',
    summary: 'One entry of an image, with its text when it is a text of up to 1 MiB',
    tag,
    needs,
    params,
    query: { path: filePath },
    responses: { 200: fileText, 202: reading },
    problems: ['conflict'],
    handle: async ({ params: { repository, digest: which }, query, signal }) => {
      const found = await findFile(source, repository, which, query.path);
      if (found instanceof StillReading) return showReading(found);
      const content = await contentOf(source, found.file, signal);
      return { status: 200, body: { ...showEntry(found.entry, found.layer), ...content } };
    },
  });
}

function download(source: FileSource): Route {
  return defineRoute({
    method: 'GET',
    path: '/repositories/{repository}/images/{digest}/download',
    operationId: 'downloadImageFile',
    summary: 'The bytes of a file of an image',
    tag,
    needs,
    params,
    query: { path: filePath },
    responses: { 200: fileDownload, 202: reading },
    problems: ['conflict'],
    handle: async ({ params: { repository, digest: which }, query, signal }) => {
      const found = await findFile(source, repository, which, query.path);
      if (found instanceof StillReading) return showReading(found);
      if (found.file === undefined) throw notFound('file with bytes in this image');
      return sendFile(source, found.file, nameOf(found.entry), signal);
    },
  });
}

interface FoundFile {
  readonly entry: ImageEntry;
  readonly layer: Digest | undefined;
  readonly file: StoredFile | undefined;
}

async function findFile(source: FileSource, repository: RepositoryName, which: Digest, path: string): Promise<FoundFile | StillReading> {
  const layers = await layersOf(source, repository, which);
  const found = await withImage(source, layers, async (files) => {
    const entry = await files.find(plainPath(path));
    return entry && { entry, holder: await holderOf(files, entry) };
  });
  if (found instanceof StillReading) return found;
  if (found === undefined) throw notFound('file in this image');
  const { entry, holder } = found;
  const layer = layers[holder.layer] as LayerBlob;
  return { entry, layer: layers[entry.layer]?.digest, file: storedFile(repository, layer, holder) };
}

/** The entry that has the bytes: of a hard link to a file of a lower layer that file. */
async function holderOf(files: ImageFiles, entry: ImageEntry): Promise<ImageEntry> {
  if (entry.kind !== 'hardlink' || entry.offset !== undefined || entry.target === undefined) return entry;
  return (await files.find(entry.target)) ?? entry;
}
