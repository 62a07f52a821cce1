import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { discardBody } from './unread-body.ts';

/** A request whose head has arrived, and the client's side of its connection. */
async function arrive(head: string): Promise<{ request: IncomingMessage; socket: Socket; [Symbol.asyncDispose](): Promise<void> }> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  socket.write(head);
  const [request] = (await once(server, 'request')) as [IncomingMessage];
  const dispose = async () => {
    socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { request, socket, [Symbol.asyncDispose]: dispose };
}

const head = (length: number) => `PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;
const patient = { idleMs: 60_000, totalMs: 60_000 };

test('a body that comes to its end is read to it', async () => {
  await using exchange = await arrive(head(200_000));
  const discarded = discardBody(exchange.request, patient);
  exchange.socket.write(Buffer.alloc(200_000));
  assert.equal(await discarded, true);
});

test('a client that goes away, stops sending, or never stops, is not waited for', async () => {
  await using gone = await arrive(head(200_000));
  const discarded = discardBody(gone.request, patient);
  gone.socket.destroy();
  assert.equal(await discarded, false);
  assert.equal(await discardBody(gone.request, patient), false, 'asked again');

  await using silent = await arrive(head(200_000));
  assert.equal(await discardBody(silent.request, { ...patient, idleMs: 20 }), false);

  await using endless = await arrive(head(1e15));
  const more = () => endless.socket.write(Buffer.alloc(65_536));
  endless.socket.on('drain', more);
  more();
  assert.equal(await discardBody(endless.request, { ...patient, totalMs: 50 }), false);
});
