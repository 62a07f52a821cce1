import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RegistryError } from '../registry/registry-error.ts';
import { HttpExchange } from './http-exchange.ts';
import { readBody } from './request-body.ts';
import { TransferWatch } from './transfer-watch.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Memory that is in use, in bytes. */
function used(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const chunked = (text: string) => [...text].map((letter) => `1\r\n${letter}\r\n`).join('');

/** Sends `sent` as single bytes, calls `onArrived`, sends `rest`; answers what was read. */
async function readSingleBytes(t: TestContext, sent: string, rest: string, onArrived: () => void): Promise<string> {
  const watch = new TransferWatch(0);
  const body = Promise.withResolvers<Buffer>();
  const arrived = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    const exchange = new HttpExchange(request, response, { address: '', baseUrl: '', host: '', viaTrustedProxy: false });
    const tooLong = () => new RegistryError('SIZE_INVALID', { status: 413 });
    readBody(exchange, { watch, maxBytes: 1024 * 1024, tooLong }).then(body.resolve, body.reject);
    request.on('data', () => {
      if (exchange.bytesReceived === sent.length) arrived.resolve();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  t.after(() => {
    watch.close();
    socket.destroy();
    server.close();
  });
  socket.write(`PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(sent)}`);
  await arrived.promise;
  onArrived();
  socket.write(`${chunked(rest)}0\r\n\r\n`);
  return (await body.promise).toString();
}

test('a body in single bytes takes the memory of its bytes, and comes out as it was', async (t) => {
  const sent = 'abcdefgh'.repeat(12_000);
  await readSingleBytes(t, sent, 'warm', () => undefined);
  const before = used();
  let after = Number.POSITIVE_INFINITY;
  const whole = await readSingleBytes(t, sent, 'rest', () => {
    after = used();
  });
  assert.equal(whole, `${sent}rest`);
  assert.ok(after - before < 8 * 1024 * 1024, `${after - before} bytes for ${sent.length}`);
});
