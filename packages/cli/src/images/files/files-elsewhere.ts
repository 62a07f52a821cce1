import { type Digest, requireDigest, requireRepositoryName } from '@longshore/oci';
import { RegistryClientError } from '@longshore/oci/client';
import { contentOfBytes, type FileContent, mostTextBytes, plainPath } from '@longshore/oci/layers';
import type { CallOperation } from '../../api/call-operation.ts';
import type { Surroundings } from '../../command.ts';
import { registryClientOf } from '../../connection/connect.ts';
import { patientFetch } from '../../connection/patient-fetch.ts';
import type { Place } from '../copy/place.ts';
import { type FileHolder, type FoundEntry, imageHolder, layerHolder } from './file-holders.ts';
import { entryBytes } from './layer-content.ts';
import { ReadingProgress } from './reading-progress.ts';

/** What is looked into, and for what. */
interface Asked {
  readonly place: Place;
  readonly digest: Digest;
  readonly path: string;
  readonly progress: ReadingProgress;
}

const answers: Readonly<Record<string, (asked: Asked) => Promise<Response>>> = {
  listImageFiles: async (asked) => list(await imageHolder(asked.place, asked.digest, asked.progress), asked),
  getImageFile: async (asked) => text(await imageHolder(asked.place, asked.digest, asked.progress), asked),
  downloadImageFile: async (asked) => download(await imageHolder(asked.place, asked.digest, asked.progress), asked),
  getLayer: async ({ place, digest, progress }) => Response.json((await layerHolder(place, digest, progress)).whole),
  listLayerFiles: async (asked) => list(await layerHolder(asked.place, asked.digest, asked.progress), asked),
  getLayerFile: async (asked) => text(await layerHolder(asked.place, asked.digest, asked.progress), asked),
  downloadLayerFile: async (asked) => download(await layerHolder(asked.place, asked.digest, asked.progress), asked),
};

/**
 * Calls the operations on files of images and layers where no Longshore answers them: what they look into is downloaded, and nothing of it is
 * kept. The answers are those of a Longshore that has the same image; a list comes whole.
 */
export function filesElsewhere(surroundings: Pick<Surroundings, 'terminal' | 'say'>): CallOperation {
  return async ({ id }, { path, query }, connection) => {
    const progress = new ReadingProgress(surroundings);
    const client = registryClientOf({ ...connection, fetch: patientFetch(connection.fetch, progress.signal) });
    const answer = answers[id];
    if (answer === undefined) throw new Error(`${id} is not answered elsewhere`);
    try {
      return await answer({
        place: { client, name: requireRepositoryName(path['repository'] ?? '') },
        digest: requireDigest(path['digest'] ?? ''),
        path: plainPath(String(query?.['path'] ?? '')),
        progress,
      });
    } finally {
      progress.clear();
    }
  };
}

async function list({ noun, list: look }: FileHolder, { path }: Asked): Promise<Response> {
  const items = await look(path);
  if (items === undefined) throw missing(`This ${noun} has no directory '${path}'.`);
  return Response.json({ items });
}

async function text(holder: FileHolder, asked: Asked): Promise<Response> {
  const found = await entryOf(holder, asked);
  return Response.json({ ...found.shown, ...(await contentOf(found, asked)) });
}

async function contentOf({ layer, holder }: FoundEntry, { place, progress }: Asked): Promise<FileContent> {
  if (holder.offset === undefined) return { content: 'none' };
  if (holder.sizeBytes > mostTextBytes) return { content: 'too-large' };
  progress.expect(layer.size);
  const pieces: Uint8Array[] = [];
  for await (const piece of entryBytes(place, layer, holder, progress)) pieces.push(piece);
  return contentOfBytes(Buffer.concat(pieces));
}

async function download(holder: FileHolder, asked: Asked): Promise<Response> {
  const { layer, holder: entry } = await entryOf(holder, asked);
  if (entry.offset === undefined) throw missing(`'${asked.path}' has no bytes in this ${holder.noun}.`);
  asked.progress.expect(layer.size);
  return new Response(ReadableStream.from(untilCleared(entryBytes(asked.place, layer, entry, asked.progress), asked.progress)));
}

async function* untilCleared<T>(pieces: AsyncIterable<T>, progress: ReadingProgress): AsyncGenerator<T, void> {
  try {
    yield* pieces;
  } finally {
    progress.clear();
  }
}

async function entryOf(holder: FileHolder, { path }: Asked): Promise<FoundEntry> {
  const found = await holder.find(path);
  if (found === undefined) throw missing(`This ${holder.noun} has no file '${path}'.`);
  return found;
}

const missing = (what: string) => new RegistryClientError(what, { status: 404 });
