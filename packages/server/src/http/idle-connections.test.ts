import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { Origins } from './client-address.ts';
import { connectionOf } from './connection.ts';
import { HttpExchange } from './http-exchange.ts';
import { closeIdleConnections } from './idle-connections.ts';
import { takeTurn } from './turns.ts';

async function start(onRequest: (response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    const connection = connectionOf(request.socket);
    takeTurn(connection, new HttpExchange(request, response, new Origins([], undefined).of(request, connection)));
    onRequest(response);
  });
  closeIdleConnections(server, 500);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  return { server, socket };
}

test('a client that stops in the middle of a body is disconnected', async () => {
  const { server, socket } = await start(() => undefined);
  socket.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc');
  await once(socket, 'close');
  server.close();
});

test('a client that waits for our own long work is not', async () => {
  const { server, socket } = await start((response) => {
    // Answered only after the idle time has passed on this very connection.
    response.socket?.once('timeout', () => response.end('done'));
  });
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1.1 200/);
  socket.destroy();
  server.close();
});

test('a client that we hold back in the middle of its body is not', async () => {
  const { server, socket } = await start((response) => {
    response.req.pause();
    response.socket?.once('timeout', () => response.end('done'));
  });
  socket.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc');
  const [answer] = await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  // First, so that a failure does not keep the process waiting.
  socket.destroy();
  server.close();
  assert.match(String(answer), /^HTTP\/1.1 200/);
});

test('a client that reads no answer is disconnected, although it has sent another request ahead', async () => {
  const { server, socket } = await start((response) => {
    if (response.req.url === '/large') response.end(Buffer.alloc(64 * 1024 * 1024));
  });
  socket.pause();
  socket.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n');
  const [accepted] = (await once(server, 'request')) as [IncomingMessage];
  await once(accepted.socket, 'close');
  socket.destroy();
  server.close();
});
