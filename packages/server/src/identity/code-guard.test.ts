import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodeGuard } from './code-guard.ts';
import { LoginDelay } from './login-delay.ts';
import { createMemoryAccountStore } from './memory-account-store.ts';

/** Guards in so many processes that share their accounts and the time, and what they let be looked at. */
function bench(processes: number) {
  const accounts = createMemoryAccountStore();
  const clock = { now: 1_000_000_000_000 };
  const secretKey = new Uint8Array(32);
  const guards = Array.from({ length: processes }, () => new CodeGuard(new LoginDelay({ accounts, secretKey, now: () => clock.now })));
  let lookedAt = 0;
  /** Everybody tries at once, so many times. */
  const guess = async (times: number, answer?: string, forgives = true) => {
    const before = lookedAt;
    const tries = guards.flatMap((guard) =>
      Array.from({ length: times }, () =>
        guard.attempt('second factor of 7', forgives, async () => {
          lookedAt += 1;
          await new Promise(setImmediate);
          return answer;
        }),
      ),
    );
    const outcomes = await Promise.all(tries);
    return { lookedAt: lookedAt - before, outcomes };
  };
  return { clock, guess, failures: () => accounts.failureKeys().length };
}

test('however many processes look at codes, as many wrong ones are tried as by one', async () => {
  const tried = async (processes: number) => {
    const { clock, guess } = bench(processes);
    let count = 0;
    for (let second = 0; second < 600; second += 1) {
      count += (await guess(1)).lookedAt;
      clock.now += 1000;
    }
    return count;
  };
  assert.equal(await tried(8), await tried(1));
});

test('of codes that are tried at once one is looked at, and the others are told to wait a second', async () => {
  const { guess } = bench(4);
  const { lookedAt, outcomes } = await guess(10);
  assert.equal(lookedAt, 1);
  assert.equal(outcomes.filter((outcome) => typeof outcome === 'object' && outcome.kind === 'wrong').length, 1);
  const delayed = outcomes.filter((outcome) => typeof outcome === 'object' && outcome.kind === 'delayed');
  assert.deepEqual(delayed, new Array(39).fill({ kind: 'delayed', retryAfterSeconds: 1 }));
});

test('a right code is no failure: it forgives those before it, or takes back its own alone', async () => {
  const { clock, guess, failures } = bench(1);
  for (let times = 0; times < 4; times += 1) {
    await guess(1);
    clock.now += 1;
  }
  for (let times = 0; times < 20; times += 1) {
    assert.deepEqual((await guess(1, 'right', false)).outcomes, ['right']);
    clock.now += 1;
  }
  await guess(1);
  assert.equal((await guess(1, 'right', false)).lookedAt, 0, 'five wrong ones are five');
  clock.now += 1000;
  assert.deepEqual((await guess(1, 'right', true)).outcomes, ['right']);
  assert.equal(failures(), 0);
});
