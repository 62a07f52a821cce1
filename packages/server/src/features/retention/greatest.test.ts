import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Greatest } from './greatest.ts';

test('what is included is what a sort would put first, in whatever order it comes', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30)), fc.integer({ min: 1, max: 6 }), (values, count) => {
      const greatest = new Greatest<number>(count, (left, right) => left - right);
      const held = values.reduce((sum, value) => sum + greatest.add(value), 0);
      const expected = [...new Set(values)].sort((left, right) => right - left).slice(0, count);
      assert.deepEqual(
        [...new Set(values)].filter((value) => greatest.includes(value)).sort((left, right) => right - left),
        expected,
      );
      assert.equal(held, expected.length);
    }),
  );
});
