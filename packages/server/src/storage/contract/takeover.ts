import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import type { UploadPosition } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { ContractContext } from './contract-steps.ts';
import { assertContent, begin, commitsOrFails, digestOf, listAll, mebibyte, resume, slices } from './contract-steps.ts';

/** Another instance continues; older writers change nothing. */
export function describeTakeover(context: ContractContext): void {
  for (const first of [0, 1, 1000, 3 * mebibyte, 5 * mebibyte, 20 * mebibyte]) {
    it(`continues ${first} bytes in another instance`, async () => {
      const { id, writer } = await begin(context);
      const content = randomBytes(first);
      for (const piece of slices(content, 2 * mebibyte + 1)) await writer.write([piece]);
      const position: UploadPosition = { id, epoch: 1, offset: first, state: await writer.checkpoint() };
      const other = await context.open();
      const rest = randomBytes(1500);
      const resumed = await resume(other, position, 2, content);
      await resumed.write([rest]);
      const all = Buffer.concat([content, rest]);
      await assertContent(context.store, await resumed.commit(digestOf(all)), all);
      await writer.close();
      await other.close();
    });
  }

  it('changes hands after every chunk, and once more when a process died between claiming and copying', async () => {
    const id = context.newId();
    const chunks = [randomBytes(6 * mebibyte), randomBytes(10), randomBytes(3 * mebibyte), randomBytes(4 * mebibyte), randomBytes(0)];
    let position: UploadPosition = { id, epoch: 1, offset: 0, state: undefined };
    let content = Buffer.alloc(0);
    for (const chunk of chunks) {
      const epoch = position.epoch + 1;
      const writer = await resume(context.store, position, epoch, content);
      await writer.write([chunk]);
      content = Buffer.concat([content, chunk]);
      position = { id, epoch, offset: content.length, state: await writer.checkpoint() };
      await writer.close();
    }
    const writer = await resume(context.store, { ...position, epoch: position.epoch + 1 }, position.epoch + 2, content);
    await assertContent(context.store, await writer.commit(digestOf(content)), content);
    await context.store.discardUpload({ ...position, epoch: position.epoch + 2 });
  });

  it('takes over bytes that were checkpointed, not those that came after', async () => {
    const { id, writer } = await begin(context);
    const content = randomBytes(1000);
    await writer.write([content]);
    const position: UploadPosition = { id, epoch: 1, offset: 1000, state: await writer.checkpoint() };
    await writer.write([randomBytes(10 * mebibyte)]);
    await writer.checkpoint();
    const resumed = await resume(context.store, position, 2, content);
    await assertContent(context.store, await resumed.commit(digestOf(content)), content);
    await writer.close();
  });

  for (const stale of [1000, 20 * mebibyte]) {
    it(`commits nothing that a stalled writer of an older epoch wrote (${stale} bytes)`, async () => {
      const { id, writer } = await begin(context);
      const content = randomBytes(9 * mebibyte);
      await writer.write([content]);
      const position: UploadPosition = { id, epoch: 1, offset: content.length, state: await writer.checkpoint() };
      const resumed = await resume(context.store, position, 2, content);
      const rest = randomBytes(9 * mebibyte);
      await resumed.write([rest.subarray(0, mebibyte)]);
      await writer.write([randomBytes(stale)]);
      await writer.checkpoint();
      await resumed.write([rest.subarray(mebibyte)]);
      await writer.write([randomBytes(stale)]);
      await writer.checkpoint();
      await writer.truncate(content.length).catch((error: unknown) => assert.ok(error instanceof StorageError));
      await writer.close();
      const all = Buffer.concat([content, rest]);
      await commitsOrFails(context.store, resumed, all);
    });
  }

  it('continues what an older epoch has completed, until the session is over', async () => {
    for (const size of [1000, 9 * mebibyte]) {
      const { id, writer } = await begin(context);
      const content = randomBytes(size);
      await writer.write([content]);
      const position: UploadPosition = { id, epoch: 1, offset: size, state: await writer.checkpoint() };
      await writer.write([randomBytes(100)]);
      const first = await writer.commit(digestOf(content));
      let second = await resume(context.store, position, 2, content);
      await second.write([randomBytes(7 * mebibyte)]);
      await second.close();
      second = await resume(context.store, position, 3, content);
      const rest = randomBytes(2000);
      await second.write([rest]);
      const all = Buffer.concat([content, rest]);
      const committed = await second.commit(digestOf(all));
      assert.notEqual(committed, first);
      await context.store.discardUpload({ ...position, epoch: 3 }, [committed]);
      await assertContent(context.store, committed, all);
      await context.store.delete(first);
      const left = (await listAll(context.store)).filter((object) => object.id.includes(id));
      assert.ok(left.length === 0 || left.every((object) => object.id === committed), JSON.stringify(left));
    }
  });

  it('gives a stalled writer that commits too a location of its own', async () => {
    for (const size of [1000, 9 * mebibyte]) {
      const { id, writer } = await begin(context);
      const content = randomBytes(size);
      await writer.write([content]);
      const position: UploadPosition = { id, epoch: 1, offset: size, state: await writer.checkpoint() };
      const resumed = await resume(context.store, position, 2, content);
      const location = await resumed.commit(digestOf(content));
      const stale = await writer.commit(digestOf(content)).catch((error: unknown) => {
        assert.ok(error instanceof StorageError);
        return undefined;
      });
      assert.notEqual(stale, location);
      if (stale !== undefined) await context.store.delete(stale);
      await context.store.discardUpload({ ...position, epoch: 2 });
      await assertContent(context.store, location, content);
    }
  });
}
