import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import type { UploadWriter } from './ports/blob-store.ts';
import { WriteBehind } from './write-behind.ts';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** A writer whose writes end when the test says so, and which refuses two at once. */
class HeldWriter {
  readonly written: Buffer[] = [];
  readonly #held: { resolve(): void; reject(error: Error): void }[] = [];
  readonly writer: UploadWriter;

  constructor(refuse: () => Promise<never> = () => Promise.reject(new Error('only write is used'))) {
    this.writer = { write: (pieces) => this.#write(pieces), checkpoint: refuse, truncate: refuse, commit: refuse, close: refuse };
  }

  get underWay(): number {
    return this.#held.length;
  }

  /** Ends the oldest write, when there is one. */
  async release(error?: Error): Promise<void> {
    await turn();
    const oldest = this.#held.shift();
    if (error === undefined) oldest?.resolve();
    else oldest?.reject(error);
    await turn();
  }

  async #write(pieces: readonly Uint8Array[]): Promise<void> {
    assert.equal(this.#held.length, 0, 'one write at a time');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#held.push({ resolve, reject });
    await promise;
    this.written.push(...pieces.map((piece) => Buffer.from(piece)));
  }
}

/** Bytes in memory of their own, as those of a request are. */
function piece(length: number, fill = 0): Uint8Array {
  return new Uint8Array(length).fill(fill);
}

test('every byte reaches the writer once and in order, whatever the sizes and however long each write takes', async () => {
  const sizes = fc.array(
    fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 400 * kibibyte })),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(sizes, fc.boolean(), async (lengths, patient) => {
      const held = new HeldWriter();
      const behind = new WriteBehind(held.writer);
      const sent = lengths.map((length, index) => piece(length, index));
      const expected = Buffer.concat(sent);
      for (const each of sent) {
        const wait = behind.take(each);
        await turn();
        while (held.underWay > 0 && (wait !== undefined || patient)) await held.release();
        await wait;
      }
      const end = behind.end();
      for (let writes = 0; writes < 4; writes += 1) await held.release();
      await end;
      assert.ok(Buffer.concat(held.written).equals(expected));
    }),
    { numRuns: 50 },
  );
});

test('a client that is faster than the store waits when two batches do', async () => {
  const held = new HeldWriter();
  const behind = new WriteBehind(held.writer);
  assert.equal(behind.take(piece(mebibyte)), undefined, 'the first batch is written while the next is gathered');
  const wait = behind.take(piece(mebibyte));
  assert.ok(wait !== undefined);
  let waiting = true;
  void wait.then(() => {
    waiting = false;
  });
  await turn();
  assert.ok(waiting);
  await held.release();
  assert.ok(!waiting);
  await held.release();
  await behind.end();
});

test('many small pieces are copied together, and their memory is free at once', async () => {
  const held = new HeldWriter();
  const behind = new WriteBehind(held.writer);
  // A larger one among them keeps its place.
  const sent = Array.from({ length: 40_000 }, (_, n) => piece(n === 30_000 ? 5000 : 1, n));
  const expected = Buffer.concat(sent);
  for (const each of sent) assert.equal(behind.take(each), undefined);
  assert.ok(sent.filter(({ byteLength }) => byteLength > 0).length < 20);
  const end = behind.end();
  await held.release();
  await end;
  assert.ok(held.written.length < 25);
  assert.ok(Buffer.concat(held.written).equals(expected));
});

test('the memory of a written piece is free at once, unless it shares it', async () => {
  const held = new HeldWriter();
  const behind = new WriteBehind(held.writer);
  const own = piece(mebibyte);
  const shared = piece(mebibyte, 7).subarray(0, 100);
  assert.equal(behind.take(own), undefined);
  await turn();
  assert.equal(own.byteLength, mebibyte);
  await held.release();
  assert.equal(own.byteLength, 0);
  assert.equal(behind.take(shared), undefined);
  const end = behind.end();
  await held.release();
  await end;
  assert.equal(shared.byteLength, 100);
});

test('a write that fails fails whatever comes behind it, and nothing more is written', async () => {
  const held = new HeldWriter();
  const behind = new WriteBehind(held.writer);
  const failure = new Error('disk full');
  assert.equal(behind.take(piece(mebibyte)), undefined);
  await held.release(failure);
  await behind.settle();
  await assert.rejects(behind.take(piece(mebibyte)) ?? Promise.resolve(), failure);
  await assert.rejects(behind.end(), failure);
  assert.equal(held.underWay, 0);
});
