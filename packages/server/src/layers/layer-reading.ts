import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BlobReader, ByteSink } from '../registry/ports/blob-store.ts';
import { type LayerBlob, LayerError } from '../registry/ports/layer-store.ts';
import type { FromThread, LayerTask, ToThread } from './layer-thread.ts';
import { limitsOfUnpacking } from './thread-limits.ts';

/** Memory of the thread for objects: twice what the names of a million entries take. Records and pieces of layers are outside of it. */
const heapMegabytes = 256;

/** A layer of 10 GB takes about a minute; whatever takes longer than this is meant to. */
const mostReadingMs = 15 * 60 * 1000;

/** Pieces that are on their way to the thread at once: 1 MiB of a usual store. */
const mostUnderWay = 4;

export interface ReadingOptions {
  readonly layer: LayerBlob;
  readonly task: LayerTask;
  /** Told how many bytes of the layer the thread has used. */
  readonly onRead?: (bytes: number) => void;
  /** Takes the bytes of an entry, for a task that sends some. */
  readonly sink?: ByteSink;
  readonly signal?: AbortSignal | undefined;
}

/** Does one task over one layer in a thread of its own, which ends with it whatever the layer did to it. Throws as `LayerStore` does. */
export async function readLayer(options: ReadingOptions): Promise<void> {
  const { layer, signal } = options;
  signal?.throwIfAborted();
  const blob = await layer.open();
  try {
    await new LayerReading(options, blob).run();
  } finally {
    await blob.close();
  }
}

class LayerReading {
  readonly #options: ReadingOptions;
  readonly #blob: BlobReader;
  readonly #thread: Worker;
  readonly #feeding = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  #underWay: number[] = [];
  #readBytes = 0;
  #roomFor: (() => void) | undefined;

  constructor(options: ReadingOptions, blob: BlobReader) {
    this.#options = options;
    this.#blob = blob;
    this.#thread = startThread(options.task);
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    const { resolve, reject } = this.#ended;
    this.#thread.on('message', (message: FromThread) => this.#hear(message));
    this.#thread.on('error', (error) => reject(isOutOfMemory(error) ? unreadable('it takes too much memory to be read') : error));
    this.#thread.on('exit', () => reject(new Error('The thread that read a layer ended.')));
    const timer = setTimeout(() => reject(unreadable('it takes too long to be read')), mostReadingMs);
    const abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    const feeding = this.#feed().then(undefined, (error: unknown) => {
      // After the end of the archive nobody wants the rest.
      if (this.#feeding.signal.aborted) resolve();
      else reject(error);
    });
    try {
      await this.#ended.promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      this.#feeding.abort();
      this.#roomFor?.();
      await this.#thread.terminate();
      await feeding;
    }
  }

  async #feed(): Promise<void> {
    const { signal } = this.#feeding;
    const take = async (piece: Uint8Array): Promise<void> => {
      if (this.#underWay.length >= mostUnderWay) {
        await new Promise<void>((resolve) => {
          this.#roomFor = resolve;
        });
      }
      signal.throwIfAborted();
      // The reader uses its memory again.
      const copy = Uint8Array.from(piece);
      this.#underWay.push(copy.byteLength);
      this.#say({ kind: 'piece', piece: copy }, [copy.buffer]);
    };
    if (this.#blob.sizeBytes > 0) await this.#blob.read(0, this.#blob.sizeBytes - 1, take, signal);
    this.#say({ kind: 'piece', piece: undefined });
  }

  #hear(message: FromThread): void {
    const { onRead, sink } = this.#options;
    const { resolve, reject } = this.#ended;
    if (message.kind === 'more') {
      this.#readBytes += this.#underWay.shift() ?? 0;
      onRead?.(this.#readBytes);
      this.#roomFor?.();
      this.#roomFor = undefined;
    } else if (message.kind === 'data') {
      const taking = async () => sink?.(message.piece);
      taking().then(() => this.#say({ kind: 'taken' }), reject);
    } else if (message.kind === 'done') resolve();
    else reject(unreadable(message.message));
  }

  #say(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.#thread.postMessage(message, transfer);
  }
}

function startThread(task: LayerTask): Worker {
  const cache = getCompileCacheDir();
  return new Worker(new URL('./layer-thread.ts', import.meta.url), {
    name: 'layer-reader',
    workerData: task,
    // Flags and variables of the process (of a test runner, of --eval) are not for the thread.
    execArgv: [],
    env: cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) },
    resourceLimits: limitsOfUnpacking(heapMegabytes),
  });
}

const unreadable = (why: string) => new LayerError('unreadable', why);

function isOutOfMemory(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY';
}
