import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestAlgorithm, digestHex, requireDigest } from './digest.ts';
import { mediaTypes } from './media-types.ts';
import { parseTag } from './reference.ts';
import { emptyIndex, indexBodyOf, parseReferrersIndex, parseReferrersTag, referrersTag } from './referrers.ts';
import { anyDigestText } from './testing/arbitraries.ts';

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

test('the tag of a subject is a tag, and leads back to as much of the subject as it holds', () => {
  fc.assert(
    fc.property(anyDigestText, (text) => {
      const digest = requireDigest(text);
      const tag = referrersTag(digest);
      assert.equal(parseTag(tag), tag);
      assert.deepEqual(parseReferrersTag(tag), { algorithm: digestAlgorithm(digest), hexPrefix: digestHex(digest).slice(0, 64) });
    }),
  );
  assert.equal(referrersTag(requireDigest(`sha512:${'ab'.repeat(64)}`)), `sha512-${'ab'.repeat(32)}`);
});

test('other tags are no referrers tags', () => {
  const hex = 'a'.repeat(64);
  for (const tag of [
    'latest',
    'sha256',
    'sha256-',
    `sha256-${hex}.sig`,
    `sha256-${hex}a`,
    `sha384-${hex}`,
    `sha256-${hex.toUpperCase()}`,
    `-${hex}`,
    '',
  ]) {
    assert.equal(parseReferrersTag(tag), undefined, tag);
  }
});

test('an index under a referrers tag, and what is none', () => {
  const entry = {
    mediaType: mediaTypes.ociManifest,
    digest: requireDigest(`sha256:${'1'.repeat(64)}`),
    size: 3,
    artifactType: 'a/b',
    annotations: { a: 'b' },
  };
  assert.deepEqual(parseReferrersIndex(bytes(indexBodyOf([entry]))), [entry]);
  assert.deepEqual(parseReferrersIndex(bytes(emptyIndex), mediaTypes.ociIndex), []);
  assert.equal(parseReferrersIndex(bytes({ mediaType: mediaTypes.ociManifest, config: entry, layers: [] })), undefined);
  assert.equal(parseReferrersIndex(bytes('x')), undefined);
});
