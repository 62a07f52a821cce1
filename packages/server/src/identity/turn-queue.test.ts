import assert from 'node:assert/strict';
import test from 'node:test';
import { QueueFull, TurnQueue } from './turn-queue.ts';

test('so many run at once, the next as each ends, and what has no room is refused at once', async () => {
  const queue = new TurnQueue({ atOnce: 2, atOnceOfOne: 2, mostWaiting: 2, mostOfOne: 2, waitMs: 60_000 });
  const ends: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running -= 1;
  };
  const all = [1, 2, 3, 4].map(() => queue.run('', work));
  await assert.rejects(queue.run('', work), QueueFull);
  for (let ended = 0; ended < 4; ended += 1) {
    ends[ended]?.();
    await all[ended];
  }
  assert.equal(most, 2);
  assert.equal(running, 0);
});

test('whoever waits too long is refused, and a failure gives its turn to the next', async () => {
  const queue = new TurnQueue({ atOnce: 1, atOnceOfOne: 1, mostWaiting: 5, mostOfOne: 5, waitMs: 20 });
  let end = (): void => undefined;
  const first = queue.run('', () => new Promise<void>((_, reject) => (end = () => reject(new Error('failed')))));
  await assert.rejects(
    queue.run('', async () => undefined),
    QueueFull,
  );
  end();
  await assert.rejects(first, /failed/);
  assert.equal(await queue.run('', async () => 7), 7);
});

test('lines take turns, and one that is full, or ends, keeps no other out', async () => {
  const queue = new TurnQueue({ atOnce: 1, atOnceOfOne: 1, mostWaiting: 24, mostOfOne: 3, waitMs: 60_000 });
  const ran: string[] = [];
  const run = (who: string) => queue.run(who, async () => void ran.push(who));
  let end = (): void => undefined;
  const first = queue.run('greedy', () => new Promise<void>((resolve) => (end = resolve)));
  const greedy = [run('greedy'), run('greedy'), run('greedy')];
  await assert.rejects(run('greedy'), QueueFull);
  const others = [run('one'), run('other'), run('one')];
  end();
  await Promise.all([first, ...greedy, ...others]);
  assert.deepEqual(ran, ['greedy', 'one', 'other', 'greedy', 'one', 'greedy']);
  await run('greedy');
});

test('of one no more run at once than its share, and what it holds keeps no other waiting', async () => {
  const queue = new TurnQueue({ atOnce: 3, atOnceOfOne: 2, mostWaiting: 24, mostOfOne: 9, waitMs: 60_000 });
  const ends: (() => void)[] = [];
  const held = Array.from({ length: 4 }, () => queue.run('greedy', () => new Promise<void>((resolve) => void ends.push(resolve))));
  assert.equal(ends.length, 2);
  assert.deepEqual(await Promise.all([1, 2, 3].map((answer) => queue.run('other', async () => answer))), [1, 2, 3]);
  assert.equal(ends.length, 2, 'nor when others end');
  for (let ended = 0; ended < held.length; ended += 1) {
    ends[ended]?.();
    await held[ended];
  }
  assert.equal(ends.length, 4);
});
