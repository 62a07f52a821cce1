import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { createLogReceiver } from './log-receivers.ts';

test('a receiver that changes the protocol unasked has taken nothing, and is not waited for', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const receiver = createLogReceiver(address, { authorities: [], authorization: undefined, timeoutMs: 60_000 });
  const never = once(AbortSignal.timeout(30_000), 'abort').then(() => 'neither taken nor refused');
  await assert.rejects(Promise.race([receiver.send(['{}'], new AbortController().signal), never]), /ended without an answer/);
});
