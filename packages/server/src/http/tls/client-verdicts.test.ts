import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect as connectPlain, createServer } from 'node:net';
import { after, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { ClientAuthority, type ClientPair } from '../../../../../test/tools/client-authority.ts';
import { connectionOf } from '../connection.ts';
import { makeAuthority, makeServerCertificate } from './certificate-writer.ts';
import type { ClientTrust } from './client-trust.ts';
import { SecureServer } from './secure-server.ts';

const authority = new ClientAuthority();
const trusting = (...revoked: ClientPair[]): ClientTrust => ({ authorities: [authority.cert], revocations: [authority.revoke(revoked)] });
const { certificate, key } = makeServerCertificate(makeAuthority(['127.0.0.1'], new Date()), ['127.0.0.1'], new Date());
const own = { cert: certificate.toString(), key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
const server = new SecureServer({}, own, { minVersion: 'TLSv1.2', http2: undefined, handshakeTimeoutMs: 60_000, clients: trusting() });
// Says what is wrong with the certificate that the client showed.
server.on('request', ({ socket }, response) => response.end(connectionOf(socket).certificate?.().fault ?? 'nothing'));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
after(() => {
  server.close();
  server.closeAllConnections();
});

async function faultOver(socket: TLSSocket): Promise<string> {
  let text = '';
  socket.on('data', (piece: Buffer) => {
    text += String(piece);
  });
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  await once(socket, 'end');
  return text.split('\r\n\r\n')[1] ?? '';
}

test('who was revoked while its handshake was under way is not let in by the list before', async (t) => {
  const { relay, held, release } = await holdingRelay(port, 2);
  t.after(() => relay.close());
  const pairs = [authority.issue({ commonName: 'slow' }), authority.issue({ commonName: 'slower' })];
  const sockets = pairs.map(({ cert, key }, index) => {
    const maxVersion = index === 0 ? 'TLSv1.3' : 'TLSv1.2';
    const { port } = relay.address() as AddressInfo;
    return connect({ port, host: '127.0.0.1', cert, key, rejectUnauthorized: false, maxVersion });
  });
  await held;
  server.useClientTrust(trusting(...pairs));
  release();
  for (const socket of sockets) {
    await once(socket, 'secureConnect');
    assert.match(await faultOver(socket), /has changed since you connected/);
  }
});

test('authorities between are shown by the client, and each may vouch only as far as it was allowed to', async () => {
  const team = new ClientAuthority('Team CA', { above: authority, mostBelow: 0 });
  const below = new ClientAuthority('Below CA', { above: team });
  const client = new ClientAuthority('builder', { above: authority, isAuthority: false });
  const faultOf = async ({ cert, key }: ClientPair, ...revoked: ClientAuthority[]) => {
    const revocations = [authority, team, below, client].map((one) => one.revoke(revoked));
    server.useClientTrust({ authorities: [authority.cert], revocations });
    const socket = connect({ port, host: '127.0.0.1', cert, key, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    return faultOver(socket);
  };
  const good = team.issue({ commonName: 'builder' });
  assert.equal(await faultOf(good), 'nothing');
  assert.match(await faultOf(good, team), /it was revoked/);
  assert.match(await faultOf({ ...good, cert: good.cert.replace(team.cert, '') }), /no authority that is trusted here/);
  assert.match(await faultOf(below.issue({ commonName: 'builder' })), /PATH_LENGTH_EXCEEDED/);
  const namesake = new ClientAuthority();
  assert.match(await faultOf(namesake.issue({ commonName: 'builder' })), /did not verify|no authority/);
  // A client's certificate makes nobody an authority.
  assert.match(await faultOf(client.issue({ commonName: 'root' })), /what vouches for it is no authority/);
});

/** Passes on what clients say at once, and what the server says once it is told to; `held`: it has said something to so many. */
async function holdingRelay(target: number, clients: number) {
  const { promise: held, resolve: nowHeld } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  let waiting = 0;
  const relay = createServer((client) => {
    const upstream = connectPlain(target, '127.0.0.1');
    client.pipe(upstream);
    upstream.once('readable', () => {
      waiting += 1;
      if (waiting === clients) nowHeld();
      void released.then(() => upstream.pipe(client));
    });
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  return { relay, held, release };
}
