import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { RequestRecord } from '../registry/ports/request-observer.ts';
import { pull } from './pull-record-bench.ts';
import { ReadSampling } from './read-sampling.ts';

/** A sampling with what it reported, in seconds that the test ends. */
function sampling(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const reports: number[] = [];
  const reads = new ReadSampling((count) => reports.push(count));
  const admitted = (record: RequestRecord, times: number) =>
    Array.from({ length: times }, () => reads.admits(record)).filter(Boolean).length;
  return { reads, reports, admitted, endSecond: () => t.mock.timers.tick(1_000) };
}

test('500 quick reads a second get a line, the others are counted and told of when the second is over', (t) => {
  const { reports, admitted, endSecond } = sampling(t);
  assert.equal(admitted(pull, 500), 500);
  assert.equal(admitted({ ...pull, method: 'HEAD', status: 304 }, 7), 0);
  assert.deepEqual(reports, []);
  endSecond();
  assert.deepEqual(reports, [7]);
  assert.equal(admitted(pull, 503), 500);
  endSecond();
  assert.deepEqual(reports, [7, 3]);
});

test('a second in which nothing was left out is not told of', (t) => {
  const { reads, reports, admitted, endSecond } = sampling(t);
  assert.equal(admitted(pull, 500), 500);
  endSecond();
  endSecond();
  assert.equal(admitted(pull, 500), 500);
  reads.end();
  reads.end();
  assert.deepEqual(reports, []);
});

test('what was left out so far is told of once, however the second ends', (t) => {
  const { reads, reports, admitted, endSecond } = sampling(t);
  admitted(pull, 510);
  reads.end();
  endSecond();
  assert.deepEqual(reports, [10]);
});

const stranger = { hasCredentials: false, subject: undefined };
const kinds: readonly (readonly [string, Partial<RequestRecord>, boolean])[] = [
  ['a pull', {}, true],
  ['a part of a blob', { status: 206 }, true],
  ['a redirect', { status: 307 }, true],
  ['a challenge to somebody without credentials', { ...stranger, status: 401 }, true],
  ['wrong credentials', { status: 401 }, false],
  ['a denial', { status: 403 }, false],
  ['a denial to somebody without credentials', { ...stranger, status: 403 }, false],
  ['a challenge to a write without credentials', { ...stranger, method: 'POST', status: 401 }, false],
  ['something that is not there', { method: 'HEAD', status: 404 }, false],
  ['a client over its rate', { status: 429 }, false],
  ['a failure', { status: 500 }, false],
  ['a request without an answer', { status: 0, completed: false }, false],
  ['an answer that did not get through', { completed: false }, false],
  ['a slow read', { durationMs: 1_000 }, false],
  ['a push', { method: 'PUT', status: 201 }, false],
  ['a delete', { method: 'DELETE', status: 202 }, false],
];
for (const [kind, fields, isSampled] of kinds) {
  test(`in a flood of reads, ${kind} ${isSampled ? 'is counted' : 'gets its line'}`, (t) => {
    const { reads, reports, admitted } = sampling(t);
    admitted(pull, 500);
    assert.equal(reads.admits({ ...pull, ...fields }), !isSampled);
    reads.end();
    assert.deepEqual(reports, isSampled ? [1] : []);
  });
}

test('what always gets a line takes none away from reads', (t) => {
  const { admitted } = sampling(t);
  assert.equal(admitted({ ...pull, status: 404 }, 600), 600);
  assert.equal(admitted(pull, 501), 500);
});
