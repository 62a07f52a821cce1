import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import test from 'node:test';
import fc from 'fast-check';
import { openSocket } from './secure-socket.ts';
import { startTlsAnswer, startTlsRequest } from './start-tls.ts';

const granted = Buffer.from('300c02010178070a010004000400', 'hex');
/** The same with lengths of four bytes, as Active Directory writes them. */
const long = Buffer.from('30840000001002010178840000000' + '70a010004000400', 'hex');

test('the request is the one of RFC 4511', () => {
  assert.equal(startTlsRequest.toString('latin1').slice(-22), '1.3.6.1.4.1.1466.20037');
  assert.equal(startTlsRequest.length, 2 + (startTlsRequest[1] ?? 0));
});

test('an answer is read in any form of length and in any pieces', () => {
  for (const answer of [granted, long]) {
    assert.equal(startTlsAnswer(answer), 'granted');
    for (let end = 0; end < answer.length; end += 1) assert.equal(startTlsAnswer(answer.subarray(0, end)), 'incomplete');
  }
});

test('only that very answer grants it', () => {
  const with_ = (index: number, value: number): Buffer => Buffer.from(granted.map((byte, at) => (at === index ? value : byte)));
  assert.match(startTlsAnswer(with_(9, 2)), /result code 2/);
  assert.match(startTlsAnswer(with_(4, 2)), /another question/);
  assert.match(startTlsAnswer(with_(5, 0x61)), /another question/);
  assert.match(startTlsAnswer(Buffer.concat([granted, Buffer.from([0x30])])), /before TLS began/);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => typeof startTlsAnswer(Buffer.from(bytes)) === 'string'));
});

test('what somebody says in the name of the server before TLS begins is not listened to', async () => {
  // A good answer to the bind that would come next, as far as its length: the rest would be the first bytes of TLS.
  const forged = Buffer.from('30840000002002010261840000001b0a010004000484', 'hex');
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    // Holds nothing open when the test fails.
    socket.unref();
    socket.once('data', () => socket.write(Buffer.concat([granted, forged])));
  })
    .listen(0, '127.0.0.1')
    .unref();
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const target = {
    url: 'ldap://localhost',
    host: '127.0.0.1',
    port: address.port,
    security: 'start-tls',
    authorityFile: undefined,
  } as const;
  await assert.rejects(openSocket(target, AbortSignal.timeout(60_000)), /something was sent before TLS began/);
  server.close();
});
