import type { Digest, RepositoryName } from '@longshore/oci';
import { plainPath } from '@longshore/oci/layers';
import Type, { type Static } from 'typebox';
import { digest, repositoryName } from '../../management/names.ts';
import { listedUntil, pageOf, pageQuery } from '../../management/paging.ts';
import { notFound } from '../../management/problems.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import { contentOf, type FileSource, type StoredFile } from './file-bytes.ts';
import { fileDownload, sendFile } from './file-download.ts';
import { type fileEntry, fileList, fileText, reading, showReading } from './file-schemas.ts';
import { onRepository } from './image-routes.ts';
import { StillReading } from './layer-source.ts';
import { directoryPath, filePath } from './paths.ts';

/** Something by a digest in which files lie. */
export interface Holder {
  readonly repository: RepositoryName;
  readonly digest: Digest;
}

type ShownEntry = Static<typeof fileEntry>;

/** An entry, and its bytes where they can be had. */
export interface FoundFile {
  readonly shown: ShownEntry;
  readonly file: StoredFile | undefined;
}

/** What kind of thing files are looked for in, as its operations call it, and how to look. */
export interface FileHolders {
  readonly tag: 'images' | 'layers';
  readonly name: 'image' | 'layer';
  readonly operations: { readonly list: string; readonly text: string; readonly download: string };
  /** What the list shows. */
  readonly lists: string;
  /** A page of a directory, by name; undefined when there is no such directory. */
  readonly list: (
    holder: Holder,
    directory: string,
    page: { readonly after: string | undefined; readonly limit: number },
  ) => Promise<{ readonly items: readonly ShownEntry[]; readonly more: boolean } | StillReading | undefined>;
  readonly find: (holder: Holder, path: string) => Promise<FoundFile | StillReading | undefined>;
}

const params = { repository: repositoryName, digest };
const needs = { action: 'pull', on: onRepository } as const;

/** Directories, texts and downloads of what is in them. */
export function fileRoutes(source: FileSource, holders: FileHolders): Route[] {
  return [list(holders), text(source, holders), download(source, holders)];
}

function list({ tag, name, operations, lists, list: look }: FileHolders): Route {
  return defineRoute({
    method: 'GET',
    path: `/repositories/{repository}/${tag}/{digest}/files`,
    operationId: operations.list,
    summary: lists,
    tag,
    needs,
    params,
    query: { ...pageQuery, path: directoryPath },
    responses: { 200: fileList, 202: reading },
    problems: ['conflict', 'invalid-cursor'],
    handle: async (request) => {
      const { limit, after } = pageOf(request, Type.String());
      const found = await look(request.params, plainPath(request.query.path ?? ''), { after, limit });
      if (found === undefined) throw notFound(`directory in this ${name}`);
      if (found instanceof StillReading) return showReading(found);
      return listedUntil(request, [...found.items], found.more ? found.items.at(-1)?.name : undefined);
    },
  });
}

function text(source: FileSource, { tag, name, operations, find }: FileHolders): Route {
  return defineRoute({
    method: 'GET',
    path: `/repositories/{repository}/${tag}/{digest}/file`,
    operationId: operations.text,
    summary: `One entry of ${name === 'image' ? 'an image' : 'a layer'}, with its text when it is a text of up to 1 MiB`,
    tag,
    needs,
    params,
    query: { path: filePath },
    responses: { 200: fileText, 202: reading },
    problems: ['conflict'],
    handle: async ({ params: holder, query, signal }) => {
      const found = await find(holder, plainPath(query.path));
      if (found === undefined) throw notFound(`file in this ${name}`);
      if (found instanceof StillReading) return showReading(found);
      const content = await contentOf(source, found.file, signal);
      return { status: 200, body: { ...found.shown, ...content } };
    },
  });
}

function download(source: FileSource, { tag, name, operations, find }: FileHolders): Route {
  return defineRoute({
    method: 'GET',
    path: `/repositories/{repository}/${tag}/{digest}/download`,
    operationId: operations.download,
    summary: `The bytes of a file of ${name === 'image' ? 'an image' : 'a layer'}`,
    tag,
    needs,
    params,
    query: { path: filePath },
    responses: { 200: fileDownload, 202: reading },
    problems: ['conflict'],
    handle: async ({ params: holder, query, signal }) => {
      const found = await find(holder, plainPath(query.path));
      if (found instanceof StillReading) return showReading(found);
      if (found === undefined) throw notFound(`file in this ${name}`);
      if (found.file === undefined) throw notFound(`file with bytes in this ${name}`);
      return sendFile(source, found.file, found.shown.name, signal);
    },
  });
}
