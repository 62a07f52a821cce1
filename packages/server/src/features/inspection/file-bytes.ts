import type { RepositoryName } from '@longshore/oci';
import { contentOfBytes, type FileContent, type LayerEntry, mostTextBytes } from '@longshore/oci/layers';
import type { LayerBlob } from '../../registry/ports/layer-store.ts';
import type { PullCounter } from '../../registry/pull-counter.ts';
import { type LayerSource, looked } from './layer-source.ts';

/** A file of a layer whose bytes can be had. */
export interface StoredFile {
  readonly repository: RepositoryName;
  readonly layer: LayerBlob;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** What is needed to give files away. */
export interface FileSource extends LayerSource {
  readonly pulls: Pick<PullCounter, 'begin'>;
}

/** The text of a file. Its bytes count as pulled by the day's limit of the project, and as no pull of the image. */
export async function contentOf(source: FileSource, file: StoredFile | undefined, signal: AbortSignal): Promise<FileContent> {
  if (file === undefined) return { content: 'none' };
  if (file.sizeBytes > mostTextBytes) return { content: 'too-large' };
  const serving = source.pulls.begin(file.repository, file.sizeBytes);
  const pieces: Uint8Array[] = [];
  let sent = 0;
  try {
    const take = (piece: Uint8Array) => {
      pieces.push(piece);
      return undefined;
    };
    await looked(() => source.layers.read(file.layer, file.offset, take, signal));
    const found = contentOfBytes(Buffer.concat(pieces));
    if (found.content === 'text') sent = file.sizeBytes;
    return found;
  } finally {
    serving.end(sent);
  }
}

/** The bytes of a file, no faster than they are taken. They count as pulled from now on; `return` must be called, unless it has ended. */
export function bytesOf(source: FileSource, file: StoredFile, signal: AbortSignal): AsyncIterableIterator<Uint8Array> {
  const serving = source.pulls.begin(file.repository, file.sizeBytes);
  const left = new AbortController();
  const pieces = new TransformStream<Uint8Array, Uint8Array>();
  const reader = pieces.readable.getReader();
  let reading: Promise<void> | undefined;
  let sent = 0;
  const start = async (): Promise<void> => {
    const writer = pieces.writable.getWriter();
    try {
      await source.layers.read(file.layer, file.offset, (piece) => writer.write(piece), AbortSignal.any([signal, left.signal]));
      await writer.close();
    } catch (error) {
      await writer.abort(error);
    }
  };
  const end = async (): Promise<IteratorResult<Uint8Array>> => {
    left.abort(new Error('Nobody takes the rest of this file.'));
    await reader.cancel().catch(() => undefined);
    await reading;
    serving.end(sent);
    return { done: true, value: undefined };
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      reading ??= start();
      const { done, value } = await reader.read().catch(async (error: unknown) => {
        await end();
        throw error;
      });
      if (done) return end();
      sent += value.length;
      return { done: false, value };
    },
    return: end,
  };
}

/** The bytes of an entry, when the layer has them. */
export function storedFile(repository: RepositoryName, layer: LayerBlob, entry: LayerEntry | undefined): StoredFile | undefined {
  if (entry?.offset === undefined) return undefined;
  return { repository, layer, offset: entry.offset, sizeBytes: entry.sizeBytes };
}
