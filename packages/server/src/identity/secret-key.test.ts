import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import test from 'node:test';
import { loadOrCreateSecretKey, SecretKeyError } from './secret-key.ts';

async function keyFile(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-secret-'));
  context.after(() => rm(directory, { recursive: true }));
  return join(directory, 'secret.key');
}

test('a key is made once, for its owner only, and read again', async (context) => {
  const path = await keyFile(context);
  const key = await loadOrCreateSecretKey(path);
  assert.equal(key.byteLength, 32);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await loadOrCreateSecretKey(path), key);
  assert.deepEqual(await readdir(join(path, '..')), ['secret.key'], 'no draft is left');
});

test('GHSA-j7jh-fmcm-xxwv: every installation has its own key', async (context) => {
  const keys = await Promise.all([keyFile(context), keyFile(context)].map(async (path) => loadOrCreateSecretKey(await path)));
  assert.notDeepEqual(keys[0], keys[1]);
});

test('processes that start at once get the same key', async (context) => {
  const path = await keyFile(context);
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateSecretKey(path)));
  assert.equal(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size, 1);
  assert.deepEqual(await readdir(join(path, '..')), ['secret.key']);
});

for (const mode of [0o640, 0o604, 0o620, 0o660, 0o644]) {
  test(`a file with mode ${mode.toString(8)} is refused`, async (context) => {
    const path = await keyFile(context);
    await loadOrCreateSecretKey(path);
    await chmod(path, mode);
    await assert.rejects(loadOrCreateSecretKey(path), { name: 'SecretKeyError', message: /chmod 600/ });
  });
}

test('behind a symbolic link the mode of the file itself counts', async (context) => {
  const path = await keyFile(context);
  await loadOrCreateSecretKey(path);
  await symlink(path, `${path}.link`);
  assert.equal((await loadOrCreateSecretKey(`${path}.link`)).byteLength, 32);
  await chmod(path, 0o644);
  await assert.rejects(loadOrCreateSecretKey(`${path}.link`), SecretKeyError);
});

for (const [what, content] of [
  ['zeros', '00'.repeat(32)],
  ['one byte repeated', 'ab'.repeat(32)],
  ['a count', Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('hex')],
  ['text', Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('hex')],
  ['eight bytes repeated', randomBytes(8).toString('hex').repeat(4)],
  ['the hash of a word', createHash('sha256').update('changeme').digest('hex')],
] as const) {
  test(`GHSA-j7jh-fmcm-xxwv: a key of ${what} is refused`, async (context) => {
    const path = await keyFile(context);
    await writeFile(path, content, { mode: 0o600 });
    await assert.rejects(loadOrCreateSecretKey(path), { name: 'SecretKeyError', message: /not random/ });
  });
}

for (const [what, content] of [
  ['nothing', ''],
  ['too few digits', randomBytes(31).toString('hex')],
  ['too many digits', randomBytes(33).toString('hex')],
  ['something long', 'a'.repeat(100_000)],
  ['other characters', `${randomBytes(31).toString('hex')}zz`],
] as const) {
  test(`a file of ${what} is refused, not replaced`, async (context) => {
    const path = await keyFile(context);
    await writeFile(path, content, { mode: 0o600 });
    await assert.rejects(loadOrCreateSecretKey(path), { name: 'SecretKeyError', message: /64 hexadecimal/ });
    assert.equal((await stat(path)).size, content.length);
  });
}
