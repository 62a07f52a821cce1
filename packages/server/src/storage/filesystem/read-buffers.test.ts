import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largestReadBytes, ReadBuffers } from './read-buffers.ts';

test('the more is lent the smaller the buffers, and hundreds of readers hold little', () => {
  const buffers = new ReadBuffers();
  const lent = Array.from({ length: 500 }, () => buffers.borrow(largestReadBytes));
  assert.equal(lent[0]?.length, largestReadBytes);
  assert.equal(lent.at(-1)?.length, 64 * 1024);
  const bytes = lent.reduce((sum, { length }) => sum + length, 0);
  assert.ok(bytes < 100 * 1024 * 1024, String(bytes));
  for (const [index, buffer] of lent.entries()) index % 2 === 0 ? buffers.giveBack(buffer) : buffers.abandon(buffer);
  assert.equal(buffers.borrow(largestReadBytes).length, largestReadBytes);
});

test('a buffer is as large as it needs to be, and is lent again only when it was given back', () => {
  const buffers = new ReadBuffers();
  const sizes = [1, 65_536, 65_537, 300_000, 2 ** 40].map((wanted) => buffers.borrow(wanted).length);
  assert.deepEqual(sizes, [65_536, 65_536, 262_144, largestReadBytes, largestReadBytes]);
  const first = buffers.borrow(1);
  buffers.giveBack(first);
  const second = buffers.borrow(1);
  assert.equal(second, first);
  buffers.abandon(second);
  assert.notEqual(buffers.borrow(1), second);
});
