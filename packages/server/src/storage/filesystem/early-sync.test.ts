import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { EarlySync, type SyncSlots } from './early-sync.ts';

const mebibyte = 1024 * 1024;

/** A file whose syncs end when the test says so; a real disk does not fail on demand. */
class HeldFile {
  syncs = 0;
  #held: { resolve(): void; reject(error: Error): void } | undefined;

  datasync(): Promise<void> {
    this.syncs += 1;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#held = { resolve, reject };
    return promise;
  }

  async release(error?: Error): Promise<void> {
    if (error === undefined) this.#held?.resolve();
    else this.#held?.reject(error);
    await turn();
  }
}

test('a file is synced every 64 MiB, once at a time', async () => {
  const file = new HeldFile();
  const early = new EarlySync({ taken: 0 });
  early.written(file, 63 * mebibyte);
  assert.equal(file.syncs, 0);
  early.written(file, 64 * mebibyte);
  assert.equal(file.syncs, 1);
  early.written(file, 200 * mebibyte);
  assert.equal(file.syncs, 1);
  await file.release();
  early.written(file, 201 * mebibyte);
  assert.equal(file.syncs, 2);
  await file.release();
  await early.end();
});

test('only two files of a store are synced early at once', async () => {
  const slots: SyncSlots = { taken: 0 };
  const files = [new HeldFile(), new HeldFile(), new HeldFile()] as const;
  const syncs = files.map(() => new EarlySync(slots));
  for (const [index, file] of files.entries()) syncs[index]?.written(file, 64 * mebibyte);
  assert.deepEqual(
    files.map((file) => file.syncs),
    [1, 1, 0],
  );
  await files[0].release();
  syncs[2]?.written(files[2], 65 * mebibyte);
  assert.equal(files[2].syncs, 1);
});

test('a sync that failed is not made good by a later one', async () => {
  const file = new HeldFile();
  const early = new EarlySync({ taken: 0 });
  const failure = new Error('input/output error');
  early.written(file, 64 * mebibyte);
  await file.release(failure);
  early.written(file, 128 * mebibyte);
  await file.release();
  await early.settle();
  await assert.rejects(early.end(), failure);
});
