import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  classifyDigest,
  digestAlgorithm,
  digestFromBytes,
  digestFromHex,
  digestHex,
  digestToBytes,
  parseDigest,
  requireDigest,
} from './digest.ts';
import { OciError } from './oci-error.ts';
import { anyText } from './testing/arbitraries.ts';

const hash = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ minLength: 64, maxLength: 64 }));
const hex64 = 'a1'.repeat(32);

test('a hash survives the way to text and back', () => {
  fc.assert(
    fc.property(hash, (bytes) => {
      const digest = digestFromBytes(bytes);
      assert.deepEqual(digestToBytes(digest), bytes);
      assert.equal(parseDigest(digest), digest);
      assert.equal(digestFromHex(digestAlgorithm(digest), digestHex(digest)), digest);
      assert.equal(digestAlgorithm(digest), bytes.length === 32 ? 'sha256' : 'sha512');
    }),
  );
});

test('one wrong character makes a digest none', () => {
  fc.assert(
    fc.property(hash, fc.nat(), fc.constantFrom('G', 'A', 'F', '-', ' ', '\n', '\0', 'é'), (bytes, at, wrong) => {
      const digest = digestFromBytes(bytes);
      const position = 7 + (at % (digest.length - 7));
      assert.equal(parseDigest(digest.slice(0, position) + wrong + digest.slice(position + 1)), undefined);
      assert.equal(parseDigest(digest.slice(0, position) + digest.slice(position + 1)), undefined);
      assert.equal(parseDigest(digest.slice(0, position) + wrong + digest.slice(position)), undefined);
    }),
  );
});

test('arbitrary text is classified without throwing, and valid exactly when it parses', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        anyText.map((tail) => `sha256:${tail}`),
      ),
      (text) => {
        assert.equal(parseDigest(text) !== undefined, classifyDigest(text) === 'valid');
      },
    ),
  );
});

const classes = [
  [`sha256:${hex64}`, 'valid'],
  [`sha512:${hex64}${hex64}`, 'valid'],
  [`sha512:${hex64}`, 'malformed'],
  [`sha256:${hex64}${hex64}`, 'malformed'],
  [`sha256:${hex64}\n`, 'malformed'],
  [`sha256:${hex64.toUpperCase()}`, 'malformed'],
  [`SHA256:${hex64}`, 'malformed'],
  ['sha256:baddigeststring', 'malformed'],
  ['sha256:', 'malformed'],
  [':', 'malformed'],
  ['', 'not-a-digest'],
  ['latest', 'not-a-digest'],
  [`sha384:${hex64}`, 'unsupported-algorithm'],
  [`blake3:${hex64}`, 'unsupported-algorithm'],
  ['test+algorithm.x_y-z:Some=Encoded_-', 'unsupported-algorithm'],
  ['test++x:abc', 'malformed'],
  [`md5:${'a'.repeat(2000)}`, 'malformed'],
] as const;
for (const [text, expected] of classes) {
  test(`${JSON.stringify(text.slice(0, 40))} is ${expected}`, () => assert.equal(classifyDigest(text), expected));
}

test('what is required and missing is thrown with its code', () => {
  assert.throws(
    () => requireDigest('latest'),
    (error) => error instanceof OciError && error instanceof TypeError && error.code === 'DIGEST_INVALID',
  );
  assert.throws(() => digestFromHex('sha256', 'abc'), OciError);
  assert.throws(() => digestFromBytes(new Uint8Array(20)), OciError);
});
