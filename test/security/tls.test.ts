import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { Agent, request } from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { makeAuthority, makeServerCertificate } from '../../packages/server/src/http/tls/certificate-writer.ts';
import { startRegistry, type TestRegistry } from '../protocol/registry-fixture.ts';
import { pushBlob } from '../protocol/sample-content.ts';
import { until } from './until.ts';

const startSecure = (...flags: string[]) => startRegistry({ flags: ['--anonymous', 'push', ...flags], transport: 'https' });
const authorityOf = ({ data }: TestRegistry) => readFile(join(data, 'tls', 'ca.crt'), 'utf8');

async function shakeHands(registry: TestRegistry, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: registry.port, ca: await authorityOf(registry), ...options });
  await once(socket, 'secureConnect');
  return socket;
}

/** Everything that comes until the connection ends, however it ends. */
async function untilEnd(socket: Socket): Promise<string> {
  let received = '';
  socket.on('data', (piece) => (received += piece));
  socket.on('error', () => undefined);
  if (!socket.destroyed) await once(socket, 'close');
  return received;
}

test('plain HTTP at the TLS port is told to use https; anything else is a closed connection', async () => {
  await using registry = await startSecure();
  for (const [sent, answer] of [
    ['GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n', /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]+use https:\/\/ in the address\.\n$/],
    ['\0\0\0\0 nothing that anybody speaks', /^(?!HTTP)/],
  ] as const) {
    const socket = connectPlain(registry.port, '127.0.0.1');
    socket.write(sent);
    assert.match(await untilEnd(socket), answer);
  }
});

test('a handshake that does not come to its end is cut off', async () => {
  await using registry = await startSecure('--limits-header-timeout-seconds', '1');
  const socket = connectPlain(registry.port, '127.0.0.1');
  assert.equal(await untilEnd(socket), '');
});

test('versions of TLS below tls.minVersion are refused', async () => {
  await using registry = await startSecure('--tls-min-version', '1.3');
  await assert.rejects(shakeHands(registry, { maxVersion: 'TLSv1.2' }), { code: /^ERR_SSL_/ });
  const socket = await shakeHands(registry);
  assert.equal(socket.getProtocol(), 'TLSv1.3');
  socket.destroy();
  await using older = await startSecure();
  await assert.rejects(shakeHands(older, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }), {
    code: /^ERR_SSL_/,
  });
});

test('the metrics say how long the certificate is good', async () => {
  await using registry = await startSecure();
  const { body } = await registry.client.send('GET', '/metrics');
  const seconds = Number(/^registry_certificate_expiry_seconds (\S+)$/m.exec(body.toString())?.[1]);
  assert.ok(seconds > 396 * 86_400 && seconds <= 397 * 86_400, String(seconds));
});

test('HTTP/2 only when the client asks for it, and not with tls.http2 off', async () => {
  for (const [flag, chosen] of [
    ['true', 'h2'],
    ['false', 'http/1.1'],
  ] as const) {
    await using registry = await startSecure('--tls-http2', flag);
    for (const [offered, got] of [
      [['h2', 'http/1.1'], chosen],
      [['http/1.1'], 'http/1.1'],
      [undefined, false],
    ] as const) {
      const socket = await shakeHands(registry, offered === undefined ? {} : { ALPNProtocols: [...offered] });
      assert.equal(socket.alpnProtocol, got);
      socket.destroy();
    }
  }
});

test('connections beyond the limit are told 503 inside of TLS, and HTTP/2 ones are closed', async () => {
  await using registry = await startSecure('--limits-connections-per-address', '1');
  const held = await shakeHands(registry);
  const second = await shakeHands(registry);
  second.write('GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n');
  assert.match(await untilEnd(second), /^HTTP\/1.1 503 Service Unavailable\r\n/);
  assert.equal(await untilEnd(await shakeHands(registry, { ALPNProtocols: ['h2'] })), '');
  held.destroy();
});

test('a changed certificate is used for new connections while transfers go on; not one request fails', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-reload-'));
  const authority = makeAuthority(['127.0.0.1'], new Date());
  const ca = authority.certificate.toString();
  const certFile = join(directory, 'tls.pem');
  const writeCertificate = async () => {
    const { certificate, key } = makeServerCertificate(authority, ['127.0.0.1'], new Date());
    await writeFile(certFile, `${certificate.toString()}${key.export({ type: 'pkcs8', format: 'pem' })}`);
    return certificate.fingerprint256;
  };
  await writeCertificate();
  await using registry = await startRegistry({ flags: ['--anonymous', 'push', '--tls-cert-file', certFile], transport: 'https', ca });
  const bytes = Buffer.alloc(8 * 1024 * 1024, 'x');
  const path = `/v2/reload/app/blobs/${await pushBlob({ client: registry.client, repository: 'reload/app' }, bytes)}`;
  const kept = connect({ host: '127.0.0.1', port: registry.port, ca });
  await once(kept, 'secureConnect');

  const seen = new Set<string>();
  let stop = false;
  const load = Array.from({ length: 4 }, async (_, index) => {
    // Half of them keep their connections, half make new ones.
    const agent = new Agent({ keepAlive: index % 2 === 0, ca });
    while (!stop) {
      const [response] = await once(request({ host: '127.0.0.1', port: registry.port, path, agent }).end(), 'response');
      seen.add((response.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256 ?? '');
      assert.equal((await text(response)).length, bytes.length);
    }
    agent.destroy();
  });
  const finished = Promise.all(load);
  try {
    for (let round = 0; round < 3; round += 1) {
      const fingerprint = await writeCertificate();
      await Promise.race([until(() => seen.has(fingerprint)), finished]);
      // Half a file in between is no certificate, and changes nothing.
      await writeFile(certFile, '-----BEGIN CERTIFICATE-----\nMIIB');
    }
  } finally {
    stop = true;
  }
  await finished;
  kept.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  assert.match(await untilEnd(kept), /^HTTP\/1.1 200/, 'a connection from before the changes is still good');
  await rm(directory, { recursive: true });
});

test('at the end, transfers over HTTP/2 may finish, and idle sessions are closed at once', async () => {
  await using registry = await startSecure();
  const bytes = Buffer.alloc(16 * 1024 * 1024, 'x');
  const path = `/v2/drain/app/blobs/${await pushBlob({ client: registry.client, repository: 'drain/app' }, bytes)}`;
  const ca = await authorityOf(registry);
  const [busy, idle] = [connectHttp2(registry.url, { ca }), connectHttp2(registry.url, { ca })] as [ClientHttp2Session, ClientHttp2Session];
  await once(idle, 'remoteSettings');
  const stream = busy.request({ ':path': path });
  await once(stream, 'response');
  const idleClosed = once(idle, 'close');
  const stopped = registry.stop(10_000);
  await idleClosed;
  assert.equal((await text(stream)).length, bytes.length);
  await stopped;
});

for (const transport of [undefined, 'https']) {
  test(`at the end, connections on which nothing was asked are closed at once (${transport ?? 'http'})`, { timeout: 120_000 }, async () => {
    const registry = await startRegistry({ transport });
    const silent: Socket[] = [connectPlain(registry.port, '127.0.0.1')];
    if (transport === 'https') silent.push(await shakeHands(registry));
    // Answered after them, so the server has them too.
    assert.equal((await registry.client.send('GET', '/healthz')).status, 200);
    const ended = Promise.all(silent.map(untilEnd));
    await registry.stop(600_000);
    assert.deepEqual(
      await ended,
      silent.map(() => ''),
    );
  });
}
