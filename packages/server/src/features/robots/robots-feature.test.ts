import assert from 'node:assert/strict';
import test from 'node:test';
import { robots } from './robots-feature.ts';

const dayMs = 24 * 60 * 60 * 1000;

test('what expires within a week is announced batch by batch, until none is left or the process ends', async () => {
  const now = 1_700_000_000_000;
  const calls: object[] = [];
  const controller = new AbortController();
  let batches = 3;
  const store = {
    announceRobotExpiry: async (input: object) => {
      calls.push(input);
      batches -= 1;
      return batches > 0;
    },
  };
  const [job] = robots({ robots: store, now: () => now } as never).jobs ?? [];
  await job?.run(controller.signal);
  assert.equal(calls.length, 3);
  const [{ before, at } = {} as never] = calls as { before: number; at: number }[];
  assert.deepEqual([before, at], [now + 7 * dayMs, now]);
  batches = 3;
  controller.abort();
  await job?.run(controller.signal);
  assert.equal(calls.length, 3, 'another process goes on');
});
