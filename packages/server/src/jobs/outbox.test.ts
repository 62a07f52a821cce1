import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventStore, RegistryEvent } from '../registry/ports/event-store.ts';
import type { EventSubscriber } from '../registry/ports/event-subscriber.ts';
import { startOutbox } from './outbox.ts';
import { retryDelayMs } from './retry-delay.ts';

const longPoll = 3_600_000;

/** Events in memory on a clock that the test turns; `quiet()` resolves when a claim found nothing. */
function eventTable(count: number) {
  const rows = new Map<number, { event: RegistryEvent; claimedUntil: number; notBefore: number; claimant: string }>();
  const table = { now: 1_000_000, claimFailures: 0, rows, add, quiet, postponedTo: [] as number[] };
  const onQuiet: (() => void)[] = [];
  function add(id: number): void {
    const event = {
      id,
      type: 'tag.created',
      at: 0,
      actor: 'anonymous',
      projectId: undefined,
      repository: 'a/b',
      digest: undefined,
      tag: 'x',
      data: {},
      attempts: 0,
    } as const;
    rows.set(id, { event, claimedUntil: 0, notBefore: 0, claimant: '' });
  }
  function quiet(): Promise<void> {
    return new Promise((resolve) => onQuiet.push(resolve));
  }
  for (let id = 1; id <= count; id += 1) add(id);
  const events: EventStore = {
    async claimEvents({ claimant, at, until, limit }) {
      if (table.claimFailures > 0) {
        table.claimFailures -= 1;
        throw new Error('the database is away');
      }
      const free = [...rows.values()].filter((row) => row.claimedUntil <= at && row.notBefore <= at).slice(0, limit);
      for (const row of free) Object.assign(row, { claimant, claimedUntil: until });
      if (free.length === 0) for (const resolve of onQuiet.splice(0)) setImmediate(resolve);
      return free.map((row) => row.event);
    },
    async finishEvents({ claimant, ids }) {
      for (const id of ids) if (rows.get(id)?.claimant === claimant) rows.delete(id);
    },
    async postponeEvents({ ids, retryAt }) {
      table.postponedTo.push(retryAt);
      for (const id of ids) {
        const row = rows.get(id);
        if (row !== undefined)
          rows.set(id, { ...row, event: { ...row.event, attempts: row.event.attempts + 1 }, claimedUntil: 0, notBefore: retryAt });
      }
    },
    async recordEvent() {
      assert.fail('not used');
    },
  };
  const start = (
    subscribers: EventSubscriber[],
    change: { pollMs?: number; leaseMs?: number; batchSize?: number; logged?: string[] } = {},
  ) => {
    const note = (message: string) => void change.logged?.push(message);
    const logger = { info: note, warn: note, error: note };
    const { pollMs = longPoll, leaseMs = 60_000, batchSize = 10 } = change;
    return startOutbox({ events, subscribers, logger, clock: () => table.now, claimant: 'me', pollMs, leaseMs, batchSize });
  };
  return { table, start };
}

test('every event reaches every subscriber once, oldest first, over several batches', async () => {
  const { table, start } = eventTable(25);
  const seen: string[] = [];
  const subscriber = (name: string): EventSubscriber => ({ name, handle: async (event) => void seen.push(`${name}${event.id}`) });
  const quiet = table.quiet();
  const outbox = start([subscriber('a'), subscriber('b')], { pollMs: 1 });
  await quiet;
  await outbox.stop();
  assert.deepEqual(seen, Array.from({ length: 25 }, (_, index) => [`a${index + 1}`, `b${index + 1}`]).flat());
  assert.equal(table.rows.size, 0);
});

test('without subscribers events do not pile up', async () => {
  const { table, start } = eventTable(25);
  const quiet = table.quiet();
  const outbox = start([], { pollMs: 1 });
  await quiet;
  await outbox.stop();
  assert.equal(table.rows.size, 0);
});

test('an event whose subscriber fails comes again later and ends nothing', async () => {
  const { table, start } = eventTable(2);
  const logged: string[] = [];
  const seen: number[] = [];
  const flaky: EventSubscriber = {
    name: 'flaky',
    async handle(event) {
      seen.push(event.id);
      if (event.id === 1 && event.attempts === 0) throw new Error('not now');
    },
  };
  let quiet = table.quiet();
  const outbox = start([flaky], { pollMs: 1, logged });
  await quiet;
  assert.deepEqual([...table.rows.keys()], [1]);
  assert.ok((table.postponedTo[0] ?? 0) > table.now);
  assert.equal(logged.length, 1);
  table.now += 600_000;
  quiet = table.quiet();
  await quiet;
  await outbox.stop();
  assert.deepEqual(seen, [1, 2, 1]);
  assert.equal(table.rows.size, 0);
});

test('a subscriber that never answers does not hold up the others for ever', async () => {
  const { table, start } = eventTable(1);
  const logged: string[] = [];
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const outbox = start(
    [
      { name: 'hanging', handle: () => new Promise(() => undefined) },
      { name: 'next', handle: async () => resolve() },
    ],
    {
      leaseMs: 20,
      logged,
    },
  );
  await reached;
  await outbox.stop();
  assert.equal(logged.length, 1);
  assert.equal(table.rows.size, 1);
});

test('wake delivers at once, and stop finishes what is claimed', async () => {
  const { table, start } = eventTable(0);
  const { promise: release, resolve: letGo } = Promise.withResolvers<void>();
  const { promise: started, resolve } = Promise.withResolvers<void>();
  const quiet = table.quiet();
  const outbox = start([
    {
      name: 'slow',
      async handle() {
        resolve();
        await release;
      },
    },
  ]);
  await quiet;
  table.add(1);
  outbox.wake();
  await started;
  const stopped = outbox.stop();
  letGo();
  await stopped;
  assert.equal(table.rows.size, 0);
});

test('a store that is away is asked again and again, and said once; so is its return', async () => {
  const { table, start } = eventTable(1);
  table.claimFailures = 3;
  const logged: string[] = [];
  const { promise: delivered, resolve } = Promise.withResolvers<void>();
  const outbox = start([{ name: 'a', handle: async () => resolve() }], { logged });
  const waking = setInterval(() => outbox.wake(), 1);
  await delivered;
  clearInterval(waking);
  await outbox.stop();
  assert.deepEqual(logged, ['Events could not be claimed or finished; they will be delivered later.', 'Events are delivered again.']);
});

test('delays double from one second to five minutes, less up to half at random', () => {
  const delays = (random: () => number) => [1, 2, 3, 9, 10, 1000].map((attempts) => retryDelayMs(attempts, random));
  assert.deepEqual(
    delays(() => 0),
    [1000, 2000, 4000, 256_000, 300_000, 300_000],
  );
  assert.deepEqual(
    delays(() => 1),
    [500, 1000, 2000, 128_000, 150_000, 150_000],
  );
});
