import assert from 'node:assert/strict';
import test from 'node:test';
import type { User } from '../registry/ports/account-store.ts';
import type { Authentication } from '../registry/ports/authenticator.ts';
import { addUser, createAccessToken, resetPassword } from './accounts.ts';
import { BasicLogin } from './basic.ts';
import { LoginDelay } from './login-delay.ts';
import type { MemoryAccountStore } from './memory-account-store.ts';
import { createMemoryAccountStore } from './memory-account-store.ts';
import { createMemoryRobotLogins, type MemoryRobotLogins } from './memory-robot-logins.ts';
import { PasswordLogin } from './password-login.ts';
import { PasswordVerifier } from './passwords.ts';
import { RobotLogin } from './robot-login.ts';

const secretKey = new Uint8Array(32).map((_, index) => (index * 37 + 11) % 256);
const password = 'correct horse';
const from = { address: '192.0.2.1' };
const refused = { kind: 'refused', reason: 'credentials' };
const refusedFor = (account: string) => ({ ...refused, account });

/** Counts what is really hashed. */
class CountingVerifier extends PasswordVerifier {
  calls = 0;
  hashes: (string | undefined)[] = [];

  override verify(hash: string | undefined, text: string): Promise<boolean | 'busy'> {
    this.calls += 1;
    this.hashes.push(hash);
    return super.verify(hash, text);
  }
}

interface Bench {
  readonly accounts: MemoryAccountStore;
  readonly robots: MemoryRobotLogins;
  readonly passwords: CountingVerifier;
  readonly clock: { now: number };
  readonly alice: User;
  readonly reports: string[];
  readonly refusals: string[];
  readonly basic: BasicLogin;
  readonly login: (name: string, secret: string, address?: string) => Promise<Authentication>;
}

async function bench(changes: Partial<MemoryAccountStore> = {}, passwords = new CountingVerifier()): Promise<Bench> {
  const accounts = { ...createMemoryAccountStore(), ...changes };
  const clock = { now: 1_000_000_000_000 };
  const reports: string[] = [];
  const refusals: string[] = [];
  const now = (): number => clock.now;
  const delay = new LoginDelay({ accounts, secretKey, now });
  const report = (message: string) => reports.push(message);
  const robots = createMemoryRobotLogins();
  const logins = new RobotLogin({ robots, now, report });
  const basic = new BasicLogin({
    accounts,
    robots: logins,
    passwords: new PasswordLogin({ accounts, delay, passwords, now, report }),
    needsSecondFactor: ({ secondFactor }) => secondFactor,
    now,
    report,
    refused: (reason) => refusals.push(reason),
  });
  const { user } = await addUser(accounts, { name: 'alice', password, now: clock.now });
  const login = (name: string, secret: string, address = from.address): Promise<Authentication> =>
    basic.login(Buffer.from(`${name}:${secret}`).toString('base64'), { address });
  return { accounts, robots, passwords, clock, alice: user, reports, refusals, basic, login };
}

function principalOf(user: User, accessTokenId?: number): Authentication {
  const credential = accessTokenId === undefined ? 'password' : `access-token:${accessTokenId}`;
  const proof = { userVersion: user.version, ...(accessTokenId === undefined ? {} : { accessTokenId }) };
  return {
    kind: 'principal',
    principal: { subject: { kind: 'user', id: user.id, name: user.name, administrator: false }, limit: undefined, credential, proof },
  };
}

test('a user with their password, and nobody with another', async () => {
  const { login, alice } = await bench();
  assert.deepEqual(await login('alice', password), principalOf(alice));
  assert.deepEqual(await login('alice', `${password} `), refusedFor('alice'));
  assert.deepEqual(await login('Alice', password), refused);
  assert.deepEqual(await login('bob', password), refused);
  assert.deepEqual(await login('alice', ''), refusedFor('alice'));
});

test('constant work for unknown users, disabled ones, and those without a password', async () => {
  const { login, accounts, passwords, alice, clock } = await bench();
  await accounts.createUser({ name: 'robot', passwordHash: undefined, administrator: false, at: clock.now });
  assert.deepEqual(await login('ghost', password), refused);
  assert.deepEqual(await login('robot', password), refusedFor('robot'));
  await accounts.updateUser({ id: alice.id, disabled: true, at: clock.now });
  assert.deepEqual(await login('alice', password), refusedFor('alice'));
  assert.deepEqual(passwords.hashes, [undefined, undefined, alice.passwordHash]);
});

test('a verified password is remembered for a minute, in which nothing is hashed', async () => {
  const { login, passwords, clock } = await bench();
  await login('alice', password);
  clock.now += 59_999;
  assert.equal((await login('alice', password)).kind, 'principal');
  assert.equal(passwords.calls, 1);
  clock.now += 1;
  assert.equal((await login('alice', password)).kind, 'principal');
  assert.equal(passwords.calls, 2);
});

test('a remembered password ends with the password, the user, and being enabled', async () => {
  const { login, accounts, alice, clock } = await bench();
  await login('alice', password);
  await accounts.updateUser({ id: alice.id, disabled: true, at: clock.now });
  assert.deepEqual(await login('alice', password), refusedFor('alice'));
  await accounts.updateUser({ id: alice.id, disabled: false, at: clock.now });
  assert.equal((await login('alice', password)).kind, 'principal');
  await resetPassword(accounts, { name: 'alice', password: 'another horse', now: clock.now });
  assert.deepEqual(await login('alice', password), refusedFor('alice'));
  await login('alice', 'another horse');
  await accounts.deleteUser({ id: alice.id });
  await addUser(accounts, { name: 'alice', password: 'third password', now: clock.now });
  assert.deepEqual(await login('alice', 'another horse'), refusedFor('alice'));
});

test('what a user is allowed follows their row, also while the password is remembered', async () => {
  const { login, accounts, alice, clock } = await bench();
  await login('alice', password);
  await accounts.updateUser({ id: alice.id, administrator: true, at: clock.now });
  const now = await login('alice', password);
  assert.ok(now.kind === 'principal' && now.principal.subject.kind === 'user' && now.principal.subject.administrator);
});

test('a remembered password is no oracle: it says nothing at another address, and nothing while delayed', async () => {
  const { login, passwords } = await bench();
  await login('alice', password);
  await login('alice', password, '198.51.100.1');
  assert.equal(passwords.calls, 2, 'hashed anew for the other address');
  for (let guess = 0; guess < 5; guess += 1) await login('alice', `guess ${guess}`);
  assert.deepEqual(await login('alice', password), { kind: 'refused', reason: 'delayed', retryAfterSeconds: 1 });
});

test('a delayed login is not looked at, whatever the password', async () => {
  const { login, passwords, clock } = await bench();
  for (let guess = 0; guess < 5; guess += 1) assert.deepEqual(await login('alice', `guess ${guess}`), refusedFor('alice'));
  const calls = passwords.calls;
  for (const secret of [password, 'guess 6']) {
    assert.deepEqual(await login('alice', secret), { kind: 'refused', reason: 'delayed', retryAfterSeconds: 1 });
  }
  assert.equal(passwords.calls, calls);
  clock.now += 1000;
  assert.equal((await login('alice', password)).kind, 'principal');
});

test('guessing in parallel gains nothing: at most five passwords of a pair are looked at', async () => {
  const { login, passwords } = await bench();
  const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => login('alice', `guess ${index}`)));
  assert.equal(passwords.calls, 5);
  assert.equal(answers.filter((answer) => answer.kind === 'refused' && answer.reason === 'delayed').length, 25);
});

test('parallel requests of one client share one check', async () => {
  const { login, passwords, accounts } = await bench();
  const good = await Promise.all(Array.from({ length: 20 }, () => login('alice', password)));
  assert.ok(good.every((answer) => answer.kind === 'principal'));
  assert.equal(passwords.calls, 1);
  await Promise.all(Array.from({ length: 20 }, () => login('alice', 'an old password')));
  assert.equal(passwords.calls, 2);
  assert.equal(accounts.failureKeys().length, 3, 'counted as one failure');
  assert.deepEqual(await login('alice', password), good[0]);
});

test('too many checks at once are refused with a time to come back', async () => {
  const { login } = await bench({}, new CountingVerifier({ concurrency: 1, maxQueued: 0 }));
  const [first, second] = await Promise.all([login('alice', password), login('bob', password)]);
  assert.equal(first?.kind, 'principal');
  assert.deepEqual(second, { kind: 'refused', reason: 'delayed', retryAfterSeconds: 1 });
});

test('a failure that cannot be recorded is an error, not an answer', async () => {
  const { login } = await bench({ noteLoginFailure: () => Promise.reject(new Error('disk full')) });
  await assert.rejects(login('alice', 'wrong'), /disk full/);
  assert.equal((await login('alice', password)).kind, 'principal');
});

test('an access token works as password under any name; only its hash is stored', async () => {
  const stored: Uint8Array[] = [];
  const inner = createMemoryAccountStore();
  const { login, accounts, alice, passwords, clock } = await bench({
    ...inner,
    createAccessToken: (input) => {
      stored.push(input.secretHash);
      return inner.createAccessToken(input);
    },
  });
  const { token, id } = await createAccessToken(accounts, alice, { name: 'ci', now: clock.now });
  assert.match(token, /^lsp_[A-Za-z0-9_-]{43}$/);
  assert.equal(stored[0]?.byteLength, 32);
  for (const name of ['alice', 'oauth2accesstoken']) assert.deepEqual(await login(name, token), principalOf(alice, id));
  assert.equal(passwords.calls, 0);
});

test('access tokens end: expired, deleted, or with their user', async () => {
  const { login, accounts, alice, clock } = await bench();
  const expiring = await createAccessToken(accounts, alice, { name: 'short', ttlMs: 60_000, now: clock.now });
  const other = await createAccessToken(accounts, alice, { name: 'long', now: clock.now });
  clock.now += 59_999;
  assert.equal((await login('alice', expiring.token)).kind, 'principal');
  clock.now += 1;
  assert.deepEqual(await login('alice', expiring.token), refusedFor('alice'));
  await accounts.updateUser({ id: alice.id, disabled: true, at: clock.now });
  assert.deepEqual(await login('alice', other.token), refusedFor('alice'));
  await accounts.updateUser({ id: alice.id, disabled: false, at: clock.now });
  assert.equal((await login('alice', other.token)).kind, 'principal');
  await accounts.deleteAccessToken({ id: other.id, userId: alice.id });
  assert.deepEqual(await login('alice', other.token), refused);
});

test('what only looks like an access token is not tried as a password', async () => {
  const { login, passwords } = await bench();
  assert.deepEqual(await login('alice', `lsp_${'A'.repeat(43)}`), refused);
  assert.equal(passwords.calls, 0);
});

test('the use of an access token is noted once a minute, and not at the cost of the request', async () => {
  const inner = createMemoryAccountStore();
  const noted: number[] = [];
  const { login, accounts, alice, clock, reports } = await bench({
    ...inner,
    noteAccessTokenUse: async (input) => {
      noted.push(input.at);
      if (noted.length === 3) throw new Error('disk full');
      await inner.noteAccessTokenUse(input);
    },
  });
  const start = clock.now;
  const { token } = await createAccessToken(accounts, alice, { name: 'ci', now: start });
  for (const [after, expected] of [
    [0, 1],
    [59_999, 1],
    [60_000, 2],
    [120_000, 3],
  ] as const) {
    clock.now = start + after;
    assert.equal((await login('alice', token)).kind, 'principal');
    assert.equal(noted.length, expected, `after ${after} ms`);
  }
  assert.deepEqual(reports, ['the use of an access token could not be recorded']);
});

test('a delayed user still gets in with an access token', async () => {
  const { login, accounts, alice, clock } = await bench();
  const { token } = await createAccessToken(accounts, alice, { name: 'ci', now: clock.now });
  for (let guess = 0; guess < 6; guess += 1) await login('alice', `guess ${guess}`);
  assert.equal((await login('alice', token)).kind, 'principal');
});

test('a robot logs in without delay and without a password being hashed, and its refusals are counted', async () => {
  const { login, robots, passwords, refusals } = await bench();
  const secret = robots.add();
  for (let guess = 0; guess < 6; guess += 1) await login('robot+team+ci', `guess ${guess}`);
  const hashed = passwords.calls;
  const answer = await login('robot+team+ci', secret);
  assert.ok(answer.kind === 'principal');
  assert.deepEqual(answer.principal.subject, { kind: 'robot', id: 1, name: 'team+ci' });
  assert.deepEqual(await login('alice', secret), refusedFor('robot+team+ci'));
  assert.equal(passwords.calls, hashed);
  assert.equal(refusals.at(-1), 'credentials');
});

test('whoever counts hears of each login that was refused, and why', async () => {
  const { login, refusals } = await bench();
  for (const secret of ['1', '2', '3', '4', '5', password]) await login('alice', secret);
  await login('bob', password, '192.0.2.9');
  assert.deepEqual(refusals, [...Array.from({ length: 5 }, () => 'credentials'), 'delayed', 'credentials']);
});

test('a malformed header is refused', async () => {
  const { basic } = await bench();
  assert.deepEqual(await basic.login('%%%', from), refused);
});
