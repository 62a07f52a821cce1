import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import type { ByteHash } from '../registry/ports/byte-hash.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { UploadHashes } from './upload-hashes.ts';

const hashes = new UploadHashes();
after(() => hashes.close());
/** While one large body is hashed where it is received, others are hashed in the thread. */
const first = (of: UploadHashes) => of.start('sha256', undefined);
first(hashes);

const expected = (algorithm: 'sha256' | 'sha512', pieces: readonly Uint8Array[]): string => {
  const hash = createHash(algorithm);
  for (const piece of pieces) hash.update(piece);
  return `${algorithm}:${hash.digest('hex')}`;
};

/** Some fill their memory alone, some share it, some are empty. */
const piecesOf = fc.array(
  fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.boolean()).map(([bytes, shares]) => {
    if (!shares) return new Uint8Array(bytes);
    const larger = new Uint8Array(bytes.length + 10);
    larger.set(bytes, 5);
    return larger.subarray(5, 5 + bytes.length);
  }),
  { maxLength: 6 },
);

test('the digest is that of all bytes in their order, and a copy goes its own way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('sha256', 'sha512'), piecesOf, piecesOf, piecesOf, async (algorithm, first, second, third) => {
      const wanted = [expected(algorithm, [...first, ...second]), expected(algorithm, [...first, ...third]), expected(algorithm, first)];
      const hash = hashes.start(algorithm, undefined);
      const bytes = Buffer.concat(first);
      // Nothing is waited for on the way.
      const taken = hash.update(first);
      const copy = hash.copy();
      const same = hash.copy();
      void hash.update(second);
      void copy.update(third);
      assert.deepEqual(await Promise.all([hash.digest(), copy.digest(), same.digest()]), wanted);
      assert.ok(Buffer.concat(await taken).equals(bytes), 'the same bytes come back');
      for (const each of [hash, copy, same]) each.end();
    }),
    { numRuns: 50 },
  );
});

test('large pieces that fill their memory alone change hands, others are copied together', async () => {
  const hash = hashes.start('sha256', undefined);
  const large = new Uint8Array(100_000).fill(1);
  const small = Array.from({ length: 5 }, (_, n) => new Uint8Array(10).fill(n));
  const shared = new Uint8Array(100_000).fill(2).subarray(10, 90_000);
  const sent = [small[0], large, ...small.slice(1), shared].filter((piece) => piece !== undefined);
  const bytes = Buffer.concat(sent);
  const back = await hash.update(sent);
  assert.deepEqual(
    [large, ...small].map(({ byteLength }) => byteLength),
    [0, 0, 0, 0, 0, 0],
  );
  assert.equal(shared.byteLength, 89_990);
  assert.deepEqual(
    back.map(({ byteLength }) => byteLength),
    [10, 100_000, 90_030],
  );
  assert.ok(Buffer.concat(back).equals(bytes));
  hash.end();
});

test('a body that is known to be small is hashed at once, and starts no thread', async (t) => {
  const idle = new UploadHashes();
  t.after(() => idle.close());
  first(idle);
  const hash = idle.start('sha256', 1_000_000);
  const pieces = [randomBytes(100)];
  assert.equal(hash.update(pieces), pieces);
  assert.equal(await hash.digest(), expected('sha256', pieces));
});

test('of large bodies, one at a time is hashed where it is received', async (t) => {
  const several = new UploadHashes();
  t.after(() => several.close());
  const isAtOnce = async (hash: ByteHash) => {
    const taken = hash.update([new Uint8Array(10)]);
    await taken;
    return Array.isArray(taken);
  };
  const alone = first(several);
  const copy = alone.copy();
  assert.ok((await isAtOnce(alone)) && (await isAtOnce(copy)));
  alone.end();
  alone.end();
  assert.ok(!(await isAtOnce(first(several))), 'the copy goes on');
  copy.end();
  assert.ok(await isAtOnce(first(several)));
});

test('when the thread ends, its hashes are lost for good, and the next one gets another thread', async () => {
  const mortal = new UploadHashes();
  first(mortal);
  const hash = mortal.start('sha256', undefined);
  await hash.update([new Uint8Array(10)]);
  const asked = [hash.update([new Uint8Array(10)]), hash.digest()];
  assert.ok(!hash.isLost);
  const outcomes = Promise.allSettled(asked);
  await mortal.close();
  // They may have been answered just before the end; nobody waits for ever.
  for (const outcome of await outcomes) assert.ok(outcome.status === 'fulfilled' || outcome.reason instanceof RegistryError);
  while (!hash.isLost) await turn();
  await assert.rejects(async () => hash.update([new Uint8Array(10)]), RegistryError);
  assert.ok(hash.copy().isLost);
  const next = mortal.start('sha256', undefined);
  assert.equal(await next.digest(), expected('sha256', []));
  await mortal.close();
});
