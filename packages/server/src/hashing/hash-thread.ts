import { createHash, type Hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { HashAnswer, HashOrder } from './hash-orders.ts';

if (parentPort === null) throw new Error('This file runs in a worker thread');
const port = parentPort;
const hashes = new Map<number, Hash>();

function known(id: number): Hash {
  const hash = hashes.get(id);
  if (hash === undefined) throw new Error(`There is no hash ${id}`);
  return hash;
}

port.on('message', (order: HashOrder) => {
  switch (order.kind) {
    case 'start':
      hashes.set(order.id, createHash(order.algorithm));
      return;
    case 'copy':
      hashes.set(order.id, known(order.of).copy());
      return;
    case 'end':
      hashes.delete(order.id);
      return;
    case 'update': {
      const hash = known(order.id);
      for (const piece of order.pieces) hash.update(piece);
      answer(
        order.pieces,
        order.pieces.map(({ buffer }) => buffer),
      );
      return;
    }
    case 'digest':
      answer([known(order.id).copy().digest()], []);
  }
});

function answer(pieces: HashAnswer, given: readonly ArrayBuffer[]): void {
  port.postMessage(pieces, given);
}
