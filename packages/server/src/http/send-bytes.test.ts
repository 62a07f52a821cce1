import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { BlobReader } from '../registry/ports/blob-store.ts';
import { HttpExchange } from './http-exchange.ts';
import { ClientGone } from './request-body.ts';
import { endWithBytes } from './send-bytes.ts';
import { TransferWatch } from './transfer-watch.ts';

const noFloor = { watch: new TransferWatch(0), bytesPerSecond: Number.POSITIVE_INFINITY };

/** The outcome of answering one request by a reader, whose blob has `size` bytes. The client takes so many bytes a second. */
async function outcomeOf(
  t: TestContext,
  size: number,
  readerOf: (cut: () => void) => Pick<BlobReader, 'read'>,
  { watch, bytesPerSecond } = noFloor,
): Promise<unknown> {
  const outcome = Promise.withResolvers<unknown>();
  const server = createServer((request, response) => {
    const exchange = new HttpExchange(request, response, { address: '', baseUrl: '', host: '', viaTrustedProxy: false });
    response.once('close', () => exchange.close());
    response.writeHead(200, { 'Content-Length': size });
    const reader = readerOf(() => request.socket.destroy()) as BlobReader;
    endWithBytes(exchange, reader, { start: 0, end: size - 1 }, watch).then(outcome.resolve, outcome.resolve);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  t.after(() => {
    watch.close();
    socket.destroy();
    server.close();
  });
  const startedAt = performance.now();
  let received = 0;
  socket
    .on('error', () => undefined)
    .on('data', (piece: Buffer) => {
      received += piece.byteLength;
      const earlyMs = (received / bytesPerSecond) * 1000 - (performance.now() - startedAt);
      if (earlyMs < 1) return;
      socket.pause();
      setTimeout(() => socket.resume(), earlyMs);
    });
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  return outcome.promise;
}

test('a short blob that comes in pieces is not waited for by a client that left between two of them', { timeout: 600_000 }, async (t) => {
  const outcome = await outcomeOf(t, 30, (cut) => ({
    read: async (_start, _end, sink) => {
      await sink(Buffer.alloc(10));
      cut();
      await sink(Buffer.alloc(10));
      await sink(Buffer.alloc(10));
    },
  }));
  assert.ok(outcome instanceof ClientGone);
});

test('a client that takes its bytes slowly, but faster than the floor, gets a large piece', { timeout: 600_000 }, async (t) => {
  // Sixteen times the floor: a piece takes several windows all the same.
  const [bytesPerSecond, windowMs] = [4 * 1024 * 1024, 50];
  const size = 12 * 1024 * 1024;
  const reader = {
    read: async (start: number, end: number, sink: (piece: Uint8Array) => Promise<void> | undefined) => {
      for (let position = start; position <= end; position += 1024 * 1024) await sink(Buffer.alloc(1024 * 1024));
    },
  };
  const watch = new TransferWatch(bytesPerSecond / 16, windowMs);
  const outcome = await outcomeOf(t, size, () => reader, { watch, bytesPerSecond });
  assert.equal(outcome, undefined);
});
