import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chunks, longestList, padded, placeholders } from './sql-lists.ts';

test('chunks keep every value in order, and padding adds no other value and few lengths', () => {
  const lengths = new Set<number>();
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 700 }), (values) => {
      const pieces = chunks(values);
      assert.deepEqual(pieces.flat(), values);
      for (const piece of pieces) {
        const wide = padded(piece);
        lengths.add(wide.length);
        assert.deepEqual(wide.slice(0, piece.length), piece);
        assert.deepEqual(new Set(wide), new Set(piece));
        assert.equal(placeholders(wide.length).split(',').length, wide.length);
      }
    }),
  );
  assert.ok(lengths.size <= 9);
});

test('an empty list, and one that is too long, fit no statement', () => {
  assert.throws(() => padded([]), RangeError);
  assert.throws(() => padded(new Array(longestList + 1).fill(0)), RangeError);
  assert.deepEqual(chunks([]), []);
});
