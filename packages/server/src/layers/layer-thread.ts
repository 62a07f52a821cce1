import { once } from 'node:events';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { ArchiveFault, IndexBuilder, TarReader, unpack, WantedEntry } from '@longshore/oci/layers';
import { writeIndex } from './index-file.ts';

/** What a thread is started for: to write the index of a layer to `path`, or to send the bytes of the entry at `offset`. */
export type LayerTask = { readonly kind: 'index'; readonly path: string } | { readonly kind: 'read'; readonly offset: number };

/** To the thread: a piece of the layer, undefined at its end; or that it may send the next piece of an entry. */
export type ToThread = { readonly kind: 'piece'; readonly piece: Uint8Array | undefined } | { readonly kind: 'taken' };

/** From the thread. `more`: a piece has been used; `data` is answered by `taken`; the last two come last. */
export type FromThread =
  | { readonly kind: 'more' }
  | { readonly kind: 'data'; readonly piece: Uint8Array }
  | { readonly kind: 'done' }
  | { readonly kind: 'fault'; readonly message: string };

if (parentPort === null) throw new Error('This file runs in a worker thread');
await work(parentPort, workerData as LayerTask);

async function work(port: MessagePort, task: LayerTask): Promise<void> {
  const say = (message: FromThread) => port.postMessage(message);
  try {
    if (task.kind === 'index') await makeIndex(port, task.path);
    else await sendEntry(port, task.offset);
    say({ kind: 'done' });
  } catch (error) {
    if (!(error instanceof ArchiveFault)) throw error;
    say({ kind: 'fault', message: error.message });
  }
  port.close();
}

async function makeIndex(port: MessagePort, path: string): Promise<void> {
  const builder = new IndexBuilder();
  const reader = new TarReader(builder);
  for await (const piece of unpack(piecesFrom(port))) {
    reader.write(piece);
    if (reader.hasEnded) break;
  }
  reader.close();
  writeIndex(path, builder.lines(), builder.summary(reader.position));
}

async function sendEntry(port: MessagePort, offset: number): Promise<void> {
  const sink = new WantedEntry(offset);
  const reader = new TarReader(sink);
  for await (const piece of unpack(piecesFrom(port))) {
    reader.write(piece);
    for (const part of sink.take()) {
      // Of a copy: the piece lies in memory that is used again.
      port.postMessage({ kind: 'data', piece: Uint8Array.from(part) } satisfies FromThread);
      await next(port, 'taken');
    }
    if (sink.isWhole) return;
  }
  throw new ArchiveFault('there is no file at that place in it');
}

/** The layer, as it comes. */
async function* piecesFrom(port: MessagePort): AsyncGenerator<Buffer> {
  const queue: (Uint8Array | undefined)[] = [];
  let wake = (): void => undefined;
  const take = (message: ToThread) => {
    if (message.kind !== 'piece') return;
    queue.push(message.piece);
    wake();
  };
  port.on('message', take);
  try {
    for (;;) {
      while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const piece = queue.shift();
      if (piece === undefined) return;
      yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      port.postMessage({ kind: 'more' } satisfies FromThread);
    }
  } finally {
    port.off('message', take);
  }
}

async function next(port: MessagePort, kind: ToThread['kind']): Promise<void> {
  for (;;) {
    const [message] = (await once(port, 'message')) as [ToThread];
    if (message.kind === kind) return;
  }
}
