import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, test } from 'node:test';
import type { BlobReader, ByteSink } from '../registry/ports/blob-store.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { Origins } from './client-address.ts';
import { connectionOf } from './connection.ts';
import { answerError } from './error-answer.ts';
import { HttpExchange } from './http-exchange.ts';
import { ClientGone, requestBody } from './request-body.ts';
import { sendBytes } from './send-bytes.ts';
import { TransferWatch } from './transfer-watch.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const strict = new TransferWatch(1_000_000, 20);
const lenient = new TransferWatch(0, 60_000);
after(() => {
  strict.close();
  lenient.close();
});
const tooLong = () => new RegistryError('SIZE_INVALID', { status: 413 });

const exchangeOf = (request: IncomingMessage, response: ServerResponse) =>
  new HttpExchange(request, response, new Origins([], undefined).of(request, connectionOf(request.socket)));

interface Received {
  readonly socket: Socket;
  /** How reading the body ended: undefined when it came whole. */
  readonly outcome: Promise<unknown>;
  readonly answer: Promise<string>;
}

/** Sends the head of a PUT, whose body goes to `sink`; what is refused is answered. */
async function put(headers: string, sink: ByteSink, watch = lenient): Promise<Received> {
  const outcome = Promise.withResolvers<unknown>();
  const server = createServer((request, response) => {
    const exchange = exchangeOf(request, response);
    requestBody(exchange, { watch, maxBytes: 100_000, tooLong })(sink).then(
      () => {
        outcome.resolve(undefined);
        response.end('whole');
      },
      (error: unknown) => {
        outcome.resolve(error);
        answerError(exchange, error, silent);
      },
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let text = '';
  socket.on('data', (piece) => {
    text += piece.toString();
  });
  const answer = new Promise<string>((resolve) => {
    socket
      .on('error', () => undefined)
      .on('close', () => {
        server.close();
        resolve(text);
      });
  });
  after(() => socket.destroy());
  socket.write(`PUT / HTTP/1.1\r\nHost: a\r\n${headers}\r\n`);
  return { socket, outcome: outcome.promise, answer };
}

const statusOf = (error: unknown) => (error instanceof RegistryError ? error.status : error);

test('a client that sends too slowly is told 408, and its connection ends', async () => {
  const { socket, outcome, answer } = await put('Content-Length: 50000\r\n', () => undefined, strict);
  const drip = setInterval(() => socket.write('x'), 5);
  assert.equal(statusOf(await outcome), 408);
  clearInterval(drip);
  socket.end();
  assert.match(await answer, /^HTTP\/1.1 408 [\s\S]*Connection: close/i);
});

test('a sink that throws ends its request only', async () => {
  const failure = new Error('in the sink');
  const { socket, outcome } = await put('Content-Length: 5\r\nConnection: close\r\n', () => {
    throw failure;
  });
  socket.write('12345');
  assert.equal(await outcome, failure);
});

test('a sink that fails later ends its request, and gets nothing more', async () => {
  const failure = new Error('in the sink');
  let pieces = 0;
  const { socket, outcome } = await put('Transfer-Encoding: chunked\r\n', () => {
    pieces += 1;
    return Promise.reject(failure);
  });
  socket.write('5\r\n12345\r\n');
  assert.equal(await outcome, failure);
  socket.write('5\r\n12345\r\n0\r\n\r\n');
  socket.end();
  await once(socket, 'close');
  assert.equal(pieces, 1);
});

test('the sink holds up the client, and pieces come in order', async () => {
  const order: string[] = [];
  const { socket, outcome } = await put('Transfer-Encoding: chunked\r\n', async (piece) => {
    const text = Buffer.from(piece).toString();
    order.push(`begin ${text}`);
    await new Promise((resolve) => setImmediate(resolve));
    order.push(`end ${text}`);
  });
  for (const text of ['a', 'b', 'c']) socket.write(`1\r\n${text}\r\n`);
  socket.write('0\r\n\r\n');
  assert.equal(await outcome, undefined);
  assert.deepEqual(order, ['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c']);
});

test('a client that leaves is ClientGone, before and during the body, whatever the sink is doing', async () => {
  const holding = Promise.withResolvers<void>();
  for (const sink of [() => undefined, () => holding.promise]) {
    const { socket, outcome } = await put('Content-Length: 10\r\n', sink);
    socket.write('12345');
    setImmediate(() => socket.resetAndDestroy());
    assert.ok((await outcome) instanceof ClientGone);
  }
  holding.resolve();
});

test('more than the limit is refused, announced or not', async () => {
  const announced = await put('Content-Length: 100001\r\n', () => assert.fail('it was read'));
  assert.equal(statusOf(await announced.outcome), 413);
  const chunked = await put('Transfer-Encoding: chunked\r\n', () => undefined);
  chunked.socket.write(`${(100_001).toString(16)}\r\n${'x'.repeat(100_001)}\r\n0\r\n\r\n`);
  assert.equal(statusOf(await chunked.outcome), 413);
});

test('a client that takes bytes too slowly is cut off, and the store is no longer read', async () => {
  const size = 1024 * 1024 * 1024;
  const piece = Buffer.alloc(1024 * 1024);
  const reader: BlobReader = {
    sizeBytes: size,
    read: async (start, end, sink, signal) => {
      for (let at = start; at <= end; at += piece.length) {
        signal?.throwIfAborted();
        await sink(piece);
      }
    },
    close: async () => undefined,
  };
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined).pause();
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const [request, response] = await once(server, 'request');
  response.writeHead(200, { 'Content-Length': size });
  await assert.rejects(sendBytes(exchangeOf(request, response), reader, { start: 0, end: size - 1 }, strict), ClientGone);
  socket.destroy();
  server.close();
});
