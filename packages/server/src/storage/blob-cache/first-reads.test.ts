import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../contract/contract-steps.ts';
import { FirstReads } from './first-reads.ts';

const digests = Array.from({ length: 40 }, (_, index) => digestOf(Buffer.from(`blob ${index}`)));
const [first, ...others] = digests as [(typeof digests)[0], ...typeof digests];

test('a second read is noticed while fewer than a window of others were read first', () => {
  const reads = new FirstReads(10);
  assert.equal(reads.noted(first), false);
  for (const other of others.slice(0, 9)) assert.equal(reads.noted(other), false);
  assert.equal(reads.noted(first), true);
  assert.equal(reads.noted(first), true);
});

test('a read is forgotten when two windows of others were read first', () => {
  const reads = new FirstReads(10);
  reads.noted(first);
  for (const other of others.slice(0, 20)) reads.noted(other);
  assert.equal(reads.noted(first), false);
});
