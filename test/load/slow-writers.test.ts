import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { residentMegabytes, takePeakMegabytes } from '../../bench/process-usage.ts';
import { atEnd } from '../crash/at-end.ts';
import { scratchDirectory } from '../crash/scratch-directory.ts';
import { type ServerProcess, startServer } from '../crash/server-process.ts';
import { until } from '../security/until.ts';

const mebibyte = 1024 * 1024;
/** What a writer may cost: three batches of half a mebibyte, and its connection. */
const megabytesEach = 1.7;
/** By which the heap of a server grows in its first requests, whatever they are. */
const warmingUp = 60;

async function serve(t: TestContext): Promise<{ server: ServerProcess; data: string }> {
  const data = join(await scratchDirectory(t), 'data');
  const server = await startServer({ data, env: { LONGSHORE_DURABILITY: 'relaxed' } });
  atEnd(t, () => server.kill());
  return { server, data };
}

/** Begins an upload and sends the head of its PATCH; the body is the caller's. */
async function openWriter({ baseUrl }: ServerProcess, n: number, bodyHeader: string): Promise<Socket> {
  const started = await fetch(`${baseUrl}/v2/slow/app-${n}/blobs/uploads/`, { method: 'POST' });
  assert.equal(started.status, 202);
  const { hostname, port } = new URL(baseUrl);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  // At the end the server may cut first; one that is cut before fails what the test waits for.
  socket.on('error', () => undefined);
  socket.write(`PATCH ${started.headers.get('location')} HTTP/1.1\r\nHost: a\r\n${bodyHeader}\r\n\r\n`);
  return socket;
}

function openWriters(t: TestContext, server: ServerProcess, writers: number, bodyHeader: string): Promise<Socket[]> {
  const opened = Promise.all(Array.from({ length: writers }, (_, n) => openWriter(server, n, bodyHeader)));
  t.after(async () => {
    for (const socket of await opened) socket.destroy();
  });
  return opened;
}

/** The most memory that the server took during the work, above what it had before. */
async function growth({ pid }: ServerProcess, work: () => Promise<void>): Promise<number> {
  const before = residentMegabytes(pid);
  takePeakMegabytes(pid);
  await work();
  return takePeakMegabytes(pid) - before;
}

async function receivedBytes(data: string): Promise<number> {
  const files = await readdir(join(data, 'uploads'));
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(data, 'uploads', file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

test('an upload costs a bounded amount of memory, however long it is and however slowly it comes', { timeout: 600_000 }, async (t) => {
  const writers = 100;
  const { server, data } = await serve(t);
  const sockets = await openWriters(t, server, writers, `Content-Length: ${1024 * mebibyte}`);
  const piece = Buffer.alloc(64 * 1024, 1);
  const rounds = 80;
  const grown = await growth(server, async () => {
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.write(piece, resolve))));
    }
    // What is in memory at most is behind what is in the files.
    await until(async () => (await receivedBytes(data)) >= writers * (rounds * piece.length - 1.5 * mebibyte));
  });
  t.diagnostic(`${grown.toFixed(1)} MB for ${writers} writers`);
  assert.ok(grown < warmingUp + writers * megabytesEach, `${grown} MB for ${writers} writers`);
});

test('a body in the smallest pieces costs no more memory than one in large pieces', { timeout: 600_000 }, async (t) => {
  const writers = 20;
  const { server } = await serve(t);
  const sockets = await openWriters(t, server, writers, 'Transfer-Encoding: chunked');
  const chunks = Buffer.from('4\r\nabcd\r\n'.repeat(10_000));
  const grown = await growth(server, async () => {
    for (let round = 0; round < 2; round += 1) {
      await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.write(chunks, resolve))));
    }
    const answers = sockets.map(async (socket) => String((await once(socket, 'data'))[0]));
    for (const socket of sockets) socket.write('0\r\n\r\n');
    for (const answer of await Promise.all(answers)) assert.match(answer, /^HTTP\/1.1 202[\s\S]*range: 0-79999\r\n/i);
  });
  t.diagnostic(`${grown.toFixed(1)} MB for ${writers} writers`);
  assert.ok(grown < warmingUp + writers * megabytesEach, `${grown} MB for ${writers} writers`);
});
