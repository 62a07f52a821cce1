import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestFromBytes, digestFromHex, digestToBytes } from '@longshore/oci';
import fc from 'fast-check';
import { byColumnOrder, fromColumn, toColumn } from './digest-column.ts';

const digests = fc
  .oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ minLength: 64, maxLength: 64 }))
  .map((bytes) => digestFromBytes(bytes));

test('a column holds the raw hash, and gives the digest back', () => {
  fc.assert(
    fc.property(digests, (digest) => {
      assert.deepEqual(new Uint8Array(toColumn(digest)), digestToBytes(digest));
      assert.equal(fromColumn(digestToBytes(digest)), digest);
    }),
  );
  for (const length of [0, 31, 33, 63, 65]) assert.throws(() => fromColumn(new Uint8Array(length)));
});

test('digests sort as the database sorts their columns', () => {
  fc.assert(
    fc.property(digests, digests, (left, right) => {
      assert.equal(Math.sign(byColumnOrder(left, right)), Buffer.compare(digestToBytes(left), digestToBytes(right)));
    }),
  );
  const prefix = 'ab'.repeat(32);
  assert.equal(byColumnOrder(digestFromHex('sha256', prefix), digestFromHex('sha512', prefix + prefix)), -1);
});
