import assert from 'node:assert/strict';
import test from 'node:test';
import { hashPassword, PasswordVerifier, passwordProblem, randomPassword } from './passwords.ts';

test('a password verifies against its own hash only; the hash is argon2id with 19 MiB and two passes', async () => {
  const hash = await hashPassword('correct horse');
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.notEqual(hash, await hashPassword('correct horse'), 'every hash has its own salt');
  const verifier = new PasswordVerifier();
  assert.equal(await verifier.verify(hash, 'correct horse'), true);
  assert.equal(await verifier.verify(hash, 'correct horsf'), false);
});

test('composed and decomposed characters are the same password', async () => {
  const hash = await hashPassword('caf\u00e9 au lait');
  assert.equal(await new PasswordVerifier().verify(hash, 'cafe\u0301 au lait'), true);
});

test('constant work for unknown users: without a hash as much is computed, and the answer is no', async () => {
  const hash = await hashPassword('correct horse');
  const verifier = new PasswordVerifier();
  const cpuOf = async (stored: string | undefined): Promise<number> => {
    const before = process.cpuUsage();
    for (let run = 0; run < 5; run += 1) assert.equal(await verifier.verify(stored, 'wrong horse'), false);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  await cpuOf(hash);
  const [known, unknown] = [await cpuOf(hash), await cpuOf(undefined)];
  assert.ok(unknown > known / 3, `an unknown user took ${unknown} us of CPU, a known one ${known}`);
});

test('a damaged hash is an error, not a wrong password, and frees its place', async () => {
  const verifier = new PasswordVerifier({ concurrency: 1 });
  await assert.rejects(verifier.verify('$argon2id$broken', 'x'));
  assert.equal(await verifier.verify(undefined, 'x'), false);
});

test('checks are bounded: beyond running and waiting ones the answer is busy, without work', async () => {
  const hash = await hashPassword('correct horse');
  const verifier = new PasswordVerifier({ concurrency: 2, maxQueued: 3 });
  const answers = await Promise.all(Array.from({ length: 8 }, () => verifier.verify(hash, 'correct horse')));
  assert.deepEqual(answers, [true, true, true, true, true, 'busy', 'busy', 'busy']);
  assert.equal(await verifier.verify(hash, 'correct horse'), true, 'and goes on afterwards');
});

for (const [password, problem] of [
  ['1234567', /at least 8/],
  ['12345678', undefined],
  ['\u{1F512}'.repeat(7), /at least 8/],
  ['x'.repeat(256), undefined],
  ['x'.repeat(257), /at most 256/],
  ['with\ttab and more', /control/],
  ['lsp_something', /lsp_/],
  ['lsr_something', /lsr_/],
] as const) {
  test(`password rules: ${JSON.stringify(password.slice(0, 20))} of ${password.length}`, () => {
    if (problem === undefined) assert.equal(passwordProblem(password), undefined);
    else assert.match(passwordProblem(password) ?? '', problem);
  });
}

test('CVE-2026-4404: random passwords are random, readable, and good as passwords', () => {
  const made = Array.from({ length: 500 }, randomPassword);
  assert.equal(new Set(made).size, 500);
  for (const password of made) {
    assert.match(password, /^(?:[0-9a-hjkmnp-tv-z]{5}-){4}[0-9a-hjkmnp-tv-z]{5}$/);
    assert.equal(passwordProblem(password), undefined);
  }
  const seen = new Set(made.join('').replaceAll('-', ''));
  assert.equal(seen.size, 32, '25 characters of 32 make 125 bits');
});
