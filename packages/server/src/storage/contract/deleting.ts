import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { ContractContext } from './contract-steps.ts';
import { assertAbsent, assertContent, upload } from './contract-steps.ts';

/** Locations: absent, of one copy only, and never a path out of the store. */
export function describeDeleting(context: ContractContext): void {
  it('opens a location that is not there as undefined, and deletes it again without complaint', async () => {
    const location = await upload(context, [[randomBytes(10)]]);
    await context.store.delete(location);
    await assertAbsent(context, location);
    await context.store.delete(location);
  });

  it('gives every commit a location of its own, so that deleting one copy leaves the other', async () => {
    const content = randomBytes(1000);
    const [first, second] = [await upload(context, [[content]]), await upload(context, [[content]])];
    assert.notEqual(first, second);
    await context.store.delete(first);
    await assertAbsent(context, first);
    await assertContent(context.store, second, content);
  });

  it('refuses a location that no store of its kind ever gave out', async () => {
    for (const strange of ['', '/etc/passwd', '../secret', 'blobs/../../secret', 'blobs/sha256/ab/..', 'uploads/a.1', 'x'.repeat(5000)]) {
      await assert.rejects(context.store.open(strange as BlobLocation), StorageError, strange);
      await assert.rejects(context.store.delete(strange as BlobLocation), StorageError, strange);
    }
  });

  it('refuses an upload id that is not URL-safe', async () => {
    for (const id of ['', '.', '..', 'a/b', '../a', 'a.b', 'a\0b', 'ä', 'x'.repeat(5000)]) {
      await assert.rejects(context.store.createUpload({ id, epoch: 1 }), StorageError, id);
      await assert.rejects(context.store.discardUpload({ id, epoch: 1, offset: 0, state: undefined }), StorageError, id);
    }
  });
}
