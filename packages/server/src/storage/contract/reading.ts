import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { ContractContext } from './contract-steps.ts';
import { collect, kibibyte, mebibyte, openReader, upload } from './contract-steps.ts';

/** Order, backpressure, cancellation and short blobs. */
export function describeReading(context: ContractContext): void {
  it('sends pieces in order, one at a time, waiting for the sink', async () => {
    const content = randomBytes(3 * mebibyte + 5);
    const reader = await openReader(context.store, await upload(context, [[content]]));
    const received: Buffer[] = [];
    let busy = false;
    const sink = async (piece: Uint8Array): Promise<void> => {
      assert.equal(busy, false, 'a piece came before the last one was done');
      busy = true;
      await new Promise((resolve) => setImmediate(resolve));
      // Copied only now: the piece must still be untouched.
      received.push(Buffer.from(piece));
      busy = false;
    };
    await reader.read(0, content.length - 1, sink).finally(() => reader.close());
    assert.ok(received.length > 1);
    assert.ok(Buffer.concat(received).equals(content));
  });

  it('stops reading when the signal is aborted, also while the sink never answers', async () => {
    const location = await upload(context, [[randomBytes(3 * mebibyte)]]);
    const reader = await openReader(context.store, location);
    const abort = new AbortController();
    let pieces = 0;
    const reading = reader.read(
      0,
      3 * mebibyte - 1,
      () => {
        pieces += 1;
        queueMicrotask(() => abort.abort());
        return new Promise<void>(() => undefined);
      },
      abort.signal,
    );
    await assert.rejects(reading, { name: 'AbortError' });
    assert.equal(pieces, 1);
    await assert.rejects(
      reader.read(0, 0, () => assert.fail('read in spite of the signal'), abort.signal),
      { name: 'AbortError' },
    );
    await reader.close();
  });

  it('passes on what the sink throws and can be read again', async () => {
    const content = randomBytes(300 * kibibyte);
    const reader = await openReader(context.store, await upload(context, [[content]]));
    const failure = new Error('sink failed');
    await assert.rejects(
      reader.read(0, content.length - 1, () => Promise.reject(failure)),
      failure,
    );
    assert.deepEqual(await collect(reader, 7, 70_000), content.subarray(7, 70_001));
    await reader.close();
    await reader.close();
  });

  it('serves two reads of one reader at once', async () => {
    const content = randomBytes(2 * mebibyte);
    const reader = await openReader(context.store, await upload(context, [[content]]));
    const [start, end] = await Promise.all([collect(reader, 0, mebibyte - 1), collect(reader, mebibyte, 2 * mebibyte - 1)]);
    await reader.close();
    assert.ok(Buffer.concat([start, end]).equals(content));
  });

  it('throws when more is asked for than there is', async () => {
    for (const size of [10, mebibyte + 10]) {
      const reader = await openReader(context.store, await upload(context, [[randomBytes(size)]]));
      await assert.rejects(
        reader.read(0, size, () => undefined),
        StorageError,
      );
      await assert.rejects(
        reader.read(size, size, () => undefined),
        StorageError,
      );
      await reader.close();
    }
  });
}
