import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BlobLocation, type BlobStore, StorageError } from '../registry/ports/blob-store.ts';
import { describeBlobStore } from './blob-store-contract.ts';
import { createMemoryStore } from './memory/memory-store.ts';
import { ReachableStore } from './reachable-store.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const broken = new StorageError('failed', 'connection reset', { retryable: true });
const isAnswer = (error: unknown) => error !== broken;
const guard = (store: BlobStore) => new ReachableStore({ store, what: 'The store', isAnswer, logger: silent });

describeBlobStore('a memory store behind a ReachableStore', async () => {
  const store = createMemoryStore();
  return { open: async () => guard(store), dispose: async () => undefined };
});

/** A store that can be made to break, and is counted. */
function breakable() {
  const state = { isBroken: false, probes: 0, opens: 0, refusal: undefined as StorageError | undefined };
  const store = createMemoryStore();
  const answer = async (): Promise<undefined> => {
    if (state.isBroken) throw broken;
    if (state.refusal !== undefined) throw state.refusal;
    return undefined;
  };
  store.probe = async () => {
    state.probes += 1;
    await answer();
  };
  store.open = () => {
    state.opens += 1;
    return answer();
  };
  return { state, store: guard(store) };
}

const isAway = (error: unknown) => error instanceof StorageError && error.reason === 'unreachable';

test('a store that is away is not asked any more, for anything, until it is back', async () => {
  const { state, store } = breakable();
  const location = 'x' as BlobLocation;
  state.isBroken = true;
  await assert.rejects(store.open(location), broken);
  for (let round = 0; round < 3; round += 1) await assert.rejects(store.open(location), isAway);
  await assert.rejects(store.createUpload({ id: 'a', epoch: 1 }), isAway);
  await assert.rejects(store.delete(location), isAway);
  await assert.rejects(store.list(undefined, 1), isAway);
  assert.equal(state.opens, 1);
  state.isBroken = false;
  while (await store.open(location).then(() => false, isAway)) await new Promise((resolve) => setTimeout(resolve, 5));
  await store.close();
});

test('whoever writes to a store that falls silent is told, and lets go of the writer at once', async () => {
  const inner = createMemoryStore();
  const never = () => new Promise<never>(() => undefined);
  inner.probe = never;
  const create = inner.createUpload.bind(inner);
  inner.createUpload = async (key) => Object.assign(await create(key), { write: never });
  const store = guard(inner);
  const writer = await store.createUpload({ id: 'a', epoch: 1 });
  await assert.rejects(writer.write([Buffer.from('x')]), isAway);
  await assert.rejects(writer.truncate(0), isAway);
  await writer.close();
  await store.close();
});

test('a service that refuses writes is there: reads go on', async () => {
  const { state, store } = breakable();
  state.refusal = new StorageError('full', 'quota exceeded');
  store.suspect(broken);
  state.refusal = undefined;
  assert.equal(await store.open('x' as BlobLocation), undefined);
  assert.equal(state.probes, 1);
  await store.close();
});
