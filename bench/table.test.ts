import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cost, type Figure, rate } from './row.ts';
import { collect, type Measured, median, quantile, type Results, renderTables } from './table.ts';

function measured(name: string, label: string, ...rounds: Figure[][]): Measured {
  const results: Results = new Map();
  for (const figures of rounds) collect(results, figures);
  return { contender: { name, version: undefined, durability: { label, explanation: '' } }, results, profiles: '' };
}

test('the median is the middle value, or the mean of the two in the middle, whatever the order', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([9, 1, 5, 7]), 6);
  assert.equal(median([10, 9, 2]), 9);
  assert.ok(Number.isNaN(median([])));
});

test('a quantile is a value that was measured', () => {
  const values = Array.from({ length: 200 }, (_, n) => 200 - n);
  assert.equal(quantile(values, 0.99), 198);
  assert.equal(quantile(values, 1), 200);
  assert.equal(quantile([1, 2, 3, 4], 0.6), 3);
  assert.equal(quantile([3], 0.5), 3);
  assert.equal(quantile([3], 0), 3);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test('ratios say how many times better the first contender is, of rates and of costs', () => {
  const own = measured('own', 'fsync', [rate('reads', 100), cost('each', 5)], [rate('reads', 300), cost('each', 5)]);
  const slow = measured('slow', '', [rate('reads', 50), cost('each', 20)]);
  const lean = measured('lean', '', [rate('reads', 400), cost('each', 1)]);
  const [rates, costs, ...more] = renderTables([own, slow, lean])
    .split('\n\n')
    .filter((part) => part.startsWith('|'));
  assert.deepEqual(more, []);
  assert.equal(rates?.split('\n')[0], '| work | own | slow | lean | x slow | x lean |');
  assert.equal(rates?.split('\n')[2], '| reads | 200 (100-300) | 50 | 400 | 4.00 | 0.50 |');
  assert.equal(costs?.split('\n')[2], '| each | 5 (5-5) | 20 | 1 | 4.00 | 0.20 |');
});

test('what a contender does not have is said, and has no ratio', () => {
  const table = renderTables([measured('own', '', [rate('referrers', 10)]), measured('other', '', [rate('referrers', undefined)])]);
  assert.match(table, /^\| referrers \| 10 \| none \| - \|$/m);
});

test('every figure of a write carries the durability; the load generator has no ratios', () => {
  const write = (value: number): Figure[] => [
    { ...rate('pushes', value), written: true },
    { name: 'pushes', kind: 'client', value: 1 },
  ];
  const table = renderTables([measured('own', 'fsync', write(4)), measured('other', 'no fsync', write(2))]);
  assert.match(table, /^\| pushes \| 4, fsync \| 2, no fsync \| 2\.00 \|$/m);
  assert.match(table, /^\| pushes \| 1 \| 1 \|$/m);
});
