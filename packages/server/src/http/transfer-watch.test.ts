import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { TransferWatch } from './transfer-watch.ts';

/** A watch that demands 1000 bytes in each window, and a way to let windows pass. */
function startWatch() {
  mock.timers.enable({ apis: ['setInterval'] });
  const watch = new TransferWatch(1000, 1000);
  const stopped: string[] = [];
  const end = () => {
    watch.close();
    mock.timers.reset();
  };
  return {
    begin: (name: string) => watch.begin(() => stopped.push(name)),
    pass: () => mock.timers.tick(1000),
    stopped,
    [Symbol.dispose]: end,
  };
}

test('a client that sends one byte a second is stopped after its first whole window, once', () => {
  using watch = startWatch();
  const slow = watch.begin('slow');
  const fast = watch.begin('fast');
  watch.pass();
  assert.deepEqual(watch.stopped, [], 'the window in which it began may have been short');
  for (let window = 0; window < 3; window += 1) {
    slow.moved(1);
    fast.moved(1000);
    watch.pass();
    assert.deepEqual(watch.stopped, ['slow']);
  }
});

test('a fast start does not pay for a slow rest', () => {
  using watch = startWatch();
  const transfer = watch.begin('transfer');
  transfer.moved(1_000_000);
  watch.pass();
  watch.pass();
  assert.deepEqual(watch.stopped, ['transfer']);
});

test('time in which we make the client wait is not its fault, however long', () => {
  using watch = startWatch();
  const transfer = watch.begin('transfer');
  watch.pass();
  transfer.waiting();
  for (let window = 0; window < 5; window += 1) watch.pass();
  transfer.goingOn();
  watch.pass();
  assert.deepEqual(watch.stopped, [], 'the window in which it went on may have been short');
  watch.pass();
  assert.deepEqual(watch.stopped, ['transfer']);
});

test('who is offered a large piece has the time that it takes at the floor, and one window more', () => {
  using watch = startWatch();
  const transfer = watch.begin('transfer');
  transfer.waiting();
  transfer.goingOn(5000);
  for (let window = 0; window < 5; window += 1) watch.pass();
  assert.deepEqual(watch.stopped, []);
  watch.pass();
  assert.deepEqual(watch.stopped, ['transfer']);
});

test('what has ended is not watched, and a floor of zero keeps everybody', () => {
  using watch = startWatch();
  watch.begin('ended').end();
  for (let window = 0; window < 3; window += 1) watch.pass();
  assert.deepEqual(watch.stopped, []);

  const lenient = new TransferWatch(0, 1000);
  lenient.begin(() => assert.fail('stopped'));
  for (let window = 0; window < 3; window += 1) watch.pass();
  lenient.close();
});
