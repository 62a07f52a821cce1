import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createZstdCompress, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { ArchiveFault } from './tar-header.ts';
import { unpack } from './unpack.ts';

async function unpacked(packed: Buffer, pieceBytes = 64 * 1024, freeBytes?: number): Promise<Buffer> {
  async function* pieces() {
    for (let at = 0; at < packed.length; at += pieceBytes) {
      // As of a thread: the memory of a piece is given back when the next one is asked for.
      const piece = Buffer.from(new Uint8Array(packed.subarray(at, at + pieceBytes)).buffer);
      yield piece;
      piece.fill(0xee);
      piece.buffer.transfer(0);
    }
  }
  const parts: Buffer[] = [];
  for await (const part of unpack(pieces(), freeBytes)) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

/** A frame whose header does not say how much it holds. */
async function streamedFrame(content: Buffer): Promise<Buffer> {
  const stream = createZstdCompress();
  stream.end(content);
  return Buffer.concat(await stream.toArray());
}

const skippable = Buffer.concat([Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), Buffer.from('abc')]);
const large = Buffer.from(Array.from({ length: 150_000 }, (_, at) => `${at * 7919} `).join(''));
const one = Buffer.from('one ');

const packings: Record<string, () => Promise<readonly [packed: Buffer, content: Buffer]>> = {
  plain: async () => [large, large],
  nothing: async () => [Buffer.alloc(0), Buffer.alloc(0)],
  gzip: async () => [gzipSync(large), large],
  'gzip of several members': async () => [Buffer.concat([gzipSync(one), gzipSync(large)]), Buffer.concat([one, large])],
  zstd: async () => [zstdCompressSync(large), large],
  'zstd of several frames, large, small, skipped and streamed': async () => [
    Buffer.concat([
      skippable,
      zstdCompressSync(one),
      zstdCompressSync(large),
      skippable,
      await streamedFrame(large),
      zstdCompressSync(one),
    ]),
    Buffer.concat([one, large, large, one]),
  ],
};
for (const [name, make] of Object.entries(packings)) {
  test(`unpacked: ${name}`, async () => {
    const [packed, content] = await make();
    for (const pieceBytes of [64 * 1024, 4099]) assert.ok((await unpacked(packed, pieceBytes)).equals(content));
  });
}

const refusedPackings: Record<string, Buffer> = {
  'gzip that ends too early': gzipSync(large).subarray(0, 5000),
  'gzip with other bytes in it': Buffer.from(gzipSync(large)).fill(0xaa, 3000, 3100),
  'zstd that ends too early': zstdCompressSync(large).subarray(0, 5000),
  'zstd with a block of no known type': Buffer.from(zstdCompressSync(one)).fill(0x06, 6, 7),
  'zstd followed by something else': Buffer.concat([zstdCompressSync(one), Buffer.from('hello')]),
  xz: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0, 0]),
  bzip2: Buffer.from('BZh91AY'),
};
for (const [name, packed] of Object.entries(refusedPackings)) {
  test(`refused: ${name}`, () => assert.rejects(unpacked(packed), ArchiveFault));
}

test('a bomb is refused before it has grown', async () => {
  for (const pack of [gzipSync, zstdCompressSync]) {
    const bomb = pack(Buffer.alloc(16 * 1024 * 1024));
    assert.equal((await unpacked(bomb)).length, 16 * 1024 * 1024, 'a file of zeros is nothing bad');
    await assert.rejects(unpacked(bomb, 1024, 1024 * 1024), /more than 200 times its size/);
  }
});

test('many small frames cost no stream each', async () => {
  const frames = Buffer.concat(Array.from({ length: 1000 }, () => zstdCompressSync(one)));
  assert.equal((await unpacked(frames)).length, 1000 * one.length);
});

test('whatever the bytes are, they are unpacked or refused', async () => {
  const packed = Buffer.concat([zstdCompressSync(large.subarray(0, 3000)), await streamedFrame(large.subarray(0, 3000))]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(packed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (changes) => {
      const changed = Buffer.from(packed);
      for (const [at, byte] of changes) changed[at] = byte;
      await unpacked(changed).catch((error: unknown) => assert.ok(error instanceof ArchiveFault, String(error)));
    }),
  );
});

test('pieces that were unpacked are let go', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const packed = gzipSync(randomBytes(4 * 1024 * 1024), { level: 1 });
  const given: WeakRef<Buffer>[] = [];
  let left = 0;
  async function* pieces() {
    for (let at = 0; at < packed.length; at += 64 * 1024) {
      const piece = Buffer.from(packed.subarray(at, at + 64 * 1024));
      given.push(new WeakRef(piece));
      yield piece;
    }
    // What a WeakRef was made of stays for the turn.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    left = given.filter((one) => one.deref() !== undefined).length;
  }
  for await (const part of unpack(pieces())) assert.ok(part.length > 0);
  assert.ok(given.length > 60 && left < 10, `${left} of ${given.length} are left`);
});
