import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { delayMs } from './certificate-keeper.ts';

describe('the wait before an authority is asked again', () => {
  const minutes = (failures: number, random: number) => delayMs(failures, false, () => random) / 60_000;

  it('grows from two minutes to an hour, six tries in an hour at most', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 60].map((failures) => minutes(failures, 0)),
      [2, 4, 8, 16, 32, 60, 60],
    );
    for (const random of [0, 0.999]) {
      const tries = [0];
      for (let failures = 1; failures < 20; failures += 1) tries.push((tries.at(-1) ?? 0) + minutes(failures, random));
      for (const from of tries) assert.ok(tries.filter((at) => at >= from && at < from + 60).length <= 6);
    }
  });

  it('is short where the authority was in trouble itself', () => {
    assert.equal(
      delayMs(1, true, () => 0),
      5000,
    );
    assert.equal(
      delayMs(30, true, () => 0),
      600_000,
    );
  });
});
