import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LogFields, Logger } from '../../registry/ports/logger.ts';
import { CertificateWatch } from './certificate-watch.ts';
import { makeAuthority, makeServerCertificate } from './certificate-writer.ts';
import { checkKeyPair, type KeyPair, readKeyPair } from './key-pair.ts';

const authority = makeAuthority(['a.example'], new Date());
function newPair(at = new Date()): { cert: string; key: string } {
  const { certificate, key } = makeServerCertificate(authority, ['a.example'], at);
  return { cert: certificate.toString(), key: String(key.export({ type: 'pkcs8', format: 'pem' })) };
}

/** What a watch told, in order: each new pair, and each logged problem. */
class Told implements Logger {
  readonly #told: (KeyPair | string)[] = [];
  #waiting: (() => void) | undefined;

  readonly info = () => undefined;
  readonly warn = () => undefined;
  readonly error = (_message: string, fields?: LogFields) => this.tell(String(fields?.['problem']));

  readonly tell = (what: KeyPair | string) => {
    this.#told.push(what);
    this.#waiting?.();
  };

  async next(): Promise<KeyPair | string> {
    if (this.#told.length === 0) await new Promise<void>((resolve) => (this.#waiting = resolve));
    return this.#told.shift() as KeyPair | string;
  }
}

/** A watch over files that `write` makes, in a directory of its own. */
async function watched(
  write: (directory: string) => Promise<unknown>,
  work: (directory: string, told: Told, watch: CertificateWatch) => Promise<void>,
  pollMs = 3_600_000,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-watch-'));
  await write(directory);
  const files = { certFile: join(directory, 'tls.crt'), keyFile: join(directory, 'tls.key') };
  const told = new Told();
  const first = checkKeyPair(await readKeyPair(files), files, 'TLSv1.2');
  const watch = new CertificateWatch(first, { files, minVersion: 'TLSv1.2', logger: told, changed: told.tell, pollMs });
  try {
    await work(directory, told, watch);
  } finally {
    watch.close();
    await rm(directory, { recursive: true });
  }
}

const writePair = async (directory: string, { cert, key }: { cert: string; key: string } = newPair()) => {
  await writeFile(join(directory, 'tls.crt'), cert);
  await writeFile(join(directory, 'tls.key'), key);
};
const certOf = (told: KeyPair | string) => (typeof told === 'string' ? told : told.cert);

test('files that are overwritten are served', () =>
  watched(writePair, async (directory, told, watch) => {
    const pair = newPair();
    await writePair(directory, pair);
    assert.equal(certOf(await told.next()), pair.cert);
    assert.equal(watch.current.cert, pair.cert);
  }));

test('files that are replaced by renaming are served', () =>
  watched(writePair, async (directory, told) => {
    for (const pair of [newPair(), newPair()]) {
      await mkdir(join(directory, 'new'), { recursive: true });
      await writePair(join(directory, 'new'), pair);
      await rename(join(directory, 'new', 'tls.key'), join(directory, 'tls.key'));
      await rename(join(directory, 'new', 'tls.crt'), join(directory, 'tls.crt'));
      assert.equal(certOf(await told.next()), pair.cert);
    }
  }));

test('a mounted Kubernetes secret is followed through the swap of its ..data link', () => {
  const version = async (directory: string, name: string, pair = newPair()) => {
    await mkdir(join(directory, name));
    await writePair(join(directory, name), pair);
    await symlink(name, join(directory, '..data_tmp'));
    await rename(join(directory, '..data_tmp'), join(directory, '..data'));
  };
  const mount = async (directory: string) => {
    await version(directory, '..2026_1');
    for (const name of ['tls.crt', 'tls.key']) await symlink(join('..data', name), join(directory, name));
  };
  return watched(mount, async (directory, told) => {
    for (const name of ['..2026_2', '..2026_3']) {
      const pair = newPair();
      await version(directory, name, pair);
      assert.equal(certOf(await told.next()), pair.cert, name);
    }
  });
});

test('a pair that does not fit, or is half written, is told once and leaves the one before; the rest of it is served', () =>
  watched(writePair, async (directory, told, watch) => {
    const before = watch.current.cert;
    const pair = newPair();
    await writeFile(join(directory, 'tls.crt'), pair.cert);
    assert.match(certOf(await told.next()), /is not the key of the certificate/);
    await watch.look();
    await writeFile(join(directory, 'tls.key'), pair.key.slice(0, 100));
    assert.match(certOf(await told.next()), /private key is damaged/);
    await rm(join(directory, 'tls.key'));
    assert.match(certOf(await told.next()), /tls\.key is not there/);
    assert.equal(watch.current.cert, before);
    await writeFile(join(directory, 'tls.key'), pair.key);
    assert.equal(certOf(await told.next()), pair.cert);
    assert.equal(watch.current.cert, pair.cert);
  }));

test('an expired certificate does not replace a good one', () =>
  watched(writePair, async (directory, told, watch) => {
    const before = watch.current.cert;
    await writePair(directory, newPair(new Date(Date.now() - 400 * 24 * 60 * 60 * 1000)));
    for (let seen = await told.next(); !/expired on 20/.test(certOf(seen)); seen = await told.next()) assert.match(certOf(seen), /key/);
    assert.equal(watch.current.cert, before);
  }));

test('the pair that was served before a bad one is no change', () =>
  watched(writePair, async (directory, told, watch) => {
    const { cert, key } = watch.current;
    await writeFile(join(directory, 'tls.crt'), newPair().cert);
    assert.match(certOf(await told.next()), /is not the key/);
    await writePair(directory, { cert, key });
    const pair = newPair();
    await watch.look();
    await writePair(directory, pair);
    assert.equal(certOf(await told.next()), pair.cert);
  }));

test('a change that the system does not report is seen by the regular look', () =>
  watched(
    async (directory) => {
      await mkdir(join(directory, 'far'));
      await writePair(join(directory, 'far'));
      for (const name of ['tls.crt', 'tls.key']) await symlink(join('far', name), join(directory, name));
    },
    async (directory, told) => {
      const pair = newPair();
      await writePair(join(directory, 'far'), pair);
      for (let seen = await told.next(); certOf(seen) !== pair.cert; seen = await told.next()) assert.match(certOf(seen), /key/);
    },
    20,
  ));
