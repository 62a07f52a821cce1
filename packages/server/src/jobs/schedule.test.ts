import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { StorageError } from '../registry/ports/blob-store.ts';
import type { LeaseStore } from '../registry/ports/lease-store.ts';
import { type ScheduleOptions, startSchedule } from './schedule.ts';

function oneOwner(): { leases: LeaseStore; until: number; now: number } {
  const table = { now: 5_000_000, until: 0, holder: '', token: 0 };
  const leases: LeaseStore = {
    async acquireLease({ holder, ttlMs }) {
      const at = table.now;
      if (table.holder !== holder && table.until > at) return undefined;
      if (table.holder !== holder) table.token += 1;
      table.holder = holder;
      table.until = at + ttlMs;
      return { fencingToken: table.token };
    },
    async releaseLease({ holder }) {
      if (table.holder === holder) table.until = 0;
    },
  };
  return Object.assign(table, { leases });
}

type Table = { leases: LeaseStore; now: number };

function options(table: Table, holder: string, errors: string[] = [], leaseMs = 60_000, infos: string[] = []): ScheduleOptions {
  const logger = {
    info: (message: string) => void infos.push(message),
    warn: () => undefined,
    error: (message: string) => void errors.push(message),
  };
  return { leases: table.leases, logger, holder, leaseMs };
}

/** Jobs of 1 January are months away, also for who runs the tests in the last minutes of a year. */
function setDate(t: TestContext): void {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 5, 15) });
}

test('the clock starts the job', async () => {
  const { promise: ran, resolve } = Promise.withResolvers<void>();
  const schedule = startSchedule({ name: 'tick', cron: '* * * * * *', run: async () => resolve() }, options(oneOwner(), 'a'));
  await ran;
  await schedule.stop();
});

test('a process whose clock is two minutes behind, and which therefore comes to it later, finds the round done', async (t) => {
  setDate(t);
  const table = oneOwner();
  let runs = 0;
  const run = async (): Promise<void> => {
    runs += 1;
  };
  const job = { name: 'daily', cron: '0 0 1 1 *', run };
  const punctual = startSchedule(job, options(table, 'a'));
  const behind = startSchedule(job, options(table, 'b'));
  assert.equal(await punctual.runNow(), true);
  table.now += 120_000;
  assert.equal(await behind.runNow(), false);
  assert.equal(runs, 1);
  await Promise.all([punctual.stop(), behind.stop()]);
});

test('the lease of a rare job stays taken for less than a day', async () => {
  const table = oneOwner();
  const schedule = startSchedule({ name: 'yearly', cron: '0 0 1 1 *', run: async () => undefined }, options(table, 'a'));
  assert.equal(await schedule.runNow(), true);
  assert.ok(table.until - table.now < 24 * 60 * 60_000);
  await schedule.stop();
});

test('the lease stays taken for whole milliseconds, which is all that databases take', async () => {
  const table = oneOwner();
  const schedule = startSchedule({ name: 'hourly', cron: '0 * * * *', run: async () => undefined }, options(table, 'a'));
  // Half of an odd number, every other time.
  for (let turn = 0; turn < 20; turn += 1) {
    await schedule.runNow();
    assert.ok(Number.isInteger(table.until), String(table.until));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await schedule.stop();
});

test('a job that throws is logged, ends nothing, and leaves the lease to others', async () => {
  const table = oneOwner();
  const errors: string[] = [];
  const failing = async () => {
    throw new Error('broken');
  };
  const first = startSchedule({ name: 'daily', cron: '0 0 1 1 *', run: failing }, options(table, 'a', errors));
  const second = startSchedule({ name: 'daily', cron: '0 0 1 1 *', run: async () => undefined }, options(table, 'b', errors));
  assert.equal(await first.runNow(), false);
  assert.equal(errors.length, 1);
  assert.equal(await second.runNow(), true);
  await Promise.all([first.stop(), second.stop()]);
});

test('what may pass is tried again before the next time, and said once', async (t) => {
  setDate(t);
  const table = oneOwner();
  const [errors, infos]: [string[], string[]] = [[], []];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let runs = 0;
  const run = async (): Promise<void> => {
    runs += 1;
    if (runs < 4) throw new StorageError('stalled', 'the database is slow');
    if (runs < 7) throw new StorageError('unreachable', 'the database is away');
    resolve();
  };
  const schedule = startSchedule({ name: 'nightly', cron: '0 0 1 1 *', run }, options(table, 'a', errors, 5, infos));
  assert.equal(await schedule.runNow(), false);
  await done;
  await schedule.stop();
  const failed = 'A scheduled job failed; it runs again in 0.005 s.';
  // A database that is away is told as an error once, by whoever found it away.
  assert.deepEqual([errors, infos], [[failed], [failed]]);
});

test('stop aborts the run under way and waits for it', async () => {
  let ended = false;
  const { promise: started, resolve } = Promise.withResolvers<void>();
  const run = async (signal: AbortSignal) => {
    resolve();
    await new Promise<void>((done) => signal.addEventListener('abort', () => done()));
    ended = true;
    signal.throwIfAborted();
  };
  const errors: string[] = [];
  const schedule = startSchedule({ name: 'long', cron: '0 0 1 1 *', run }, options(oneOwner(), 'a', errors));
  const running = schedule.runNow();
  await started;
  await schedule.stop();
  assert.equal(ended, true);
  assert.equal(await running, false);
  assert.deepEqual(errors, []);
});

test('a malformed expression is refused at the start', () => {
  assert.throws(() => startSchedule({ name: 'never', cron: 'every day', run: async () => undefined }, options(oneOwner(), 'a')));
});
