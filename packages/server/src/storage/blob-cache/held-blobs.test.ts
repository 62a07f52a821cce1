import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Digest } from '@longshore/oci';
import fc from 'fast-check';
import { digestOf } from '../contract/contract-steps.ts';
import { type HeldBlob, HeldBlobs, oneIn } from './held-blobs.ts';

const kibibyte = 1024;
const names = Array.from({ length: 30 }, (_, index) => digestOf(Buffer.from(`blob ${index}`)));
const name = (index: number): Digest => names[index] as Digest;

/** Puts a blob of this many bytes in; its name is `name(index)`. */
function put(blobs: HeldBlobs, index: number, sizeBytes: number): void {
  const asks = Array.from({ length: oneIn }, () => 0);
  assert.ok(asks.some(() => blobs.reserve(sizeBytes)));
  blobs.fill(name(index), new Uint8Array(sizeBytes));
}

/** Those of these blobs that are held; looking at them counts as reading them. */
function present(blobs: HeldBlobs, sizes: readonly number[]): number[] {
  return [...sizes.keys()].filter((index) => {
    const held = blobs.take(name(index), sizes[index] ?? 0);
    if (held !== undefined) blobs.release(held);
    return held !== undefined;
  });
}

test('of blobs of one size the one whose last read ended first goes first', () => {
  const blobs = new HeldBlobs(35 * kibibyte);
  const sizes = [10, 10, 10, 10].map((size) => size * kibibyte);
  for (const index of [0, 1, 2]) put(blobs, index, 10 * kibibyte);
  blobs.release(blobs.take(name(0), 10 * kibibyte) as HeldBlob);
  put(blobs, 3, 10 * kibibyte);
  assert.deepEqual(present(blobs, sizes), [0, 2, 3]);
  assert.equal(blobs.evictions, 1);
});

test('large blobs make room for each other before many small ones, each of which would cost a fetch', () => {
  const blobs = new HeldBlobs(120 * kibibyte);
  const sizes = [...Array.from({ length: 10 }, () => kibibyte), 90 * kibibyte, 80 * kibibyte, 70 * kibibyte, 80 * kibibyte];
  for (const [index, size] of sizes.entries()) put(blobs, index, size);
  assert.deepEqual(present(blobs, sizes), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13]);
});

test('small blobs that nobody reads any more go too', () => {
  const blobs = new HeldBlobs(20 * kibibyte);
  const sizes = [...Array.from({ length: 10 }, () => kibibyte), ...Array.from({ length: 20 }, () => 4 * kibibyte)];
  for (const [index, size] of sizes.entries()) put(blobs, index, size);
  assert.deepEqual(
    present(blobs, sizes).filter((index) => index < 10),
    [],
  );
});

test('what somebody reads stays, and keeps others out', () => {
  const blobs = new HeldBlobs(25 * kibibyte);
  put(blobs, 0, 10 * kibibyte);
  put(blobs, 1, 10 * kibibyte);
  const readers = [0, 1, 1].map((index) => blobs.take(name(index), 10 * kibibyte) as HeldBlob);
  for (let ask = 0; ask < oneIn; ask += 1) assert.equal(blobs.reserve(10 * kibibyte), false);
  assert.equal(blobs.reserve(25 * kibibyte), false);
  blobs.release(readers[1] as HeldBlob);
  for (let ask = 0; ask < oneIn; ask += 1) assert.equal(blobs.reserve(10 * kibibyte), false, 'one of two readers goes on');
  blobs.release(readers[2] as HeldBlob);
  put(blobs, 2, 10 * kibibyte);
  assert.deepEqual(
    present(
      blobs,
      [10, 10, 10].map((size) => size * kibibyte),
    ),
    [0, 2],
  );
});

test('free room is for everybody, room that others must make for one in sixteen who ask', () => {
  const blobs = new HeldBlobs(35 * kibibyte);
  for (const index of [0, 1, 2]) {
    assert.ok(blobs.reserve(10 * kibibyte));
    blobs.fill(name(index), new Uint8Array(10 * kibibyte));
  }
  const asked = Array.from({ length: 3 * oneIn }, (_, index) => {
    const came = blobs.reserve(10 * kibibyte);
    if (came) blobs.fill(name(index), new Uint8Array(10 * kibibyte));
    return came;
  });
  assert.equal(asked.filter((came) => came).length, 3);
  assert.equal(blobs.evictions, 3);
});

test('a reservation that is given up leaves its room to others', () => {
  const blobs = new HeldBlobs(15 * kibibyte);
  assert.ok(blobs.reserve(10 * kibibyte));
  assert.equal(blobs.reserve(10 * kibibyte), false);
  blobs.cancel(10 * kibibyte);
  assert.equal(blobs.bytes, 0);
  put(blobs, 0, 10 * kibibyte);
});

const step = fc.record({
  what: fc.constantFrom('put', 'begin', 'take', 'release'),
  index: fc.integer({ min: 0, max: names.length - 1 }),
});

test('whatever comes and goes, no more than the bound is held, and what is read is there', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40_000 }),
      fc.array(fc.nat(9000), { minLength: 30, maxLength: 30 }),
      fc.array(step, { minLength: 200, maxLength: 400 }),
      (bound, sizes, steps) => {
        const blobs = new HeldBlobs(bound);
        const sizeOf = (index: number) => sizes[index] ?? 0;
        const [loading, taken] = [new Set<number>(), [] as HeldBlob[]];
        for (const { what, index } of steps) {
          const held = blobs.take(name(index), sizeOf(index));
          if (held !== undefined) assert.equal(held.bytes.length, sizeOf(index));
          if (held !== undefined && what === 'take') taken.push(held);
          else if (held !== undefined) blobs.release(held);
          if (what === 'release') taken.splice(index % (taken.length + 1), 1).forEach((one) => void blobs.release(one));
          if (what === 'put' && loading.delete(index)) blobs.fill(name(index), new Uint8Array(sizeOf(index)));
          if (what === 'put' && loading.size > 3)
            [...loading].forEach((other) => void (loading.delete(other) && blobs.cancel(sizeOf(other))));
          if (what === 'begin' && held === undefined && !loading.has(index) && blobs.reserve(sizeOf(index))) loading.add(index);
          assert.ok(blobs.bytes <= bound, `${blobs.bytes} of ${bound}`);
          for (const { digest, bytes } of taken) {
            const again = blobs.take(digest, bytes.length);
            assert.equal(again?.bytes, bytes);
            blobs.release(again as HeldBlob);
          }
        }
        for (const one of taken) blobs.release(one);
        for (const index of loading) blobs.cancel(sizeOf(index));
        const kept = present(blobs, sizes);
        assert.equal(
          blobs.bytes,
          kept.reduce((sum, index) => sum + sizeOf(index) + 512, 0),
        );
      },
    ),
  );
});
