import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeAuthority, makeServerCertificate } from './certificate-writer.ts';
import { checkKeyPair, readKeyPair } from './key-pair.ts';

const files = { certFile: 'tls.crt', keyFile: 'tls.key' };
const authority = makeAuthority(['a.example'], new Date());
const server = makeServerCertificate(authority, ['a.example'], new Date());
const other = makeServerCertificate(authority, ['a.example'], new Date());
const pem = ({ key }: typeof server, options = {}) => String(key.export({ type: 'pkcs8', format: 'pem', ...options }));
const cert = server.certificate.toString();
const chain = cert + authority.certificate.toString();
const small = generateKeyPairSync('rsa', { modulusLength: 1024 });

test('a pair that fits is served: with a chain, with both in one file, with an EC or RSA form of the key', () => {
  const sec1 = String(server.key.export({ type: 'sec1', format: 'pem' }));
  for (const text of [
    { cert, key: pem(server) },
    { cert: chain, key: sec1 },
    { cert: chain + sec1, key: chain + sec1 },
  ]) {
    const { certificate } = checkKeyPair(text, files, 'TLSv1.2');
    assert.equal(certificate.fingerprint256, server.certificate.fingerprint256);
  }
});

const wrong: readonly (readonly [string, { cert: string; key: string }, RegExp])[] = [
  [
    'the key of another certificate',
    { cert: chain, key: pem(other) },
    /^tls\.key is not the key of the certificate in tls\.crt \(CN=Longshore\): /,
  ],
  [
    'a chain in the wrong order',
    { cert: authority.certificate.toString() + cert, key: pem(server) },
    /^tls\.crt begins with .*: move certificate 2 to the top/,
  ],
  ['no certificate', { cert: pem(server), key: pem(server) }, /^tls\.crt holds no certificate/],
  ['half a certificate', { cert: cert.slice(0, 300), key: pem(server) }, /^tls\.crt holds no certificate/],
  [
    'a damaged certificate',
    { cert: cert.replace(/\n.{64}/, '\n'), key: pem(server) },
    /^tls\.crt: certificate 1 is damaged .*: copy it again/,
  ],
  ['no key', { cert, key: cert }, /^tls\.key holds no private key/],
  ['a damaged key', { cert, key: pem(server).replace(/\n.{30}/, '\n') }, /^tls\.key: the private key is damaged/],
  [
    'a key with a passphrase',
    { cert, key: pem(server, { cipher: 'aes-256-cbc', passphrase: 'x' }) },
    /^tls\.key is encrypted .*openssl pkey/,
  ],
  [
    'nothing at all',
    { cert: '', key: '\n' },
    /^TLS has several problems:\n {2}tls\.crt is empty: copy the certificate .*\n {2}tls\.key is empty: copy the private key /,
  ],
  ['a small RSA key', { cert, key: String(small.privateKey.export({ type: 'pkcs8', format: 'pem' })) }, /^tls\.key is not the key/],
];
for (const [what, text, message] of wrong) {
  test(`${what} is refused with its remedy, and no key in the message`, () => {
    assert.throws(
      () => checkKeyPair(text, files, 'TLSv1.2'),
      (error: Error) => {
        assert.equal(error.name, 'TlsProblem');
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /BEGIN [A-Z ]*PRIVATE KEY-----/);
        return true;
      },
    );
  });
}

test('files that are not there are all named', async () => {
  await assert.rejects(readKeyPair({ certFile: '/nowhere/tls.crt', keyFile: '/nowhere/tls.key' }), {
    name: 'TlsProblem',
    message: /\/nowhere\/tls\.crt is not there: .*\n.*\/nowhere\/tls\.key is not there: /,
  });
});

test('one file for both is read in one piece, even while it is replaced', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-pair-'));
  t.after(() => rm(directory, { recursive: true }));
  const file = join(directory, 'tls.pem');
  await writeFile(file, 'first');
  for (let round = 0; round < 300; round += 1) {
    await writeFile(join(directory, 'next'), `${round}`);
    const [read] = await Promise.all([readKeyPair({ certFile: file, keyFile: file }), rename(join(directory, 'next'), file)]);
    assert.equal(read.cert, read.key);
  }
});
