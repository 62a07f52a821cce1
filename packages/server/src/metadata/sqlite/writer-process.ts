import { rename, rm, rmdir } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { giveMemoryBack } from '../../processes/give-memory-back.ts';
import { toFailure } from './writer-failures.ts';
import { FrameReader, toFrame } from './writer-frames.ts';
import { WriterLoop, type WriterPeer } from './writer-loop.ts';
import type { FromSupervisor, TimedCall, ToSupervisor, WriterOptions } from './writer-messages.ts';

/** What the writer process is started with, as JSON in its one argument. */
export interface WriterProcessOptions extends WriterOptions {
  /** Where it listens, in a directory that only this user may enter. */
  readonly socket: string;
}

// Signals of a terminal or of systemd reach the whole group. The writer is needed until the last worker is gone: the supervisor ends it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

// From the first moment on: it may be gone before the database is open.
const { promise: orphaned, resolve: onOrphaned } = Promise.withResolvers<void>();
process.once('disconnect', onOrphaned);

const options = JSON.parse(process.argv[2] ?? '') as WriterProcessOptions;
try {
  const loop = await WriterLoop.open(options, () => tellSupervisor('migrating'));
  const peers = new Map<Socket, WriterPeer>();
  const server = createServer({ allowHalfOpen: true }, (socket) => accept(loop, peers, socket));
  await listenAt(server, options.socket);
  void orphaned.then(() => leave(loop, server, peers));
  process.on('message', (message: FromSupervisor) => {
    if (message === 'ask') tellSupervisor('here');
    else retire(loop, server, peers, () => process.off('disconnect', onOrphaned).disconnect());
  });
  tellSupervisor('ready');
} catch (error) {
  tellSupervisor({ refused: toFailure(error) });
  if (process.connected) process.disconnect();
}
// To make a new database's schema takes three times the memory that writing to it does.
await giveMemoryBack();

function tellSupervisor(message: ToSupervisor): void {
  // One that is gone cannot hear it, and this process ends with it.
  process.send?.(message, undefined, undefined, () => undefined);
}

/** A name of its own first: whoever connects finds a writer at the socket at any time, the last one or this. */
async function listenAt(server: Server, socket: string): Promise<void> {
  const own = join(dirname(socket), `${process.pid}.sock`);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(own, resolve));
  await rename(own, socket);
}

function accept(loop: WriterLoop, peers: Map<Socket, WriterPeer>, socket: Socket): void {
  const peer: WriterPeer = { tell: (message) => void (socket.writable && socket.write(toFrame(message))) };
  const reader = new FrameReader((message) => loop.take(peer, message as readonly TimedCall[]));
  peers.set(socket, peer);
  socket.on('data', (piece: Buffer) => reader.push(piece));
  socket.once('end', () => void loop.idle().then(() => socket.end()));
  // A worker that died took its answers with it; `close` follows.
  socket.on('error', () => socket.destroy());
  socket.once('close', () => peers.delete(socket));
  peer.tell('ready');
}

/** Asks every client to go to the next writer, and ends when the last has gone. */
function retire(loop: WriterLoop, server: Server, peers: ReadonlyMap<Socket, WriterPeer>, done: () => void): void {
  server.close(() => void loop.close().then(done));
  for (const peer of peers.values()) peer.tell('retiring');
}

/** The supervisor is gone, so nobody would end this process: commits what it has, and ends. */
async function leave(loop: WriterLoop, server: Server, peers: ReadonlyMap<Socket, WriterPeer>): Promise<void> {
  server.close();
  await loop.close();
  for (const socket of peers.keys()) socket.destroy();
  await rm(options.socket, { force: true });
  // A writer that was about to retire may still be there, or have been faster.
  await rmdir(dirname(options.socket)).catch(() => undefined);
}
