import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StorageError } from './ports/blob-store.ts';
import { Reachability } from './reachability.ts';

const refused = new Error('connection refused');
const broken = new Error('connection broken');
const answer = new Error('no such table');
const never = () => new Promise<never>(() => undefined);
const isAway = (error: unknown) => error instanceof StorageError && error.reason === 'unreachable' && error.retryable;

/** A service whose looks the test answers, and what was logged of it. */
function service({ quietMs = 20, lookMs = 20, againMs = 5 } = {}) {
  const log: string[] = [];
  const note = (message: string) => void log.push(message);
  const state = { looks: 0, cuts: 0, look: async (): Promise<void> => undefined, seen: Promise.withResolvers<void>() };
  const reachability = new Reachability({
    what: 'The service',
    look: () => {
      state.looks += 1;
      state.seen.resolve();
      state.seen = Promise.withResolvers<void>();
      return state.look();
    },
    isAnswer: (error) => error === answer,
    onAway: () => {
      state.cuts += 1;
    },
    logger: { info: note, warn: note, error: note },
    patience: { quietMs, lookMs, againMs },
  });
  const ask = <T>(work: () => Promise<T>) => reachability.ask(work);
  const breakOnce = () =>
    assert.rejects(
      ask(() => Promise.reject(broken)),
      broken,
    );
  return { state, log, ask, breakOnce, close: () => reachability.close() };
}

test('what answers is passed on, and so is what it refuses; neither is a reason to look', async () => {
  const { state, ask, close } = service();
  assert.equal(await ask(async () => 7), 7);
  await assert.rejects(
    ask(() => Promise.reject(answer)),
    answer,
  );
  assert.equal(state.looks, 0);
  close();
});

test('after a broken connection whoever comes waits for the look, and is served when it succeeds', async () => {
  // The look is answered by this test, whenever the machine lets it.
  const { state, log, ask, breakOnce, close } = service({ quietMs: 60_000, lookMs: 60_000 });
  const { promise, resolve } = Promise.withResolvers<void>();
  state.look = () => promise;
  await breakOnce();
  let asked = false;
  const next = ask(async () => {
    asked = true;
  });
  await new Promise((done) => setImmediate(done));
  assert.equal(asked, false);
  resolve();
  await next;
  assert.deepEqual([state.looks, state.cuts, log], [1, 0, []]);
  close();
});

test('while it is away everything fails at once without being asked; it is found again by itself and said once', async () => {
  const { state, log, ask, breakOnce, close } = service();
  state.look = () => Promise.reject(refused);
  await breakOnce();
  for (let round = 0; round < 50; round += 1)
    await assert.rejects(
      ask(async () => assert.fail('asked')),
      isAway,
    );
  assert.equal(log.length, 1);
  while (state.looks < 4) await state.seen.promise;
  assert.equal(log.length, 1);
  state.look = async () => undefined;
  await state.seen.promise;
  while ((await ask(async () => true).catch(() => false)) === false);
  assert.deepEqual(log, ['The service cannot be reached. What needs it is refused at once until it is back.', 'The service is back.']);
  assert.equal(state.cuts, 1);
  close();
});

test('silence: what waits fails when the look is not answered either', async () => {
  const { state, ask, close } = service();
  state.look = never;
  const waiting = [ask(never), ask(never), ask(never)];
  for (const each of waiting) await assert.rejects(each, isAway);
  assert.equal(state.cuts, 1);
  close();
});

test('a slow request is waited for as long as looks are answered', async () => {
  const { state, ask, close } = service();
  const { promise, resolve } = Promise.withResolvers<string>();
  const slow = ask(() => promise);
  for (let round = 0; round < 3; round += 1) await state.seen.promise;
  resolve('late');
  assert.equal(await slow, 'late');
  assert.equal(state.cuts, 0);
  close();
});

test('a look that fails for its slowness says nothing while others are answered', async () => {
  const { state, log, ask, close } = service({ quietMs: 20, lookMs: 200 });
  state.look = never;
  const slow = ask(never).catch((error: unknown) => error);
  await state.seen.promise;
  await ask(async () => undefined);
  // The next look is one that fails with nobody being answered.
  await state.seen.promise;
  assert.deepEqual(log, []);
  assert.ok(isAway(await slow));
  close();
});

test('nobody looks any more when it is closed', async () => {
  const { state, breakOnce, close } = service();
  state.look = () => Promise.reject(refused);
  await breakOnce();
  close();
  const { looks } = state;
  await new Promise((done) => setTimeout(done, 30));
  assert.equal(state.looks, looks);
});
