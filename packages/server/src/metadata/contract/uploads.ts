import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import type { OpenStore } from './contract-steps.ts';
import { app, by, newDigest, storeTest } from './contract-steps.ts';

/** Sessions: creation, compare-and-set, take-over, end. */
export function describeUploads(open: OpenStore): void {
  describe('uploads', () => {
    storeTest(open, 'a session is found as it was started, with its repository', async (steps) => {
      const { store, at } = steps;
      const started = await steps.start({ id: 'one', repository: app, by, algorithm: 'sha512', at });
      assert.deepEqual(started, {
        id: 'one',
        repository: await store.findRepository(app),
        store: 'default',
        owner: by.actor,
        algorithm: 'sha512',
        offset: 0,
        epoch: 1,
        state: undefined,
        touchedAt: at,
        isLimited: false,
      });
      assert.equal(started.repository.store, 'default');
      assert.deepEqual(await store.findUpload('one'), started);
      assert.equal(await store.findUpload('two'), undefined);
    });

    storeTest(open, 'an offset advances only from where it is, in the epoch that it has', async (steps) => {
      const { store, at } = steps;
      const id = await steps.begin(app);
      const advance = { id, epoch: 1, from: 0, to: 10, state: 'note', at: at + 5 };
      assert.equal(await store.advanceUpload({ ...advance, epoch: 2 }), false);
      assert.equal(await store.advanceUpload({ ...advance, from: 1 }), false);
      assert.equal(await store.advanceUpload(advance), true);
      assert.equal(await store.advanceUpload(advance), false);
      const session = await store.findUpload(id);
      assert.deepEqual([session?.offset, session?.state, session?.touchedAt], [10, 'note', at + 5]);
      assert.equal(await store.advanceUpload({ ...advance, from: 10, to: 2 ** 42, state: undefined }), true);
      assert.equal((await store.findUpload(id))?.offset, 2 ** 42);
      assert.equal((await store.findUpload(id))?.state, undefined);
    });

    storeTest(open, 'a session is claimed once per epoch, and then its old owner can do nothing', async (steps) => {
      const { store, at } = steps;
      const id = await steps.begin(app);
      const claims = await Promise.all([1, 2, 3].map(() => store.claimUpload({ id, epoch: 1, at })));
      assert.deepEqual(claims.filter(Boolean), [true]);
      assert.equal((await store.findUpload(id))?.epoch, 2);
      assert.equal(await store.advanceUpload({ id, epoch: 1, from: 0, to: 1, state: undefined, at }), false);
      const commit = { uploadId: id, digest: newDigest(), sizeBytes: 1, location: 'somewhere' as BlobLocation, by, at };
      assert.deepEqual(await store.commitBlob({ ...commit, epoch: 1 }), { outcome: 'lost' });
      assert.equal(await store.findBlob(app, commit.digest), undefined);
      assert.deepEqual(await store.commitBlob({ ...commit, epoch: 2 }), { outcome: 'stored' });
      assert.deepEqual(await store.commitBlob({ ...commit, epoch: 2 }), { outcome: 'lost' });
    });

    storeTest(open, 'a cancelled session is gone, and cannot be cancelled, advanced, or claimed', async (steps) => {
      const { store, at } = steps;
      const id = await steps.begin(app);
      assert.equal(await store.cancelUpload({ id }), true);
      assert.equal(await store.cancelUpload({ id }), false);
      assert.equal(await store.findUpload(id), undefined);
      assert.equal(await store.claimUpload({ id, epoch: 1, at }), false);
    });

    storeTest(open, 'sessions that stood still are listed, the oldest first, and removed unless they moved', async (steps) => {
      const { store, at } = steps;
      const [first, second] = [await steps.begin(app), await steps.begin(app)];
      await store.advanceUpload({ id: first, epoch: 1, from: 0, to: 1, state: undefined, at: at + 10 });
      const expired = await store.listExpiredUploads(at + 20, 10);
      assert.deepEqual(
        expired.map(({ id }) => id),
        [second, first],
      );
      assert.deepEqual(expired[1], await store.findUpload(first));
      assert.equal((await store.listExpiredUploads(at + 20, 1)).length, 1);
      assert.deepEqual(await store.listExpiredUploads(at, 10), []);
      await store.advanceUpload({ id: second, epoch: 1, from: 0, to: 1, state: undefined, at: at + 30 });
      assert.equal(await store.removeExpiredUpload({ id: second, before: at + 20 }), false);
      assert.equal(await store.removeExpiredUpload({ id: first, before: at + 20 }), true);
      assert.equal(await store.removeExpiredUpload({ id: first, before: at + 20 }), false);
      assert.deepEqual(await store.knownUploads([first, second, 'never']), new Set([second]));
      assert.deepEqual(await store.knownUploads([]), new Set());
    });
  });
}
