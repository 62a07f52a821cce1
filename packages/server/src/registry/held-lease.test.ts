import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaseLostError, runWithLease } from './held-lease.ts';
import type { LeaseStore } from './ports/lease-store.ts';

/** A lease table on a clock that the test turns. */
function leaseTable() {
  const table = {
    now: 1_000_000,
    renewals: 0,
    failing: false,
    waiting: [] as (() => void)[],
    rows: new Map<string, { holder: string; until: number; fencingToken: number }>(),
  };
  const leases: LeaseStore = {
    async acquireLease({ name, holder, ttlMs }) {
      const at = table.now;
      for (const resolve of table.waiting.splice(0)) setImmediate(resolve);
      if (table.failing) throw new Error('the database is away');
      const row = table.rows.get(name);
      if (row !== undefined && row.holder !== holder && row.until > at) return undefined;
      table.renewals += row?.holder === holder ? 1 : 0;
      const fencingToken = row?.holder === holder ? row.fencingToken : (row?.fencingToken ?? 0) + 1;
      table.rows.set(name, { holder, until: at + ttlMs, fencingToken });
      return { fencingToken };
    },
    async releaseLease({ name, holder }) {
      const row = table.rows.get(name);
      if (row?.holder === holder) row.until = 0;
    },
  };
  const terms = (holder: string, ttlMs: number) => ({ leases, name: 'sweep', holder, ttlMs });
  const nextCall = () => new Promise<void>((resolve) => table.waiting.push(resolve));
  return { table, terms, nextCall };
}

const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

test('one holder runs, the other is told that the lease is taken, and the next one gets a higher token', async () => {
  const { terms } = leaseTable();
  const first = await runWithLease(terms('a', 60_000), {}, async (_, { token }) => {
    const second = await runWithLease(terms('b', 60_000), {}, async () => assert.fail('two at once'));
    assert.deepEqual(second, { held: false });
    return token;
  });
  const third = await runWithLease(terms('b', 60_000), {}, async (_, { token }) => token);
  assert.deepEqual(
    [first, third],
    [
      { held: true, value: 1 },
      { held: true, value: 2 },
    ],
  );
});

test('a long run is renewed', async () => {
  const { table, terms, nextCall } = leaseTable();
  await runWithLease(terms('a', 30), {}, async () => {
    await nextCall();
    await nextCall();
  });
  assert.ok(table.renewals >= 2);
});

test('a lease that somebody else took over aborts the run', async () => {
  const { table, terms } = leaseTable();
  const run = runWithLease(terms('a', 30), {}, async (signal) => {
    table.rows.set('sweep', { holder: 'b', until: table.now + 60_000, fencingToken: 2 });
    await aborted(signal);
  });
  await assert.rejects(run, LeaseLostError);
  assert.equal(table.rows.get('sweep')?.holder, 'b');
});

test('a lease that cannot be renewed for its whole length aborts the run, whatever the wall clock says', async () => {
  const { table, terms } = leaseTable();
  const run = runWithLease(terms('a', 30), {}, async (signal) => {
    table.failing = true;
    table.now -= 3_600_000;
    await aborted(signal);
  });
  await assert.rejects(run, (error: unknown) => error instanceof LeaseLostError && /away/.test(String(error.cause)));
});

test('the lease is free after a failure and stays taken after a success for as long as asked', async () => {
  const { table, terms } = leaseTable();
  const keepMs = () => 500;
  await assert.rejects(
    runWithLease(terms('a', 60_000), { keepMs }, async () => {
      throw new Error('broken');
    }),
    /broken/,
  );
  await runWithLease(terms('a', 60_000), { keepMs }, async () => undefined);
  const attempt = () => runWithLease(terms('b', 60_000), {}, async () => 'ran');
  assert.deepEqual(await attempt(), { held: false });
  table.now += 501;
  assert.deepEqual(await attempt(), { held: true, value: 'ran' });
});

test('an abort by the caller reaches the work', async () => {
  const { terms } = leaseTable();
  const stop = new AbortController();
  const run = runWithLease(terms('a', 60_000), { signal: stop.signal }, async (signal) => {
    setImmediate(() => stop.abort(new Error('shutting down')));
    await aborted(signal);
  });
  await assert.rejects(run, /shutting down/);
});
