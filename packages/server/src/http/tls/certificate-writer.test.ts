import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { makeAuthority, makeServerCertificate } from './certificate-writer.ts';

const now = new Date();
/** What the authority may vouch for, what its certificate is for, and the name by which a client connects. */
interface Attempt {
  readonly vouches: readonly string[];
  readonly serves: readonly string[];
  readonly as: string;
}

/** Whether a client that trusts the authority accepts the server. The checks are OpenSSL's. */
async function accepts({ vouches, serves, as }: Attempt): Promise<boolean> {
  const authority = makeAuthority(vouches, now);
  const { certificate, key } = makeServerCertificate(authority, serves, now);
  const server = createServer({ cert: certificate.toString(), key: String(key.export({ type: 'pkcs8', format: 'pem' })) });
  server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client: TLSSocket = connect({
    host: '127.0.0.1',
    port,
    ca: authority.certificate.toString(),
    servername: '',
    checkServerIdentity: () => undefined,
  });
  try {
    return await new Promise((resolve) => {
      client.once('secureConnect', () => {
        const { raw } = client.getPeerX509Certificate() ?? {};
        const peer = new X509Certificate(raw ?? '');
        resolve((peer.checkHost(as) ?? peer.checkIP(as)) !== undefined);
      });
      client.once('error', () => resolve(false));
    });
  } finally {
    client.destroy();
    server.close();
  }
}

const mixed = ['registry.example', '*.apps.example', '10.1.2.3', 'fd00::1.2.3.4'];
for (const [vouches, as] of [
  [mixed, 'registry.example'],
  [mixed, 'shop.apps.example'],
  [mixed, '10.1.2.3'],
  [mixed, 'fd00::102:304'],
  [['localhost'], 'localhost'],
  [['::1'], '::1'],
] as const) {
  test(`clients accept a certificate for ${vouches.join(', ')} as ${as}`, async () => {
    assert.equal(await accepts({ vouches, serves: vouches, as }), true);
  });
}

test('a name below one that the authority vouches for is accepted', async () => {
  assert.equal(await accepts({ vouches: ['a.example'], serves: ['b.a.example'], as: 'b.a.example' }), true);
});

for (const [vouches, serves] of [
  [['registry.example'], 'bank.example'],
  [['registry.example'], 'xregistry.example'],
  [['registry.example'], '10.1.2.3'],
  [['registry.example'], '::1'],
  [['10.1.2.3'], 'bank.example'],
  [['10.1.2.3'], '10.1.2.4'],
  [['10.1.2.3', 'registry.example'], '::1'],
] as const) {
  test(`a certificate for another name is refused by clients, although the authority signed it: ${vouches.join(', ')} for ${serves}`, async () => {
    assert.equal(await accepts({ vouches, serves: [serves], as: serves }), false);
  });
}

test('serial numbers and keys are never the same twice, and times are valid from now on', () => {
  const [one, two] = [makeAuthority(['a.example'], now), makeAuthority(['a.example'], now)];
  assert.notEqual(one.certificate.serialNumber, two.certificate.serialNumber);
  assert.notEqual(one.certificate.subject, two.certificate.subject);
  assert.ok(!one.key.equals(two.key));
  assert.ok(one.certificate.validFromDate < now);
});
