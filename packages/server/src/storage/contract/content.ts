import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import fc from 'fast-check';
import type { ContractContext } from './contract-steps.ts';
import { assertContent, begin, digestOf, kibibyte, mebibyte, readAll, readRange, slices, upload } from './contract-steps.ts';

/** Sizes at which some adapter changes how it buffers, reads or uploads. */
const edges = [0, 1, 64 * kibibyte, 256 * kibibyte, mebibyte, 5 * mebibyte, 8 * mebibyte];

/** What is written is what is read. */
export function describeContent(context: ContractContext): void {
  it('stores the empty blob', async () => {
    const location = await upload(context, []);
    assert.equal((await readAll(context.store, location)).length, 0);
  });

  it('accepts writes of nothing', async () => {
    const piece = randomBytes(100);
    const location = await upload(context, [[], [new Uint8Array(0)], [new Uint8Array(0), piece, new Uint8Array(0)], []]);
    assert.deepEqual(await readAll(context.store, location), piece);
  });

  it('keeps what a piece held when it was written, although its owner uses the memory again', async () => {
    const piece = randomBytes(1000);
    const expected = Buffer.from(piece);
    const { writer } = await begin(context);
    await writer.write([piece]);
    piece.fill(0);
    assert.deepEqual(await readAll(context.store, await writer.commit(digestOf(expected))), expected);
  });

  it('stores exactly the bytes around every edge', async () => {
    for (const edge of edges) {
      for (const size of [edge - 1, edge, edge + 1].filter((candidate) => candidate >= 0)) {
        const content = randomBytes(size);
        const half = Math.floor(size / 2);
        const location = await upload(context, [[content.subarray(0, half), content.subarray(half)]]);
        await assertContent(context.store, location, content);
        await context.store.delete(location);
      }
    }
  });

  it('stores exactly the bytes of any sequence of writes and serves any range of them', async () => {
    const pieceSize = fc.oneof(
      fc.nat(300),
      fc.constantFrom(64 * kibibyte, 256 * kibibyte, mebibyte - 1, mebibyte).chain((edge) => fc.integer({ min: edge - 2, max: edge + 2 })),
    );
    const writes = fc.array(fc.array(pieceSize, { maxLength: 3 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(writes, fc.nat(), fc.nat(), async (sizes, from, length) => {
        const pieces = sizes.map((write) => write.map((size) => randomBytes(size)));
        const content = Buffer.concat(pieces.flat());
        const location = await upload(context, pieces);
        await assertContent(context.store, location, content);
        if (content.length === 0) return;
        const start = from % content.length;
        const end = Math.min(content.length - 1, start + (length % content.length));
        assert.deepEqual(await readRange(context.store, location, start, end), content.subarray(start, end + 1));
        await context.store.delete(location);
      }),
      { numRuns: 12 },
    );
  });

  it('keeps concurrent uploads apart', async () => {
    const contents = Array.from({ length: 8 }, (_, index) => randomBytes(index * 300 * kibibyte + 7));
    const locations = await Promise.all(
      contents.map((content) =>
        upload(
          context,
          slices(content, 100 * kibibyte).map((piece) => [piece]),
        ),
      ),
    );
    assert.equal(new Set(locations).size, contents.length);
    for (const [index, location] of locations.entries()) await assertContent(context.store, location, contents[index] ?? Buffer.alloc(0));
  });

  it('accepts a byte at any time: probe', async () => {
    await context.store.probe();
  });
}
