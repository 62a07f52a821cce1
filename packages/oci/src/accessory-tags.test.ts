import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessoryTags, attachedTags, ownerOfTag } from './accessory-tags.ts';
import { requireDigest } from './digest.ts';
import { parseTag } from './reference.ts';

const short = requireDigest(`sha256:${'a1'.repeat(32)}`);
const long = requireDigest(`sha512:${'b2'.repeat(64)}`);

test('what belongs to a manifest is named after its digest, and names it', () => {
  const name = short.replace(':', '-');
  assert.deepEqual(accessoryTags(short), [name, `${name}.sig`, `${name}.att`, `${name}.sbom`]);
  assert.deepEqual(attachedTags(short), accessoryTags(short).slice(1));
  for (const tag of accessoryTags(short)) assert.equal(ownerOfTag(tag), short);
  for (const other of ['v1', `${name}.log`, name.slice(0, -1), name.toUpperCase()]) assert.equal(ownerOfTag(other), undefined);
});

test('of a sha512 digest the referrers tag has half, no name is longer than a tag may be, and none tells its owner', () => {
  assert.deepEqual(accessoryTags(long), [`sha512-${'b2'.repeat(32)}`]);
  assert.deepEqual(attachedTags(long), []);
  assert.ok([...accessoryTags(long), ...accessoryTags(short)].every((tag) => parseTag(tag) !== undefined));
  assert.equal(ownerOfTag(`sha512-${'b2'.repeat(32)}`), undefined);
});
