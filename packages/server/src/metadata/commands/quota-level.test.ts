import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { quotaLevel } from './quota-level.ts';

const limit = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.maxSafeNat().map((value) => value + 1),
);
const warned = fc.constantFrom(0, 80, 90);

test('between its bounds an account says nothing new, and one beyond them it does, or is full', () => {
  fc.assert(
    fc.property(limit, fc.nat({ max: 1100 }), warned, (most, perMille, before) => {
      const used = Math.floor((most / 1000) * perMille);
      const level = quotaLevel(most, used, before);
      const after = (value: number) => quotaLevel(most, value, level.warned).warned;
      const { floor, ceiling } = level;
      assert.ok(ceiling !== null && ceiling <= most);
      if (used <= most) assert.ok((floor ?? 0) <= used && used <= ceiling, JSON.stringify({ used, level }));
      if (used <= ceiling) for (const value of [used, ceiling]) assert.equal(after(value), level.warned);
      if (ceiling < most) assert.ok(after(ceiling + 1) > level.warned, 'a warning is due');
      if (floor === null) assert.equal(level.warned, 0);
      else {
        assert.equal(after(floor), level.warned);
        assert.ok(after(floor - 1) < level.warned, 'the warning is over');
      }
    }),
  );
});

test('an account without a limit has no bounds, and one with a limit of nothing takes nothing', () => {
  assert.deepEqual(quotaLevel(null, 10, 90), { warned: 0, floor: null, ceiling: null });
  assert.deepEqual(quotaLevel(0, 0, 0), { warned: 0, floor: null, ceiling: 0 });
});
