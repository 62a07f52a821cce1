import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { limitsOfUnpacking } from '../layers/thread-limits.ts';
import type { ComparisonPage } from '../registry/ports/comparison-store.ts';
import {
  type ComparedImage,
  type ComparedLayer,
  type ComparisonFindings,
  type FileDifference,
  type ImageComparer,
  type TextDifference,
  type TextPlace,
  UnreadableImageError,
} from '../registry/ports/image-comparer.ts';
import { LayerFeed } from './layer-feed.ts';
import { unpackFiles } from './packed-files.ts';
import type { PackedPage, TaskText, ThreadAnswer, ThreadTask, ThreadWord } from './thread-messages.ts';

/** Memory of the thread for objects: what half a million entries take. Pieces of layers are outside of it. */
const heapMegabytes = 192;
/** Whatever takes longer is meant to. */
const longestMs = 30 * 60_000;
const longestTextMs = 2 * 60_000;

interface Task {
  readonly task: ThreadTask;
  readonly layers: readonly ComparedLayer[];
  readonly signal: AbortSignal;
  readonly longestMs: number;
  /** Hears what the thread says besides asking for layers; its promise is waited for before the thread goes on after `pages`. */
  readonly hear: (word: ThreadWord) => Promise<void> | void;
}

/** Compares in a thread for each, which dies with it: hostile layers cost the thread at most, and requests go on meanwhile. */
export class ThreadedComparer implements ImageComparer {
  readonly #makeRoom: () => Promise<void>;
  /** Of texts one at a time: people look at one after the other. */
  #texts: Promise<unknown> = Promise.resolve();

  /** `makeRoom` is waited for before a thread is started that takes much memory. */
  constructor(makeRoom: () => Promise<void>) {
    this.#makeRoom = makeRoom;
  }

  async compare(from: ComparedImage, to: ComparedImage, options: Parameters<ImageComparer['compare']>[2]): Promise<ComparisonFindings> {
    const layers = [...from.layers, ...to.layers];
    const task = { kind: 'images', layers: named(layers), configs: [from.config, to.config], fromLayers: from.layers.length } as const;
    const found = Promise.withResolvers<ComparisonFindings>();
    const hear = (word: ThreadWord): Promise<void> | void => {
      if (word.kind === 'progress') options.onProgress(word.progress);
      else if (word.kind === 'pages') return options.onPages(word.pages);
      else if (word.kind === 'found') found.resolve(word.findings);
    };
    options.signal.throwIfAborted();
    await this.#makeRoom();
    await runTask({ task, layers, signal: options.signal, longestMs, hear });
    return found.promise;
  }

  filesOf({ entries }: Pick<ComparisonPage, 'entries'>): Promise<FileDifference[]> {
    return unpackFiles(entries);
  }

  compareText(from: TextPlace | undefined, to: TextPlace | undefined, signal: AbortSignal): Promise<TextDifference> {
    const turn = this.#texts.then(() => compareText(from, to, signal));
    this.#texts = turn.catch(() => undefined);
    return turn;
  }
}

async function compareText(from: TextPlace | undefined, to: TextPlace | undefined, signal: AbortSignal): Promise<TextDifference> {
  signal.throwIfAborted();
  const layers: ComparedLayer[] = [];
  const place = (text: TextPlace | undefined): TaskText | undefined =>
    text && { layer: layers.push(text.layer) - 1, path: text.path, sha256: text.sha256 };
  const sides = { from: place(from), to: place(to) };
  const task = { kind: 'texts', ...sides, layers: named(layers), name: (to ?? from)?.path ?? '' } as const;
  const found = Promise.withResolvers<TextDifference>();
  const hear = (word: ThreadWord): void => {
    if (word.kind === 'texts') found.resolve(word.difference);
  };
  await runTask({ task, layers, signal, longestMs: longestTextMs, hear });
  return found.promise;
}

const named = (layers: readonly ComparedLayer[]) => layers.map(({ digest, sizeBytes }) => ({ digest, sizeBytes }));

/** Runs a thread to its end. Throws what ended it early: its own failure, that of a layer, `UnreadableImageError`, the signal's reason. */
async function runTask({ task, layers, signal: given, longestMs, hear }: Task): Promise<void> {
  given.throwIfAborted();
  const time = AbortSignal.timeout(longestMs);
  const signal = AbortSignal.any([given, time]);
  const thread = startThread(task);
  const feeds = new Map<number, LayerFeed>();
  const done = Promise.withResolvers<void>();
  const abort = () => done.reject(time.aborted ? new UnreadableImageError('It takes too long to read these images.') : signal.reason);
  const tell = (answer: ThreadAnswer, given: ArrayBuffer[] = []) => thread.postMessage(answer, given);
  const feed = (place: number): LayerFeed => {
    const layer = layers[place];
    if (layer === undefined) throw new Error('The thread asked for a layer that it was not given.');
    const begun = new LayerFeed(layer, (piece) => tell({ kind: 'piece', layer: place, piece }, piece === undefined ? [] : [piece.buffer]));
    begun.ended.catch(done.reject);
    feeds.set(place, begun);
    return begun;
  };
  const take = async (word: ThreadWord): Promise<void> => {
    if (word.kind === 'more') (feeds.get(word.layer) ?? feed(word.layer)).more(word.used);
    else if (word.kind === 'close') feeds.get(word.layer)?.close();
    else if (word.kind === 'unreadable') done.reject(new UnreadableImageError(word.message));
    else await hear(word);
    if (word.kind === 'pages') {
      release(word.pages);
      tell({ kind: 'taken' });
    }
    if (word.kind === 'found' || word.kind === 'texts') done.resolve();
  };
  thread.on('message', (word: ThreadWord) => void take(word).catch(done.reject));
  thread.on('error', (error) => done.reject(failureOf(error)));
  thread.on('exit', (code) => done.reject(new Error(`The thread that compares ended with code ${code}.`)));
  signal.addEventListener('abort', abort);
  try {
    await done.promise;
  } finally {
    signal.removeEventListener('abort', abort);
    for (const each of feeds.values()) each.close();
    await thread.terminate();
    await Promise.allSettled(Array.from(feeds.values(), ({ ended }) => ended));
  }
}

/** Gives the memory of pages back at once: the main thread collects nothing while it has little to do. */
function release(pages: readonly PackedPage[]): void {
  for (const { entries } of pages) entries.buffer.transfer(0);
}

function startThread(workerData: ThreadTask): Worker {
  const cache = getCompileCacheDir();
  return new Worker(new URL('./comparison-thread.ts', import.meta.url), {
    name: 'comparison',
    // Flags and variables of the process (of a test runner, of --eval) are not for the thread.
    execArgv: [],
    env: cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) },
    resourceLimits: limitsOfUnpacking(heapMegabytes),
    workerData,
  });
}

function failureOf(error: unknown): unknown {
  const isMemory = (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isMemory ? new UnreadableImageError('The images have too many files to be compared.') : error;
}
