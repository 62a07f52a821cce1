import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { CreateMultipartUploadCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { s3Services } from '../../../../../test/s3/shared-services.ts';
import { requirePrograms } from '../../../../../test/tools/programs.ts';
import type { BlobStore, UploadPosition, UploadWriter } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { assertContent, digestOf, listAll, resume } from '../contract/contract-steps.ts';
import { openS3Store, type S3StoreOptions } from './s3-store.ts';

const mebibyte = 1024 * 1024;
const services = s3Services();

/** A test on each of the services, with two stores over one bucket, as two replicas have them. */
function onServices(name: string, run: (stores: readonly [BlobStore, BlobStore], options: S3StoreOptions) => Promise<void>): void {
  for (const service of services) {
    test(`${name} (${service.name})`, async (t) => {
      if (requirePrograms(t, ...service.programs) === undefined) return;
      const options = await service.newBucket();
      const stores = [await openS3Store(options), await openS3Store(options)] as const;
      t.after(() => Promise.all(stores.map((store) => store.close())));
      await run(stores, options);
    });
  }
}

/** Sends chunks of these sizes, each through the other replica; returns all bytes, and where the session stands then. */
async function inTurns(stores: readonly BlobStore[], id: string, sizes: readonly number[]): Promise<[Buffer, UploadPosition]> {
  let position: UploadPosition = { id, epoch: 0, offset: 0, state: undefined };
  let content = Buffer.alloc(0);
  for (const [index, size] of sizes.entries()) {
    const store = stores[index % stores.length] as BlobStore;
    const epoch = position.epoch + 1;
    const writer = index === 0 ? await store.createUpload({ id, epoch }) : await resume(store, position, epoch, content);
    const chunk = randomBytes(size);
    await writer.write([chunk]);
    content = Buffer.concat([content, chunk]);
    position = { id, epoch, offset: content.length, state: await writer.checkpoint() };
    await writer.close();
  }
  return [content, position];
}

async function commitsOrIsRefused(writer: UploadWriter, content: Buffer): Promise<string | undefined> {
  return writer.commit(digestOf(content)).catch((error: unknown) => {
    assert.ok(error instanceof StorageError, String(error));
    return undefined;
  });
}

for (const [what, sizes] of [
  ['1 byte each', new Array<number>(60).fill(1)],
  ['a byte less than a part may have', [5 * mebibyte - 1, 5 * mebibyte - 1, 5 * mebibyte - 1]],
  ['around a part, and bytes between', [5 * mebibyte, 1, 8 * mebibyte, 1, 5 * mebibyte - 1, 0, 8 * mebibyte + 1]],
] as const) {
  onServices(`chunks of ${what}, in turns through two replicas`, async (stores) => {
    const [content, position] = await inTurns(stores, 'turns', sizes);
    const writer = await resume(stores[0], position, position.epoch + 1, content);
    const location = await writer.commit(digestOf(content));
    await stores[1].discardUpload({ ...position, epoch: position.epoch + 1 }, [location]);
    await assertContent(stores[1], location, content);
    assert.deepEqual(
      (await listAll(stores[0])).map(({ kind }) => kind),
      ['blob'],
    );
  });
}

onServices('two replicas finish the same upload at once: each stored blob is whole and its own', async (stores) => {
  for (const sizes of [[100_000], [9 * mebibyte, 2000]]) {
    const id = `final-${sizes.length}`;
    const [content, position] = await inTurns(stores, id, sizes);
    const writers = [
      await resume(stores[0], position, position.epoch + 1, content),
      await resume(stores[1], position, position.epoch + 2, content),
    ];
    const locations = await Promise.all(writers.map((writer) => commitsOrIsRefused(writer, content)));
    const stored = locations.filter((location) => location !== undefined);
    assert.equal(new Set(stored).size, stored.length);
    for (const location of stored) await assertContent(stores[0], location as never, content);
  }
});

onServices('a multipart upload that no session knows is listed by the walk, and goes; those of others stay', async ([store], options) => {
  const { endpoint = '', region, bucket, accessKeyId = '', secretAccessKey = '' } = options;
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
  const begin = async (Key: string) => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }));
    await client.send(new UploadPartCommand({ Bucket: bucket, Key, UploadId, PartNumber: 1, Body: randomBytes(1000) }));
  };
  for (const number of [0, 1, 2]) await begin(`blobs/left-behind.${number}${'0'.repeat(15)}`);
  await begin('backups/of-somebody-else');
  await begin('blobs/not-of-this-kind');
  const found = await listAll(store);
  assert.deepEqual(
    found.map(({ kind, id }) => `${kind} ${id}`),
    new Array(3).fill('upload left-behind'),
  );
  for (const { modifiedAt } of found) assert.ok(Math.abs(modifiedAt - Date.now()) < 60_000);
  await store.discardUpload({ id: 'left-behind', epoch: 0, offset: 0, state: undefined });
  assert.deepEqual(await listAll(store), []);
  client.destroy();
});
