import assert from 'node:assert/strict';
import test from 'node:test';
import { LoginDelay } from './login-delay.ts';
import type { MemoryAccountStore } from './memory-account-store.ts';
import { createMemoryAccountStore } from './memory-account-store.ts';

const secretKey = new Uint8Array(32).map((_, index) => (index * 37 + 11) % 256);
const alice = { name: 'alice', address: '192.0.2.1' };

interface Bench {
  readonly accounts: MemoryAccountStore;
  readonly delay: LoginDelay;
  readonly clock: { now: number };
  /** A replica: the same accounts and clock, its own memory. */
  readonly another: () => LoginDelay;
  readonly fail: (attempt: { name: string; address: string }, times: number) => Promise<void>;
}

function bench(): Bench {
  const accounts = createMemoryAccountStore();
  const clock = { now: 1_000_000_000_000 };
  const another = (): LoginDelay => new LoginDelay({ accounts, secretKey, now: () => clock.now });
  const delay = another();
  const fail = async (attempt: { name: string; address: string }, times: number): Promise<void> => {
    for (let failure = 0; failure < times; failure += 1) await delay.noteFailure(attempt);
  };
  return { accounts, delay, clock, another, fail };
}

/** Addresses of different networks, never the same twice. */
function* addresses(): Generator<string, never> {
  for (let index = 0; ; index += 1) yield `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
}

test('five failures are free; then the wait doubles from one second up to fifteen minutes', async () => {
  const { delay, clock, fail } = bench();
  await fail(alice, 4);
  assert.equal(await delay.secondsToWait(alice, 0), undefined);
  const waits: (number | undefined)[] = [];
  for (let failure = 5; failure <= 15; failure += 1) {
    await delay.noteFailure(alice);
    const wait = await delay.secondsToWait(alice, 0);
    waits.push(wait);
    clock.now += (wait ?? 0) * 1000 - 1;
    assert.equal(await delay.secondsToWait(alice, 0), 1, 'not a millisecond early');
    clock.now += 1;
    assert.equal(await delay.secondsToWait(alice, 0), undefined);
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]);
});

test('failures are forgotten after an hour', async () => {
  const { delay, clock, fail } = bench();
  await fail(alice, 20);
  assert.equal(await delay.secondsToWait(alice, 0), 900);
  clock.now += 60 * 60_000 + 1;
  await delay.noteFailure(alice);
  assert.equal(await delay.secondsToWait(alice, 0), undefined);
});

test('a good login clears its account, and every replica sees failures and their end', async () => {
  const { accounts, delay, clock, another, fail } = bench();
  await fail(alice, 6);
  const replica = another();
  assert.equal(await replica.secondsToWait(alice, 0), 2);
  clock.now += 2000;
  await replica.noteSuccess(alice);
  await delay.noteFailure(alice);
  assert.equal(await delay.secondsToWait(alice, 0), undefined);
  assert.equal(accounts.failureKeys().length, 3);
});

test('other users and other addresses are not delayed by a guessed-at pair', async () => {
  const { delay, fail } = bench();
  await fail(alice, 10);
  assert.equal(await delay.secondsToWait({ ...alice, address: '192.0.2.2' }, 0), undefined);
  assert.equal(await delay.secondsToWait({ ...alice, name: 'bob' }, 0), undefined);
});

test('an address that tries many names is delayed, whatever name comes next; a good login there does not clear it', async () => {
  const { delay, fail } = bench();
  for (let index = 0; index < 26; index += 1) await fail({ name: `user${index}`, address: alice.address }, 1);
  assert.equal(await delay.secondsToWait({ name: 'fresh', address: alice.address }, 0), 2);
  await delay.noteSuccess({ name: 'mallory', address: alice.address });
  assert.equal(await delay.secondsToWait({ name: 'fresh', address: alice.address }, 0), 2);
});

test('an IPv6 network is one address', async () => {
  const { delay } = bench();
  for (let index = 1; index <= 6; index += 1) await delay.noteFailure({ name: 'alice', address: `2001:db8::${index}` });
  assert.equal(await delay.secondsToWait({ name: 'alice', address: '2001:db8::ffff' }, 0), 2);
});

test('who logged in well from an address is not held up there by what others do', async () => {
  const { delay, fail } = bench();
  await delay.noteSuccess(alice);
  for (let index = 0; index < 40; index += 1) await fail({ name: `user${index}`, address: alice.address }, 1);
  for (const address of addresses()) {
    await delay.noteFailure({ name: 'alice', address });
    if (address === '10.0.0.80') break;
  }
  assert.equal(await delay.secondsToWait(alice, 0), undefined);
  await fail(alice, 6);
  assert.notEqual(await delay.secondsToWait(alice, 0), undefined, 'but guessing from there is delayed as everywhere');
});

test('an attack from everywhere never locks the user out of a first try from a new address', async () => {
  const { delay } = bench();
  const source = addresses();
  for (let failure = 0; failure < 500; failure += 1) await delay.noteFailure({ name: 'alice', address: source.next().value });
  assert.equal(await delay.secondsToWait(alice, 0), undefined, 'the first try is free');
  await delay.noteFailure(alice);
  assert.equal(await delay.secondsToWait(alice, 0), 30, 'the second must wait already');
  assert.equal(await delay.secondsToWait({ name: 'bob', address: alice.address }, 0), undefined, 'others are not affected');
});

test('a good login ends what an attack from everywhere changed for the account', async () => {
  const { delay } = bench();
  const source = addresses();
  for (let failure = 0; failure < 60; failure += 1) await delay.noteFailure({ name: 'alice', address: source.next().value });
  await delay.noteSuccess(alice);
  const elsewhere = { name: 'alice', address: '198.51.100.7' };
  await delay.noteFailure(elsewhere);
  assert.equal(await delay.secondsToWait(elsewhere, 0), undefined);
});

test('guesses sent at the same time count as failures of each other', async () => {
  const { delay } = bench();
  assert.equal(await delay.secondsToWait(alice, 4), undefined);
  assert.equal(await delay.secondsToWait(alice, 5), 1);
});

test('unknown names are delayed exactly as known ones', async () => {
  const { accounts, delay, fail } = bench();
  await accounts.createUser({ name: 'alice', passwordHash: undefined, administrator: false, at: 0 });
  await fail(alice, 7);
  await fail({ name: 'ghost', address: '192.0.2.9' }, 7);
  assert.equal(await delay.secondsToWait(alice, 0), await delay.secondsToWait({ name: 'ghost', address: '192.0.2.9' }, 0));
});

test('made-up names and addresses cannot make rows without end, and the rows hold no names', async () => {
  const { accounts, delay } = bench();
  await delay.noteFailure({ name: 'x'.repeat(255), address: '192.0.2.1' });
  for (const key of accounts.failureKeys()) assert.match(key, /^(?:pair:\d{1,6}|address:\d{1,5}|account:\d{1,5})$/);
});

test('a failure dated by a clock that was far ahead delays nobody', async () => {
  const { delay, clock, fail } = bench();
  clock.now += 365 * 24 * 60 * 60_000;
  await fail(alice, 30);
  clock.now -= 365 * 24 * 60 * 60_000;
  assert.equal(await delay.secondsToWait(alice, 0), undefined);
});

test('a failure that cannot be counted is an error', async () => {
  const { accounts } = bench();
  const broken = { ...accounts, noteLoginFailure: () => Promise.reject(new Error('disk full')) };
  await assert.rejects(new LoginDelay({ accounts: broken, secretKey, now: () => 0 }).noteFailure(alice), /disk full/);
});
