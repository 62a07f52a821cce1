import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { HangWatch } from './hang-watch.ts';

const limitMs = 2000;
const stepMs = limitMs / 20;

/** A watch over a process that the test plays, and the steps of a clock that the test turns. */
function watched(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const seen = { asked: 0, killed: 0, log: [] as string[] };
  const note = (message: string) => void seen.log.push(message);
  const watch = new HangWatch({
    who: 'A worker',
    pid: 1,
    limitMs,
    logger: { info: note, warn: note, error: note },
    ask: () => {
      seen.asked += 1;
    },
    kill: () => {
      seen.killed += 1;
    },
  });
  const step = (count: number): void => {
    for (let done = 0; done < count; done += 1) t.mock.timers.tick(stepMs);
  };
  return { watch, seen, step };
}

test('what is not ready in time is killed, once, and the log says what to look at', (t) => {
  const { watch, seen, step } = watched(t);
  step(19);
  assert.deepEqual([seen.asked, seen.killed], [0, 0]);
  step(5);
  assert.equal(seen.killed, 1);
  assert.equal(watch.killedBecause, 'it was not ready 2 s after its start');
  assert.deepEqual(seen.log, [
    'A worker hangs: it was not ready 2 s after its start, so it is killed. See what it waits for: disk, database, store or the ' +
      'configuration file; when it only needs longer, raise limits.stuckSeconds.',
  ]);
});

test('what answers lives; what does not is asked once, and killed at the limit', (t) => {
  const { watch, seen, step } = watched(t);
  watch.ready();
  for (let round = 1; round <= 10; round += 1) {
    step(19);
    assert.deepEqual([seen.asked, seen.killed], [round, 0]);
    watch.answered();
  }
  step(20);
  assert.deepEqual([seen.asked, seen.killed], [11, 1]);
  assert.equal(watch.killedBecause, 'it did not answer for 2 s');
});

test('a migration may take as long as it needs; what comes after it may not', (t) => {
  const { watch, seen, step } = watched(t);
  watch.suspend();
  step(1000);
  assert.equal(seen.killed, 0);
  watch.ready();
  step(20);
  assert.equal(seen.killed, 1);
});

test('whoever is let go is not killed any more', (t) => {
  const { watch, seen, step } = watched(t);
  watch.ready();
  watch.end();
  step(100);
  assert.deepEqual([seen.asked, seen.killed], [0, 0]);
});
