import assert from 'node:assert/strict';
import test from 'node:test';
import { AccountError } from '../registry/ports/account-error.ts';
import { addUser, createAccessToken, ensureAdministrator, isUserName, resetPassword } from './accounts.ts';
import { createMemoryAccountStore } from './memory-account-store.ts';
import { PasswordVerifier } from './passwords.ts';

const now = 1_700_000_000_000;
const verifier = new PasswordVerifier();
const failsWith = (code: AccountError['code']) => (error: unknown) => error instanceof AccountError && error.code === code;

test('CVE-2026-4404: the first administrator gets a random password, told once', async () => {
  const accounts = createMemoryAccountStore();
  const first = await ensureAdministrator(accounts, { now });
  assert.equal(first.created, true);
  assert.match(first.password ?? '', /^.{29}$/);
  const admin = await accounts.findUser({ name: 'admin' });
  assert.equal(admin?.administrator, true);
  assert.equal(await verifier.verify(admin?.passwordHash, first.password ?? ''), true);
  assert.deepEqual(await ensureAdministrator(accounts, { now }), { created: false, name: 'admin' });
  const other = await ensureAdministrator(createMemoryAccountStore(), { now });
  assert.notEqual(other.password, first.password);
});

test('a given administrator password is used and not repeated', async () => {
  const accounts = createMemoryAccountStore();
  assert.deepEqual(await ensureAdministrator(accounts, { password: 'from a file', now }), { created: true, name: 'admin' });
  assert.equal(await verifier.verify((await accounts.findUser({ name: 'admin' }))?.passwordHash, 'from a file'), true);
  await assert.rejects(ensureAdministrator(createMemoryAccountStore(), { password: 'short', now }), failsWith('password-invalid'));
});

test('no administrator is made beside one of another name, and processes that start at once make one', async () => {
  const accounts = createMemoryAccountStore();
  await addUser(accounts, { name: 'root', administrator: true, now });
  assert.equal((await ensureAdministrator(accounts, { now })).created, false);
  const fresh = createMemoryAccountStore();
  const answers = await Promise.all([1, 2, 3].map(() => ensureAdministrator(fresh, { now })));
  assert.equal(answers.filter(({ created }) => created).length, 1);
  assert.ok(
    answers.every(({ created, password }) => created === (password !== undefined)),
    'a password that is told works',
  );
});

test('users: names, passwords, and no administrators by accident', async () => {
  const accounts = createMemoryAccountStore();
  const { user, password } = await addUser(accounts, { name: 'alice', now });
  assert.equal(user.administrator, false);
  assert.equal(await verifier.verify(user.passwordHash, password ?? ''), true);
  assert.equal((await addUser(accounts, { name: 'bob', password: 'correct horse', now })).password, undefined);
  await assert.rejects(addUser(accounts, { name: 'alice', now }), failsWith('name-taken'));
  await assert.rejects(addUser(accounts, { name: 'Alice', now }), failsWith('name-invalid'));
  await assert.rejects(addUser(accounts, { name: 'carol', password: '1234567', now }), failsWith('password-invalid'));
});

for (const name of ['a', 'alice', 'a1.b_c-d', '0', 'x'.repeat(64)]) {
  test(`user name ${name.slice(0, 10)} is fine`, () => assert.equal(isUserName(name), true));
}
for (const name of ['', 'Alice', 'a/b', 'a:b', '-a', 'a-', 'a..b', 'a__b', 'ä', 'a b', 'a\n', 'x'.repeat(65)]) {
  test(`user name ${JSON.stringify(name.slice(0, 10))} is refused`, () => assert.equal(isUserName(name), false));
}

test('a password reset raises the version', async () => {
  const accounts = createMemoryAccountStore();
  const { user } = await addUser(accounts, { name: 'alice', password: 'correct horse', now });
  const { password } = await resetPassword(accounts, { name: 'alice', now });
  const changed = await accounts.findUser({ id: user.id });
  assert.equal(changed?.version, user.version + 1);
  assert.equal(await verifier.verify(changed?.passwordHash, password ?? ''), true);
  assert.equal(await verifier.verify(changed?.passwordHash, 'correct horse'), false);
  await assert.rejects(resetPassword(accounts, { name: 'ghost', now }), failsWith('user-unknown'));
  await assert.rejects(resetPassword(accounts, { name: 'alice', password: 'short', now }), failsWith('password-invalid'));
});

test('access tokens have a name and perhaps an end', async () => {
  const accounts = createMemoryAccountStore();
  const { user } = await addUser(accounts, { name: 'alice', now });
  const { id } = await createAccessToken(accounts, user, { name: 'ci', ttlMs: 1000, now });
  const [listed] = await accounts.listAccessTokens(user.id);
  assert.deepEqual([listed?.id, listed?.name, listed?.expiresAt], [id, 'ci', now + 1000]);
  for (const bad of [
    { name: '' },
    { name: 'a\nb' },
    { name: 'x'.repeat(101) },
    { name: 'ci', ttlMs: 0 },
    { name: 'ci', ttlMs: Number.NaN },
  ]) {
    await assert.rejects(createAccessToken(accounts, user, { ...bad, now }), failsWith('token-invalid'));
  }
});
