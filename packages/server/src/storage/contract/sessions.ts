import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import type { UploadPosition } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { ContractContext } from './contract-steps.ts';
import { assertContent, begin, digestOf, listAll, mebibyte } from './contract-steps.ts';

/** One writer: checkpoints, truncation, the end. */
export function describeSessions(context: ContractContext): void {
  for (const [title, kept, dropped] of [
    ['small', 1000, 500],
    ['large', 9 * mebibyte, 10 * mebibyte],
  ] as const) {
    it(`forgets what was written since a checkpoint (${title})`, async () => {
      const { writer } = await begin(context);
      const content = randomBytes(kept);
      await writer.write([content]);
      await writer.checkpoint();
      await writer.write([randomBytes(dropped)]);
      await writer.truncate(kept);
      const rest = randomBytes(700);
      await writer.write([rest]);
      await writer.checkpoint();
      await writer.write([randomBytes(dropped)]);
      await writer.truncate(kept + rest.length);
      const all = Buffer.concat([content, rest]);
      await assertContent(context.store, await writer.commit(digestOf(all)), all);
    });
  }

  it('forgets everything when nothing was checkpointed', async () => {
    const { writer } = await begin(context);
    await writer.write([randomBytes(3 * mebibyte)]);
    await writer.truncate(0);
    const content = randomBytes(20);
    await writer.write([content]);
    await assertContent(context.store, await writer.commit(digestOf(content)), content);
  });

  it('goes back to the checkpoint before the last one', async () => {
    const { writer } = await begin(context);
    const content = randomBytes(6 * mebibyte);
    await writer.write([content]);
    await writer.checkpoint();
    await writer.write([randomBytes(9 * mebibyte)]);
    await writer.checkpoint();
    await writer.truncate(content.length);
    await assertContent(context.store, await writer.commit(digestOf(content)), content);
  });

  it('refuses to go back to where no checkpoint was', async () => {
    const { writer } = await begin(context);
    await writer.write([randomBytes(100)]);
    await assert.rejects(writer.truncate(100), RangeError);
    await writer.checkpoint();
    await writer.write([randomBytes(100)]);
    await assert.rejects(writer.truncate(200), RangeError);
    await writer.truncate(0);
    await assert.rejects(writer.truncate(100), RangeError);
    await writer.close();
  });

  it('finishes a writer by commit and by close', async () => {
    const { writer } = await begin(context);
    await writer.commit(digestOf(Buffer.alloc(0)));
    await assert.rejects(writer.write([randomBytes(1)]), StorageError);
    await assert.rejects(writer.commit(digestOf(Buffer.alloc(0))), StorageError);
    await writer.close();
    const other = (await begin(context)).writer;
    await other.close();
    await other.close();
    await assert.rejects(other.write([randomBytes(1)]), StorageError);
  });

  it('discards an upload as often as it is told, in any epoch, and with or without a note', async () => {
    for (const size of [100_000, 6 * mebibyte, 9 * mebibyte]) {
      const { id, writer } = await begin(context);
      await writer.write([randomBytes(size)]);
      const position: UploadPosition = { id, epoch: 1, offset: size, state: await writer.checkpoint() };
      await writer.close();
      const { writer: resumed } = await context.store.resumeUpload(position, 2, () => undefined);
      await resumed.checkpoint();
      await resumed.close();
      assert.ok((await listAll(context.store)).some((object) => object.kind === 'upload' && object.id === id));
      await context.store.discardUpload(size === 100_000 ? { ...position, state: undefined } : { ...position, epoch: 2 });
      await context.store.discardUpload(position);
      assert.ok(!(await listAll(context.store)).some((object) => object.id === id));
      await assert.rejects(
        context.store.resumeUpload(position, 3, () => undefined),
        StorageError,
      );
    }
  });

  it('discards a session that stored nothing', async () => {
    await context.store.discardUpload({ id: context.newId(), epoch: 1, offset: 0, state: undefined });
  });
}
