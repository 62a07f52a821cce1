import assert from 'node:assert/strict';
import { test } from 'node:test';
import { millionTags, partsOf, taggedRepository, tagName } from './content-size.ts';

test('the pieces of the large size are 1,000,000 tags, each once, in 10,001 repositories', () => {
  const next = new Map<string, number>();
  for (const { name, from, count } of partsOf(millionTags)) {
    assert.equal(from, next.get(name) ?? 0);
    next.set(name, from + count);
  }
  assert.equal(next.size, 10_001);
  assert.equal(next.get(taggedRepository), 500_000);
  assert.equal(
    [...next.values()].reduce((sum, tags) => sum + tags),
    1_000_000,
  );
});

test('tags sort as their numbers do', () => {
  const names = [0, 9, 10, 499_999].map(tagName);
  assert.deepEqual(names.toSorted(), names);
});
