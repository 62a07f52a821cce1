import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatContentRange,
  formatUnsatisfiedRange,
  formatUploadContentRange,
  formatUploadRange,
  parseContentRange,
} from './content-range.ts';
import { anyText } from './testing/arbitraries.ts';
import { isLinear } from './testing/linear-time.ts';

test('a chunk range survives the way to text and back, in every form clients send', () => {
  const range = fc.tuple(fc.maxSafeNat(), fc.maxSafeNat()).map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));
  fc.assert(
    fc.property(range, (chunk) => {
      const text = formatUploadContentRange(chunk);
      assert.deepEqual(parseContentRange(text), chunk);
      assert.deepEqual(parseContentRange(`bytes ${text}/*`), chunk);
      assert.deepEqual(parseContentRange(`bytes ${text}`), chunk);
      if (chunk.end < Number.MAX_SAFE_INTEGER) assert.deepEqual(parseContentRange(formatContentRange(chunk, chunk.end + 1)), chunk);
      assert.equal(parseContentRange(`bytes ${text}/${chunk.end}`), undefined);
      if (chunk.start < chunk.end) assert.equal(parseContentRange(`${chunk.end}-${chunk.start}`), undefined);
    }),
  );
});

test('near-misses are refused', () => {
  const wrong = [
    '',
    '-',
    '0-',
    '-9',
    '0--1',
    '5-4',
    '0-9/',
    'items 0-9/*',
    'bytes 0-9/9',
    'bytes */10',
    '0-9,10-19',
    '0x0-0x9',
    '+0-9',
    '0-9007199254740992',
    '0-1e3',
    '٠-٩',
  ];
  for (const text of wrong) assert.equal(parseContentRange(text), undefined, text);
});

test('what a registry answers', () => {
  assert.equal(formatUploadRange(0), '0-0');
  assert.equal(formatUploadRange(1), '0-0');
  assert.equal(formatUploadRange(100), '0-99');
  assert.equal(formatContentRange({ start: 2, end: 5 }, 10), 'bytes 2-5/10');
  assert.equal(formatUnsatisfiedRange(10), 'bytes */10');
});

test('arbitrary text never throws, and a megabyte takes linear time', () => {
  fc.assert(fc.property(anyText, (text) => void parseContentRange(text)));
  for (const piece of ['0', '0-', ' ', 'bytes '])
    assert.ok(
      isLinear((text) => void parseContentRange(text), piece),
      piece,
    );
});
