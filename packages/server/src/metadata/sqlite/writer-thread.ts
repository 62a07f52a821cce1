import { parentPort, workerData } from 'node:worker_threads';
import { giveMemoryBack } from '../../processes/give-memory-back.ts';
import { toFailure } from './writer-failures.ts';
import { WriterLoop, type WriterPeer } from './writer-loop.ts';
import type { ToWriter, WriterOptions } from './writer-messages.ts';

if (parentPort === null) throw new Error('This file runs in a worker thread');
const port = parentPort;
const peer: WriterPeer = { tell: (message) => port.postMessage(message) };

try {
  const loop = await WriterLoop.open(workerData as WriterOptions);
  port.on('message', (message: ToWriter) => {
    if (message !== 'close') return loop.take(peer, message);
    void loop.close().then(() => port.close());
  });
  peer.tell('ready');
} catch (error) {
  peer.tell({ refused: toFailure(error) });
}
// To make a new database's schema takes three times the memory that writing to it does.
await giveMemoryBack();
