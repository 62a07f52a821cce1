import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireDigest } from '@longshore/oci';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { describeBlobStore } from '../blob-store-contract.ts';
import { createMemoryStore } from './memory-store.ts';

const digest = requireDigest(`sha256:${'a'.repeat(64)}`);

describeBlobStore('Memory', async () => {
  const first = createMemoryStore();
  return { open: async () => first.sibling(), dispose: async () => undefined };
});

test('a memory store fails once for each time that it is told to', async () => {
  const store = createMemoryStore();
  store.failNext('full');
  store.failNext('read-only');
  await assert.rejects(store.probe(), { reason: 'full', retryable: true });
  await assert.rejects(store.sibling().probe(), { reason: 'read-only' });
  await store.probe();
});

test('a failed write must be truncated away before the upload goes on', async () => {
  const store = createMemoryStore();
  const writer = await store.createUpload({ id: 'a', epoch: 1 });
  await writer.write([Buffer.from('kept')]);
  await writer.checkpoint();
  store.failNext('full');
  await assert.rejects(writer.write([Buffer.from('lost')]), { reason: 'full' });
  await assert.rejects(writer.write([Buffer.from('lost')]), StorageError);
  await writer.truncate(4);
  const reader = await store.open(await writer.commit(digest));
  assert.equal(reader?.sizeBytes, 4);
});
