import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect as connectPlain } from 'node:net';
import { test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { limitConnections } from '../connection-limits.ts';
import { makeAuthority, makeServerCertificate } from './certificate-writer.ts';
import { SecureServer } from './secure-server.ts';

test('a connection beyond the limit stays refused when the same port of a client connects to another address of the server', async (t) => {
  const authority = makeAuthority(['127.0.0.1'], new Date());
  const { certificate, key } = makeServerCertificate(authority, ['127.0.0.1'], new Date());
  const pair = { cert: certificate.toString(), key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
  const server = new SecureServer({}, pair, { minVersion: 'TLSv1.3', http2: undefined, handshakeTimeoutMs: 60_000 });
  let served = 0;
  server.on('request', (_, response) => {
    served += 1;
    response.end();
  });
  const limits = { connections: 1, connectionsPerAddress: 1 };
  limitConnections(server, limits, { networkOf: (address) => address, isShared: () => false }, () => undefined);
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const open = async (host: string, localPort: number | undefined): Promise<TLSSocket> => {
    const below = connectPlain({ host, port, localAddress: '127.0.0.1', ...(localPort === undefined ? {} : { localPort }) });
    const socket = connect({ socket: below, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    return socket;
  };
  const first = await open('127.0.0.1', undefined);
  const second = await open('127.0.0.2', first.localPort);
  const answered = once(second, 'data');
  second.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  assert.match(String((await answered)[0]), /^HTTP\/1.1 503 /);
  assert.equal(served, 0);
});
