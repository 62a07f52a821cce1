import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExternalOutcome, ExternalProof, PasswordSource } from '../registry/ports/sign-in.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { addUser } from './accounts.ts';
import { createExternalPasswords } from './external-passwords.ts';
import { LoginDelay } from './login-delay.ts';
import { createMemoryAccountStore } from './memory-account-store.ts';
import { PasswordLogin } from './password-login.ts';
import { PasswordVerifier } from './passwords.ts';

const ignore = () => undefined;
const silent = { info: ignore, warn: ignore, error: ignore };
const from = { address: '192.0.2.1' };
const identityOf = (name: string) => ({ provider: 'office', externalId: `id of ${name}`, wantedName: name, email: undefined, groups: [] });

/** A directory that answers as told, behind an empty one; whom it proves becomes the user `alice-2`. */
async function bench() {
  const accounts = createMemoryAccountStore();
  const clock = { now: 1_000_000_000_000 };
  const now = () => clock.now;
  const make = (name: string) => accounts.createUser({ name, passwordHash: undefined, administrator: false, at: clock.now });
  const user = (await make('alice-2')) ?? assert.fail();
  const { user: local } = await addUser(accounts, { name: 'local', password: 'a local password', now: clock.now });
  const state: { answer: ExternalProof; outcome: ExternalOutcome; asked: string[] } = {
    answer: { kind: 'proved', identity: identityOf('alice') },
    outcome: { kind: 'user', user },
    asked: [],
  };
  const source = (name: string, answer: () => Awaited<ReturnType<PasswordSource['check']>>): PasswordSource => ({
    name,
    credential: `ldap:${name}`,
    rememberMs: 20_000,
    check: async (asked) => {
      state.asked.push(`${name} ${asked}`);
      return answer();
    },
  });
  const sources = [source('empty', () => ({ kind: 'unknown' })), source('office', () => state.answer)];
  const external = createExternalPasswords({ sources, external: { signIn: async () => state.outcome }, logger: silent });
  const delay = new LoginDelay({ accounts, secretKey: new Uint8Array(32), now });
  const passwords = new PasswordVerifier();
  const login = new PasswordLogin({ accounts, delay, passwords, external, now, report: (message) => assert.fail(message) });
  return { accounts, clock, state, user, local, check: (name: string, password: string) => login.check({ name, password }, from) };
}

test('a name without a password here is asked for elsewhere, and remembered for as long as the source says', async () => {
  const { accounts, clock, state, user, check } = await bench();
  const proved = { kind: 'user', user, provider: 'office', credential: 'ldap:office' };
  assert.deepEqual(await check('alice', 'hers'), { ...proved, rememberMs: 20_000 });
  assert.deepEqual(await check('alice', 'hers'), proved);
  assert.deepEqual(state.asked, ['empty alice', 'office alice']);
  clock.now += 20_000;
  await check('alice', 'hers');
  assert.equal(state.asked.length, 4);
  await accounts.updateUser({ id: user.id, disabled: true, at: clock.now });
  state.outcome = { kind: 'disabled', user };
  assert.equal((await check('alice', 'hers')).kind, 'refused', 'what is remembered ends with its user');
});

test('a name with a password here is never asked for elsewhere', async () => {
  const { state, local, check } = await bench();
  assert.equal((await check('local', 'another one')).kind, 'refused');
  assert.deepEqual(await check('local', 'a local password'), {
    kind: 'user',
    user: local,
    provider: 'password',
    credential: 'password',
  });
  assert.deepEqual(state.asked, []);
});

test('wrong passwords are refused and counted, and nobody is let in whom the rules do not take', async () => {
  const { state, check } = await bench();
  state.outcome = { kind: 'not-admitted' };
  assert.equal((await check('alice', 'hers')).kind, 'refused');
  state.answer = { kind: 'refused', detail: 'wrong' };
  for (let tries = 0; tries < 5; tries += 1) await check('alice', `not ${tries}`);
  const asked = state.asked.length;
  const refused = await check('alice', 'one more');
  assert.deepEqual([refused.kind === 'refused' && refused.reason, state.asked.length], ['delayed', asked]);
});

test('a source that is away lets nobody in, is no failure of who asks, and keeps no local user out', async () => {
  const { state, check } = await bench();
  state.answer = { kind: 'away', detail: 'timed out' };
  for (let tries = 0; tries < 7; tries += 1) {
    await assert.rejects(check('alice', 'hers'), (error) => error instanceof RegistryError && error.status === 503);
  }
  assert.equal((await check('local', 'a local password')).kind, 'user');
  state.answer = { kind: 'proved', identity: identityOf('alice') };
  assert.equal((await check('alice', 'hers')).kind, 'user', 'at once when it is back');
});

test('guesses at one name, however it is written, are one row of guesses, also at the same moment', async () => {
  const { state, check } = await bench();
  state.answer = { kind: 'refused', detail: 'wrong' };
  const spellings = ['alice', 'ALICE', 'Alice', ' alice', 'al\u00adice', 'alic\u00e9', 'ali\u200bce', 'ALIce', 'aLICE', '\uff41lice'];
  await Promise.all(spellings.map((name, index) => check(name, `guess ${index}`)));
  assert.equal(state.asked.filter((asked) => asked.startsWith('office')).length, 5);
});
