import assert from 'node:assert/strict';
import test from 'node:test';
import { QueueFull, TurnQueue } from './turn-queue.ts';

test('so many run at once, the next as each ends, and what has no room is refused at once', async () => {
  const queue = new TurnQueue({ atOnce: 2, mostWaiting: 2, waitMs: 60_000 });
  const ends: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running -= 1;
  };
  const all = [1, 2, 3, 4].map(() => queue.run(work));
  await assert.rejects(queue.run(work), QueueFull);
  for (let ended = 0; ended < 4; ended += 1) {
    ends[ended]?.();
    await all[ended];
  }
  assert.equal(most, 2);
  assert.equal(running, 0);
});

test('whoever waits too long is refused, and a failure gives its turn to the next', async () => {
  const queue = new TurnQueue({ atOnce: 1, mostWaiting: 5, waitMs: 20 });
  let end = (): void => undefined;
  const first = queue.run(() => new Promise<void>((_, reject) => (end = () => reject(new Error('failed')))));
  await assert.rejects(
    queue.run(async () => undefined),
    QueueFull,
  );
  end();
  await assert.rejects(first, /failed/);
  assert.equal(await queue.run(async () => 7), 7);
});
