// The process whose many transfers hardly move: plain sockets, of which each reads or writes a little ten times a second.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { PushClient } from './push-client.ts';
import type { SlowJob } from './slow-job.ts';

const turnMs = 100;

const job: SlowJob = JSON.parse(await text(process.stdin));
const { hostname, port, host } = new URL(job.origin);
const bytesPerTurn = Math.ceil((job.bytesPerSecond * turnMs) / 1000);

function open(head: string): Socket {
  const socket = connect({ host: hostname, port: Number(port) });
  // One that the server cuts counts as gone at the end.
  socket.on('error', () => {});
  socket.write(`${head} HTTP/1.1\r\nHost: ${host}\r\n`);
  return socket;
}

function startReader(): Socket {
  const socket = open(`GET ${job.blobPath}`);
  socket.write('\r\n');
  return socket;
}

async function startWriter(n: number): Promise<Socket> {
  const client = new PushClient(job.origin);
  const upload = await client.beginUpload(`bench/slow-${n}`);
  client.close();
  const socket = open(`PATCH ${upload}`);
  socket.write(`Content-Type: application/octet-stream\r\nContent-Length: ${job.writtenBytes}\r\n\r\n`);
  // An answer before the end of the body is a refusal.
  socket.once('data', () => socket.destroy());
  return socket;
}

const piece = randomBytes(bytesPerTurn);
const readers = Array.from({ length: job.readers }, startReader);
const writers = await Promise.all(Array.from({ length: job.writers }, (_, n) => startWriter(n)));
const end = performance.now() + job.seconds * 1000;
while (performance.now() < end) {
  // What is not read stays in the kernel, and the server has to wait.
  for (const socket of readers) socket.read(Math.min(bytesPerTurn, socket.readableLength));
  for (const socket of writers) if (socket.writableLength === 0) socket.write(piece);
  await delay(turnMs);
}
const alive = (sockets: readonly Socket[]): number => sockets.filter((socket) => socket.readyState === 'open').length;
process.stdout.write(JSON.stringify({ readers: alive(readers), writers: alive(writers) }));
for (const socket of [...readers, ...writers]) socket.destroy();
