import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import fc from 'fast-check';
import { RawConnection, splitAnswer } from './raw-connection.ts';

const body = fc.string({ unit: 'binary-ascii' });
const counted = body.map((text) => ({
  body: text,
  wire: `HTTP/1.1 201 Created\r\nLocation: /here\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
}));
const chunked = fc.array(body).map((parts) => ({
  body: parts.join(''),
  wire: `HTTP/1.1 201 Created\r\nlocation: /here\r\nTransfer-Encoding: chunked\r\n\r\n${parts
    .filter((part) => part !== '')
    .map((part) => `${part.length.toString(16)}\r\n${part}\r\n`)
    .join('')}0\r\n\r\n`,
}));

test('an answer is taken whole, wherever its bytes were cut, and what follows is left', () => {
  fc.assert(
    fc.property(fc.oneof(counted, chunked), fc.nat(), fc.string({ unit: 'binary-ascii' }), (sent, cut, rest) => {
      assert.equal(splitAnswer(sent.wire.slice(0, cut % sent.wire.length)), undefined);
      assert.deepEqual(splitAnswer(sent.wire + rest), { answer: { status: 201, location: '/here', body: sent.body }, rest });
    }),
  );
});

test('a server gets what is sent, small and in large pieces, and its answers come back in order', async (t) => {
  const lengths: number[] = [];
  const server = createServer(async (request, response) => {
    lengths.push((await buffer(request)).length);
    response.writeHead(lengths.length === 2 ? 404 : 202, { location: request.url, 'content-length': request.method?.length });
    response.end(request.method);
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const connection = new RawConnection(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => connection.close());
  const piece = Buffer.alloc(2 ** 20);
  assert.deepEqual(await connection.send('POST', '/a', ''), { status: 202, location: '/a', body: 'POST' });
  assert.equal((await connection.send('PUT', '/b', 'Content-Type: text/plain\r\n', [Buffer.from('abc')])).status, 404);
  assert.equal((await connection.send('PUT', '/c', '', [piece, piece, piece])).location, '/c');
  assert.equal((await connection.send('HEAD', '/d', '')).body, '');
  assert.equal((await connection.send('GET', '/e', '')).body, 'GET');
  assert.deepEqual(lengths, [0, 3, 3 * 2 ** 20, 0, 0]);
});

test('a connection that breaks is an error of the request and of every later one', async (t) => {
  const server = createServer((request) => request.socket.destroy()).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const connection = new RawConnection(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => connection.close());
  await assert.rejects(connection.send('GET', '/', ''));
  await assert.rejects(connection.send('GET', '/', ''));
});
