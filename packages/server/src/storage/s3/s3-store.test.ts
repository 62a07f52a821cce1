import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { s3Services } from '../../../../../test/s3/shared-services.ts';
import { requirePrograms } from '../../../../../test/tools/programs.ts';
import type { BlobStore, UploadPosition } from '../../registry/ports/blob-store.ts';
import { describeBlobStore } from '../blob-store-contract.ts';
import { assertContent, digestOf, listAll } from '../contract/contract-steps.ts';
import { openS3Store } from './s3-store.ts';

const mebibyte = 1024 * 1024;

const services = s3Services();

/** A test on each of the services, with a store of its own. */
function onServices(name: string, run: (store: BlobStore) => Promise<void>): void {
  for (const service of services) {
    test(`${name} (${service.name})`, async (t) => {
      if (requirePrograms(t, ...service.programs) === undefined) return;
      const store = await openS3Store(await service.newBucket());
      await run(store).finally(() => store.close());
    });
  }
}

for (const service of services) {
  if (service.isInstalled) {
    describeBlobStore(`S3 (${service.name})`, async () => {
      const options = await service.newBucket();
      return { open: () => openS3Store({ ...options, prefix: 'some/prefix/' }), dispose: async () => undefined };
    });
  } else {
    test(`S3 (${service.name}) as a blob store`, (t) => {
      requirePrograms(t, ...service.programs);
    });
  }
}

onServices('an upload that went straight through leaves nothing but its blob, under the key it was written to', async (store) => {
  const content = randomBytes(17 * mebibyte);
  const writer = await store.createUpload({ id: 'straight', epoch: 1 });
  await writer.write([content]);
  const before = await listAll(store);
  const location = await writer.commit(digestOf(content));
  assert.deepEqual(
    before.map(({ kind, id }) => `${kind} ${id}`),
    ['upload straight'],
  );
  assert.deepEqual(
    (await listAll(store)).map(({ kind, id }) => `${kind} ${id}`),
    [`blob ${location}`],
  );
  await assertContent(store, location, content);
});

onServices('a short upload stays in its note, a longer one in one small object at most two of which are kept', async (store) => {
  const writer = await store.createUpload({ id: 'chunked', epoch: 1 });
  await writer.write([randomBytes(1000)]);
  const note = await writer.checkpoint();
  assert.deepEqual(await listAll(store), []);
  assert.match(note ?? '', /inline/);
  for (let chunk = 0; chunk < 5; chunk += 1) {
    await writer.write([randomBytes(100_000)]);
    await writer.checkpoint();
  }
  const tails = await listAll(store);
  assert.deepEqual(
    tails.map(({ kind, id, sizeBytes }) => ({ kind, id, sizeBytes })),
    [401_000, 501_000].map((sizeBytes) => ({ kind: 'upload', id: 'chunked', sizeBytes })),
  );
  await writer.close();
  await store.discardUpload({ id: 'chunked', epoch: 1, offset: 501_000, state: note });
  assert.deepEqual(await listAll(store), []);
});

onServices('parts that were forgotten and never written again do not end up in the blob', async (store) => {
  const content = randomBytes(9 * mebibyte);
  const writer = await store.createUpload({ id: 'aborted', epoch: 1 });
  await writer.write([content]);
  const state = await writer.checkpoint();
  await writer.write([randomBytes(40 * mebibyte)]);
  await writer.truncate(content.length);
  const location = await writer.commit(digestOf(content));
  await store.discardUpload({ id: 'aborted', epoch: 1, offset: content.length, state }, [location]);
  await assertContent(store, location, content);
  assert.deepEqual(
    (await listAll(store)).map(({ kind, id }) => `${kind} ${id}`),
    [`blob ${location}`],
  );
});

onServices('a session that changed hands gets a location that its older writers can never delete', async (store) => {
  const content = randomBytes(17 * mebibyte);
  const writer = await store.createUpload({ id: 'shared', epoch: 1 });
  await writer.write([content]);
  const position: UploadPosition = { id: 'shared', epoch: 1, offset: content.length, state: await writer.checkpoint() };
  const resumed = await store.resumeUpload(position, 2, () => assert.fail('parts cannot be read before they are a blob'));
  assert.equal(resumed.replayed, false);
  const location = await resumed.writer.commit(digestOf(content));
  const { multipart } = JSON.parse(position.state ?? '') as { multipart: { key: string } };
  assert.notEqual(location, multipart.key, 'the key that the older writer would get');
  await assert.rejects(writer.commit(digestOf(content)), { name: 'StorageError' });
  await assertContent(store, location, content);
});

onServices('a part that an older writer replaced ends the session instead of corrupting the blob', async (store) => {
  const content = randomBytes(6 * mebibyte);
  const writer = await store.createUpload({ id: 'replaced', epoch: 1 });
  await writer.write([content]);
  const position: UploadPosition = { id: 'replaced', epoch: 1, offset: content.length, state: await writer.checkpoint() };
  const { writer: resumed } = await store.resumeUpload(position, 2, () => undefined);
  const rest = randomBytes(6 * mebibyte);
  await resumed.write([rest]);
  await resumed.checkpoint();
  await writer.write([randomBytes(6 * mebibyte)]);
  await writer.checkpoint();
  await assert.rejects(resumed.commit(digestOf(Buffer.concat([content, rest]))), { name: 'StorageError', retryable: false });
});

onServices('a blob whose upload was begun long ago is as young as its commit', async (store) => {
  const content = randomBytes(9 * mebibyte);
  const writer = await store.createUpload({ id: 'slow', epoch: 1 });
  await writer.write([content]);
  const state = JSON.parse((await writer.checkpoint()) ?? '') as { multipart: { key: string } };
  const realNow = Date.now;
  const dayMs = 24 * 60 * 60 * 1000;
  // The client corrects its clock by the service's, so that its signatures stay valid.
  Date.now = () => realNow() + dayMs;
  try {
    const location = await writer.commit(digestOf(content));
    assert.notEqual(location, state.multipart.key);
    await assertContent(store, location, content);
  } finally {
    Date.now = realNow;
  }
});
