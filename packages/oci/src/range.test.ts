import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RangeRequest } from './range.ts';
import { coalesceRanges, maxRanges, parseRange } from './range.ts';
import { anyText } from './testing/arbitraries.ts';
import { isLinear } from './testing/linear-time.ts';

const one = (start: number, end: number): RangeRequest => ({ kind: 'ranges', ranges: [{ start, end }] });
const none: RangeRequest = { kind: 'none' };
const unsatisfiable: RangeRequest = { kind: 'unsatisfiable' };

const cases: readonly (readonly [string | undefined, number, RangeRequest])[] = [
  [undefined, 100, none],
  ['', 100, none],
  ['bytes', 100, none],
  ['bytes=', 100, none],
  ['bytes=,', 100, none],
  ['items=0-1', 100, none],
  ['bytes=0-0', 100, one(0, 0)],
  ['BYTES=0-9', 100, one(0, 9)],
  ['bytes=0-', 100, one(0, 99)],
  ['bytes=99-', 100, one(99, 99)],
  ['bytes=0-1000', 100, one(0, 99)],
  ['bytes=0-99999999999999999999999', 100, one(0, 99)],
  ['bytes=-1', 100, one(99, 99)],
  ['bytes=-1000', 100, one(0, 99)],
  ['bytes=-0', 100, unsatisfiable],
  ['bytes=100-', 100, unsatisfiable],
  ['bytes=100-200', 100, unsatisfiable],
  ['bytes=100-200,0-1', 100, one(0, 1)],
  ['bytes=5-4', 100, unsatisfiable],
  ['bytes=0-1,5-4', 100, unsatisfiable],
  ['bytes=a-b', 100, none],
  ['bytes=0-1-2', 100, none],
  ['bytes=+0-1', 100, none],
  ['bytes=-', 100, none],
  ['bytes=0-1;x', 100, none],
  ['bytes = 0-1', 100, none],
  ['bytes=0-0', 0, unsatisfiable],
  ['bytes=-5', 0, none],
  [
    'bytes=0-1, 4-5 ,,-1',
    100,
    {
      kind: 'ranges',
      ranges: [
        { start: 0, end: 1 },
        { start: 4, end: 5 },
        { start: 99, end: 99 },
      ],
    },
  ],
  [
    'bytes=5-6,0-5',
    100,
    {
      kind: 'ranges',
      ranges: [
        { start: 5, end: 6 },
        { start: 0, end: 5 },
      ],
    },
  ],
  ['bytes=0-,0-,0-', 100, one(0, 99)],
  ['bytes=50-99,0-60', 100, one(0, 99)],
];
for (const [header, sizeBytes, expected] of cases) {
  test(`${header ?? 'no header'} of ${sizeBytes} bytes`, () => assert.deepEqual(parseRange(header, sizeBytes), expected));
}

test('sixteen ranges are answered, seventeen are too many', () => {
  const ranges = (count: number) => `bytes=${Array.from({ length: count }, (_, index) => `${index * 2}-${index * 2}`).join(',')}`;
  const accepted = parseRange(ranges(maxRanges), 1000);
  assert.equal(accepted.kind === 'ranges' ? accepted.ranges.length : 0, 16);
  assert.deepEqual(parseRange(ranges(maxRanges + 1), 1000), { kind: 'too-many' });
});

test('ranges stay within the content, never ask for more bytes than it has, and cover exactly what was asked', () => {
  const spec = fc.oneof(
    fc.tuple(fc.nat(60), fc.nat(60)).map(([a, b]) => ({
      text: `${Math.min(a, b)}-${Math.max(a, b)}`,
      has: (at: number) => at >= Math.min(a, b) && at <= Math.max(a, b),
    })),
    fc.nat(60).map((a) => ({ text: `${a}-`, has: (at: number) => at >= a })),
    fc.nat(60).map((a) => ({ text: `-${a}`, has: (at: number, size: number) => at >= size - a })),
  );
  fc.assert(
    fc.property(fc.array(spec, { minLength: 1, maxLength: maxRanges }), fc.integer({ min: 1, max: 50 }), (specs, sizeBytes) => {
      const result = parseRange(`bytes=${specs.map(({ text }) => text).join(', ')}`, sizeBytes);
      const ranges = result.kind === 'ranges' ? result.ranges : [];
      assert.ok(result.kind === 'ranges' || result.kind === 'unsatisfiable');
      assert.ok(ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0) <= sizeBytes);
      for (let at = 0; at < sizeBytes; at += 1) {
        assert.equal(
          ranges.some(({ start, end }) => start <= at && at <= end),
          specs.some(({ has }) => has(at, sizeBytes)),
          `byte ${at}`,
        );
      }
      for (const { start, end } of ranges) assert.ok(start >= 0 && start <= end && end < sizeBytes);
    }),
  );
});

test('coalescing leaves no two ranges that touch', () => {
  assert.deepEqual(
    coalesceRanges([
      { start: 5, end: 9 },
      { start: 0, end: 1 },
      { start: 2, end: 3 },
      { start: 6, end: 7 },
    ]),
    [
      { start: 0, end: 3 },
      { start: 5, end: 9 },
    ],
  );
});

test('arbitrary text never throws, and a megabyte takes linear time', () => {
  const noise = fc.oneof(anyText, fc.string({ unit: fc.constantFrom(...'0123456789-,= ') }));
  fc.assert(fc.property(noise, fc.nat(), (text, size) => void [parseRange(text, size), parseRange(`bytes=${text}`, size)]));
  for (const piece of ['0', '0-', ',', ' ', '0-0,', '-'])
    assert.ok(
      isLinear((text) => void parseRange(`bytes=${text}`, 100), piece),
      piece,
    );
});
