import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureSelfSigned } from './self-signed.ts';

const day = 24 * 60 * 60 * 1000;
const now = new Date('2026-11-21T12:00:00Z');
const later = (days: number) => new Date(now.getTime() + days * day);

async function withDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const parent = await mkdtemp(join(tmpdir(), 'longshore-tls-'));
  try {
    await work(join(parent, 'tls'));
  } finally {
    await rm(parent, { recursive: true });
  }
}
const certificateIn = async (file: string) => new X509Certificate(await readFile(file));

test('an authority for ten years, and a server certificate for the given names for at most 398 days', () =>
  withDirectory(async (directory) => {
    const { pairFile, authorityFile, isNewAuthority } = await ensureSelfSigned(directory, ['Registry.example', '127.0.0.1', '::1'], now);
    const [server, authority] = [await certificateIn(pairFile), await certificateIn(authorityFile)];
    assert.equal(isNewAuthority, true);
    assert.ok(authority.ca && authority.verify(authority.publicKey));
    assert.equal(Math.round((authority.validToDate.getTime() - now.getTime()) / day), 3650);
    assert.ok(!server.ca && server.verify(authority.publicKey) && server.checkIssued(authority));
    assert.ok(server.validToDate.getTime() - server.validFromDate.getTime() <= 398 * day);
    assert.ok(server.validFromDate < now);
    assert.equal(server.subjectAltName, 'IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:registry.example');
  }));

test('private keys are readable by their owner only, and not in the file for clients', () =>
  withDirectory(async (directory) => {
    const { authorityFile } = await ensureSelfSigned(directory, ['registry.example'], now);
    const names = (await readdir(directory)).toSorted();
    assert.deepEqual(names, ['ca-1.pem', 'ca.crt', 'server.pem']);
    for (const name of names) {
      const isSecret = (await readFile(join(directory, name), 'utf8')).includes('PRIVATE KEY');
      assert.equal(isSecret, name !== 'ca.crt', name);
      assert.equal((await stat(join(directory, name))).mode & 0o777, isSecret ? 0o600 : 0o644, name);
    }
    assert.equal((await stat(directory)).mode & 0o777, 0o700);
    assert.match(authorityFile, /ca\.crt$/);
  }));

test('a second start changes nothing', () =>
  withDirectory(async (directory) => {
    const first = await ensureSelfSigned(directory, ['a.example', 'b.example'], now);
    const before = await Promise.all([readFile(first.pairFile), readFile(first.authorityFile)]);
    const second = await ensureSelfSigned(directory, ['b.example', 'A.example', 'a.example'], later(300));
    assert.deepEqual(await Promise.all([readFile(second.pairFile), readFile(second.authorityFile)]), before);
    assert.equal(second.isNewAuthority, false);
  }));

test('the server certificate is renewed before its end by the same authority', () =>
  withDirectory(async (directory) => {
    const { pairFile, authorityFile } = await ensureSelfSigned(directory, ['a.example'], now);
    const [server, authority] = [await certificateIn(pairFile), await certificateIn(authorityFile)];
    const { isNewAuthority } = await ensureSelfSigned(directory, ['a.example'], later(340));
    assert.equal(isNewAuthority, false);
    const renewed = await certificateIn(pairFile);
    assert.notEqual(renewed.fingerprint256, server.fingerprint256);
    assert.ok(renewed.verify(authority.publicKey) && renewed.validToDate > later(700));
  }));

test('a name below one that the authority vouches for gets a new certificate by it; another name needs a new authority', () =>
  withDirectory(async (directory) => {
    const { pairFile, authorityFile } = await ensureSelfSigned(directory, ['a.example'], now);
    const authority = await certificateIn(authorityFile);
    const below = await ensureSelfSigned(directory, ['*.b.a.example', 'a.example'], now);
    assert.equal(below.isNewAuthority, false);
    assert.equal((await certificateIn(pairFile)).subjectAltName, 'DNS:*.b.a.example, DNS:a.example');
    for (const name of ['xa.example', '10.0.0.1']) {
      const other = await ensureSelfSigned(directory, [name], now);
      assert.equal(other.isNewAuthority, true, name);
      const changed = await certificateIn(authorityFile);
      assert.notEqual(changed.fingerprint256, authority.fingerprint256);
      assert.ok((await certificateIn(pairFile)).verify(changed.publicKey), name);
    }
  }));

test('an authority near its end is followed by another', () =>
  withDirectory(async (directory) => {
    await ensureSelfSigned(directory, ['a.example'], now);
    const next = await ensureSelfSigned(directory, ['a.example'], later(3600));
    assert.equal(next.isNewAuthority, true);
    assert.ok((await certificateIn(next.pairFile)).verify((await certificateIn(next.authorityFile)).publicKey));
  }));

test('processes that start at once agree on one authority', () =>
  withDirectory(async (directory) => {
    await Promise.all(Array.from({ length: 8 }, () => ensureSelfSigned(directory, ['a.example'], now)));
    assert.deepEqual((await readdir(directory)).toSorted(), ['ca-1.pem', 'ca.crt', 'server.pem']);
    const [server, authority] = [await certificateIn(join(directory, 'server.pem')), await certificateIn(join(directory, 'ca.crt'))];
    assert.ok(server.verify(authority.publicKey));
  }));

test('a directory that cannot be used is a problem with its remedy', async () => {
  await assert.rejects(ensureSelfSigned('/dev/null/tls', ['a.example'], now), {
    name: 'TlsProblem',
    message: /certificates in \/dev\/null\/tls cannot be made or read: .*ENOTDIR.*tls\.certFile/,
  });
});

const damages: readonly (readonly [string, (text: string) => string, RegExp])[] = [
  ['empty', () => '', /is empty: /],
  ['cut off in its certificate', (text) => text.slice(0, 200), /is damaged \(.+\): /],
  ['cut off in its key', (text) => text.slice(0, -60), /is damaged \(.+\): /],
  ['with the key of another', (text) => text.slice(0, text.indexOf('-----BEGIN PRIVATE')) + otherKey, /is damaged \(its key is not that/],
];
const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
for (const [what, damage, message] of damages) {
  for (const name of ['server.pem', 'ca-1.pem']) {
    test(`${name} ${what}: the message names the file and its remedy, which works`, () =>
      withDirectory(async (directory) => {
        await ensureSelfSigned(directory, ['a.example'], now);
        const file = join(directory, name);
        await writeFile(file, damage(await readFile(file, 'utf8')));
        await assert.rejects(ensureSelfSigned(directory, ['a.example'], now), (error: Error) => {
          assert.equal(error.name, 'TlsProblem');
          assert.ok(error.message.startsWith(`${file}, which the registry made itself, is `), error.message);
          assert.match(error.message, message);
          assert.match(error.message, /delete it/);
          assert.doesNotMatch(error.message, /Allow it to this user|tls\.certFile/);
          return true;
        });
        await rm(file);
        const { pairFile, authorityFile, isNewAuthority } = await ensureSelfSigned(directory, ['a.example'], now);
        assert.equal(isNewAuthority, name === 'ca-1.pem');
        assert.ok((await certificateIn(pairFile)).verify((await certificateIn(authorityFile)).publicKey));
      }));
  }
}

test('what a killed process left half-written is removed, and nothing else: another process may be writing now', () =>
  withDirectory(async (directory) => {
    await ensureSelfSigned(directory, ['a.example'], now);
    const ending = '.0123456789abcdef';
    const [stray, fresh, foreign] = [`server.pem${ending}`, `ca-2.pem${ending}`, `mine.pem${ending}`];
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (const name of [stray, fresh, foreign]) await writeFile(join(directory, name), 'a private key', { mode: 0o600 });
    for (const name of [stray, foreign]) await utimes(join(directory, name), hourAgo, hourAgo);
    await ensureSelfSigned(directory, ['a.example'], now);
    assert.deepEqual((await readdir(directory)).toSorted(), ['ca-1.pem', fresh, 'ca.crt', foreign, 'server.pem'].toSorted());
  }));
