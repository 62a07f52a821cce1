import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Durations, histogramFamily } from './duration-histogram.ts';
import { labelsOf, lastingFamilies, type MetricFamily, mergeFamilies, renderFamilies, singleValue } from './metric-family.ts';

function figures(type: MetricFamily['type'], merge: MetricFamily['merge'], ...samples: [string, number][]): MetricFamily {
  return { name: `${type}_${merge}`, help: 'h', type, merge, samples };
}

test('figures of several processes become one, each by its rule', () => {
  const first = [figures('counter', 'sum', ['a', 1], ['b', 2]), figures('gauge', 'max', ['m', 5]), figures('gauge', 'min', ['n', 5])];
  const second = [figures('counter', 'sum', ['b', 3], ['c', 4]), figures('gauge', 'max', ['m', 7]), figures('gauge', 'min', ['n', 7])];
  const merged = mergeFamilies([first, second, [figures('gauge', 'sum', ['only', 1])]]);
  assert.deepEqual(
    merged.map(({ samples }) => samples),
    [
      [
        ['a', 1],
        ['b', 5],
        ['c', 4],
      ],
      [['m', 7]],
      [['n', 5]],
      [['only', 1]],
    ],
  );
  assert.deepEqual(first[0]?.samples, [
    ['a', 1],
    ['b', 2],
  ]);
});

test('of a process that is gone counters and histograms stay', () => {
  const families = (['counter', 'gauge', 'histogram', 'untyped'] as const).map((type) => figures(type, 'sum'));
  assert.deepEqual(
    lastingFamilies(families).map(({ type }) => type),
    ['counter', 'histogram'],
  );
});

test('a duration is in every bucket that is not below it', () => {
  const durations = new Durations([0.1, 1]);
  for (const seconds of [0.05, 0.1, 0.5, 3]) durations.observe(seconds);
  assert.equal(
    renderFamilies([histogramFamily('t_seconds', 'Times.', durations.samples('t_seconds', { kind: 'a' }))]),
    `# HELP t_seconds Times.
# TYPE t_seconds histogram
t_seconds_bucket{kind="a",le="0.1"} 2
t_seconds_bucket{kind="a",le="1"} 3
t_seconds_bucket{kind="a",le="+Inf"} 4
t_seconds_sum{kind="a"} 3.65
t_seconds_count{kind="a"} 4
`,
  );
});

test('a label cannot end its line or its quotes', () => {
  assert.equal(labelsOf({ a: 'x"\\\ny', b: 1 }), '{a="x\\"\\\\\\ny",b="1"}');
  assert.equal(labelsOf({}), '');
  assert.equal(renderFamilies([singleValue({ name: 'x', help: 'X.', type: 'gauge', merge: 'sum' }, 2)]).split('\n')[2], 'x 2');
});
