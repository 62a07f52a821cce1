import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedWaitMs, restMs, retryDelayMs } from './retry-plan.ts';

const hourMs = 3_600_000;
const now = Date.parse('2026-01-01T00:00:00Z');
const cases: readonly (readonly [status: number, value: string, expected: number | undefined])[] = [
  [503, '30', 30_000],
  [429, '0', 0],
  [503, '999999999999', hourMs],
  [503, 'Thu, 01 Jan 2026 00:00:45 GMT', 45_000],
  [429, 'Wed, 31 Dec 2025 23:00:00 GMT', 0],
  [503, 'Fri, 01 Jan 2027 00:00:00 GMT', hourMs],
  [503, 'soon', undefined],
  [503, '', undefined],
  [500, '30', undefined],
];
for (const [status, value, expected] of cases) {
  test(`Retry-After '${value}' with ${status} asks for ${expected}`, () => {
    const answer = { status, headers: { 'retry-after': value }, body: new Uint8Array(), complete: true };
    assert.equal(askedWaitMs(answer, now), expected);
  });
}

test('without Retry-After nothing is asked for', () => {
  assert.equal(askedWaitMs({ status: 503, headers: {}, body: new Uint8Array(), complete: true }, now), undefined);
});

test('delays double up to their limits, less up to half', () => {
  assert.deepEqual(
    [1, 2, 10, 1000].map((attempts) => retryDelayMs(attempts, () => 0)),
    [10_000, 20_000, hourMs, hourMs],
  );
  assert.equal(
    retryDelayMs(1, () => 1),
    5000,
  );
  assert.deepEqual(
    [0, 1, 2, 1000].map((failures) => restMs(failures, () => 0)),
    [0, 1000, 2000, 60_000],
  );
});
