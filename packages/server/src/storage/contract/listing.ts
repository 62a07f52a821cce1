import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import type { ContractContext } from './contract-steps.ts';
import { begin, listAll, mebibyte, upload } from './contract-steps.ts';

/** The walk of the orphan sweep. */
export function describeListing(context: ContractContext): void {
  it('lists blobs and uploads, page by page and in a stable order', async () => {
    const contents = Array.from({ length: 5 }, (_, index) => randomBytes(index + 1));
    const locations = await Promise.all(contents.map((content) => upload(context, [[content]])));
    const uploads: string[] = [];
    for (const size of [100_000, 200_000, 9 * mebibyte]) {
      const { id, writer } = await begin(context);
      await writer.write([randomBytes(size)]);
      await writer.checkpoint();
      await writer.close();
      uploads.push(id);
    }
    const objects = await listAll(context.store, 2);
    assert.deepEqual(await listAll(context.store, 3), objects);
    // An upload may come up more than once: what it stored may lie in several places.
    const blobs = objects.filter((object) => object.kind === 'blob').map((object) => object.id);
    assert.equal(new Set(blobs).size, blobs.length);
    for (const [index, location] of locations.entries()) {
      const object = objects.find((candidate) => candidate.kind === 'blob' && candidate.id === location);
      assert.equal(object?.sizeBytes, contents[index]?.length);
      assert.ok((object?.modifiedAt ?? 0) > 0);
    }
    for (const id of uploads) {
      assert.ok(objects.some((object) => object.kind === 'upload' && object.id === id && object.modifiedAt > 0));
      await context.store.discardUpload({ id, epoch: 1, offset: 0, state: undefined });
    }
    for (const location of locations) await context.store.delete(location);
    const left = await listAll(context.store);
    assert.ok(!left.some((object) => uploads.includes(object.id) || locations.some((location) => location === object.id)));
  });

  it('resumes a walk after the object at the cursor was deleted', async () => {
    const locations = await Promise.all([1, 2, 3, 4].map((size) => upload(context, [[randomBytes(size)]])));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await context.store.list(cursor, 1);
      for (const object of page.objects) {
        seen.push(object.id);
        if (locations.some((location) => location === object.id)) await context.store.delete(object.id as BlobLocation);
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
    for (const location of locations) assert.ok(seen.includes(location));
  });
}
