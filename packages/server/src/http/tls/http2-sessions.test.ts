import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Http2ServerRequest } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import type { ByteSink } from '../../registry/ports/blob-store.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import { Origins } from '../client-address.ts';
import { connectionOf } from '../connection.ts';
import { HttpExchange } from '../http-exchange.ts';
import { requestBody } from '../request-body.ts';
import { TransferWatch } from '../transfer-watch.ts';
import { makeAuthority, makeServerCertificate } from './certificate-writer.ts';
import { SecureServer } from './secure-server.ts';

const watch = new TransferWatch(0, 60_000);
after(() => watch.close());

/** A server that gives what it receives to `sinkFor(request)`, and a client's session with it. */
async function start(t: TestContext, sinkFor: (request: Http2ServerRequest) => ByteSink) {
  const { certificate, key } = makeServerCertificate(makeAuthority(['a.example'], new Date()), ['a.example'], new Date());
  const pair = { cert: certificate.toString(), key: String(key.export({ type: 'pkcs8', format: 'pem' })) };
  const http2 = { headerBytes: 16_384, idleTimeoutMs: 1000 };
  const server = new SecureServer({}, pair, { minVersion: 'TLSv1.3', http2, handshakeTimeoutMs: 10_000 });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const exchange = new HttpExchange(request, response, new Origins([], undefined).of(request, connectionOf(request.socket)));
    const receive = requestBody(exchange, { watch, maxBytes: Number.MAX_SAFE_INTEGER, tooLong: () => new RegistryError('SIZE_INVALID') });
    void receive(sinkFor(request as unknown as Http2ServerRequest)).then(
      () => response.end(String(exchange.bytesReceived)),
      () => response.destroy(),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  // Tests look at how it ends.
  session.on('error', () => undefined);
  t.after(() => {
    session.destroy();
    server.close();
    server.closeAllConnections();
  });
  return session;
}

for (const [what, bytes] of [
  ['of which the rest cannot come', 8 * 1024 * 1024],
  ['that has arrived whole', 10],
] as const) {
  test(`an upload ${what} while a slow store holds it back keeps its session beyond the idle time`, async (t) => {
    let timeouts = 0;
    const session = await start(t, ({ stream }) => {
      // The store takes the first piece only when the session has been idle for its whole time.
      const idle = stream.session ? once(stream.session, 'timeout') : Promise.reject(new Error('the session is gone'));
      return async () => {
        await idle;
        timeouts += 1;
      };
    });
    const upload = session.request({ ':method': 'PUT', ':path': '/' });
    upload.on('error', () => undefined).end(Buffer.alloc(bytes));
    const [headers] = await Promise.race([once(upload, 'response'), once(session, 'close')]);
    assert.equal(headers?.[':status'], 200, 'the session was closed');
    assert.ok(timeouts > 0);
    let answer = '';
    for await (const piece of upload.setEncoding('utf8')) answer += piece;
    assert.equal(answer, String(bytes));
  });
}

test('a client that stops in the middle of an upload is disconnected', async (t) => {
  const session = await start(t, () => () => undefined);
  const upload = session.request({ ':method': 'PUT', ':path': '/' });
  upload.on('error', () => undefined).write('abc');
  await once(session, 'close');
});
