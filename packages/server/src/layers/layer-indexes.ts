import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Digest, digestAlgorithm, digestHex } from '@longshore/oci';
import type { LayerIndex } from '@longshore/oci/layers';
import { type ByteSink, StorageError } from '../registry/ports/blob-store.ts';
import { type LayerBlob, LayerError, type LayerProgress, type LayerStore } from '../registry/ports/layer-store.ts';
import type { Logger } from '../registry/ports/logger.ts';
import { indexFormat, openIndex, writeFailure } from './index-file.ts';
import { readLayer } from './layer-reading.ts';
import { MakingNotice } from './making-notice.ts';
import { removeOldest } from './remove-oldest.ts';
import { Turns } from './turns.ts';

/** Threads that read layers: one for indexes, and two that send files, so that a large layer keeps nobody from a file of another. */
const [indexesAtOnce, readingsAtOnce, mostWaiting] = [1, 2, 32];

/** How often it is looked whether another process has made an index. */
const lookEveryMs = 250;

export interface LayerIndexesDeps {
  /** On a local disk; may be emptied at any time. */
  readonly directory: string;
  /** Of all indexes there together. */
  readonly mostBytes: number;
  readonly logger: Logger;
}

interface Making {
  progress: LayerProgress;
  readonly made: Promise<void>;
}

/** Indexes of layers in a directory that all processes of a machine share. One that is made is kept until others need its room. */
export class LayerIndexes implements LayerStore {
  readonly #deps: LayerIndexesDeps;
  readonly #makings = new Map<Digest, Making>();
  readonly #indexing = new Turns(indexesAtOnce, mostWaiting);
  readonly #reading = new Turns(readingsAtOnce, mostWaiting);
  readonly #closed = new AbortController();

  constructor(deps: LayerIndexesDeps) {
    this.#deps = deps;
  }

  async look(layer: LayerBlob, waitMs: number): Promise<LayerIndex | LayerProgress> {
    const held = await this.#openHeld(layer.digest);
    if (held !== undefined) return held;
    const making = this.#makings.get(layer.digest) ?? this.#begin(layer);
    const waited = new AbortController();
    try {
      await Promise.race([making.made, delay(waitMs, undefined, { signal: waited.signal })]);
    } finally {
      waited.abort();
    }
    return (await this.#openHeld(layer.digest)) ?? making.progress;
  }

  async open(
    layer: LayerBlob,
    options: { signal?: AbortSignal; onProgress?: (progress: LayerProgress) => void } = {},
  ): Promise<LayerIndex> {
    for (;;) {
      options.signal?.throwIfAborted();
      const found = await this.look(layer, 1000);
      if ('summary' in found) return found;
      options.onProgress?.(found);
    }
  }

  read(layer: LayerBlob, offset: number, sink: ByteSink, signal?: AbortSignal): Promise<void> {
    return this.#reading.run(() => readLayer({ layer, task: { kind: 'read', offset }, sink, signal }));
  }

  /** Ends what is being read. */
  async close(): Promise<void> {
    this.#closed.abort(new Error('The process ends.'));
    await Promise.allSettled([...this.#makings.values()].map(({ made }) => made));
  }

  #pathOf(digest: Digest): string {
    return join(this.#deps.directory, `${digestAlgorithm(digest)}-${digestHex(digest)}.${indexFormat}`);
  }

  async #openHeld(digest: Digest): Promise<LayerIndex | undefined> {
    const path = this.#pathOf(digest);
    const found = await openIndex(path);
    if (found === undefined) return undefined;
    if ('failure' in found) throw new LayerError('unreadable', `This layer cannot be looked into: ${found.failure}.`);
    await noteUse(path);
    return found;
  }

  #begin(layer: LayerBlob): Making {
    const { digest, sizeBytes } = layer;
    const onRead = (readBytes: number) => {
      making.progress = { readBytes, sizeBytes };
    };
    const made = this.#make(layer, onRead)
      .catch((error: unknown) => {
        throw isDiskFull(error) ? new StorageError('full', 'The disk for what is known of layers is full.', { cause: error }) : error;
      })
      .finally(() => this.#makings.delete(digest));
    const making: Making = { progress: { readBytes: 0, sizeBytes }, made };
    this.#makings.set(digest, making);
    made.catch((error: unknown) => {
      if (!(error instanceof LayerError) && !this.#closed.signal.aborted) {
        this.#deps.logger.warn('A layer could not be read; the next who looks into it tries again.', { digest, error });
      }
    });
    return making;
  }

  async #make(layer: LayerBlob, onRead: (bytes: number) => void): Promise<void> {
    const path = this.#pathOf(layer.digest);
    await mkdir(this.#deps.directory, { recursive: true, mode: 0o750 });
    let readBytes = 0;
    const progress = () => ({ readBytes, sizeBytes: layer.sizeBytes });
    const notice = await this.#noticeOrIndex(layer.digest, progress, onRead);
    if (notice === undefined) return;
    try {
      const onBytes = (bytes: number) => {
        readBytes = bytes;
        onRead(bytes);
      };
      await this.#indexing.run(() => this.#write(layer, path, onBytes));
    } finally {
      await notice.takeDown();
    }
  }

  /** Waits until this process may make an index, or another has made it (undefined). */
  async #noticeOrIndex(digest: Digest, progress: () => LayerProgress, onRead: (bytes: number) => void) {
    const path = this.#pathOf(digest);
    for (;;) {
      const notice = await MakingNotice.putUp(`${path}.making`, progress);
      const held = await openIndex(path);
      if (held !== undefined) {
        if (!('failure' in held)) await held.close();
        await notice?.takeDown();
        return undefined;
      }
      if (notice !== undefined) return notice;
      await delay(lookEveryMs, undefined, { signal: this.#closed.signal });
      onRead((await MakingNotice.read(`${path}.making`))?.readBytes ?? 0);
    }
  }

  async #write(layer: LayerBlob, path: string, onRead: (bytes: number) => void): Promise<void> {
    const { directory, mostBytes } = this.#deps;
    const part = `${path}-${randomUUID()}.part`;
    try {
      await readLayer({ layer, task: { kind: 'index', path: part }, onRead, signal: this.#closed.signal }).catch((error: unknown) => {
        if (!(error instanceof LayerError)) throw error;
        writeFailure(part, error.message);
      });
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    await removeOldest(directory, mostBytes, path);
  }
}

const isDiskFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');

/** The file may be gone by now. */
async function noteUse(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
