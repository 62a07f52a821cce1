import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { requireDigest, requireRepositoryName } from '@longshore/oci';
import { UploadHashes } from '../hashing/upload-hashes.ts';
import { openSqliteMetadata } from '../metadata/sqlite/sqlite-metadata.ts';
import { createMemoryStore } from '../storage/memory/memory-store.ts';
import { BlobStores } from './blob-stores.ts';
import { createRegistry } from './create-registry.ts';
import { InlineHash } from './inline-hash.ts';
import { type Agent, systemAgent } from './ports/agent.ts';
import { type BlobStore, StorageError, type UploadWriter } from './ports/blob-store.ts';
import type { StartHash } from './ports/byte-hash.ts';
import { readManifest } from './read-manifest.ts';
import type { BodySource, Chunk, UploadHandle } from './registry.ts';

const directory = await mkdtemp(join(tmpdir(), 'longshore-uploads-'));
const metadata = await openSqliteMetadata({ path: join(directory, 'longshore.db'), durability: 'relaxed' });
after(async () => {
  await metadata.close();
  await rm(directory, { recursive: true });
});

const mebibyte = 1024 * 1024;
const repository = requireRepositoryName('uploads/app');
const by: Agent = { ...systemAgent('test'), actor: 'user:1:alice' };
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const digestOf = (bytes: Uint8Array) => requireDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);

/** What a store was asked to do, and a place where a test can hold up or break a write. */
class WatchedStore {
  readonly calls: string[] = [];
  readonly store: BlobStore = createMemoryStore();
  beforeWrite: (() => Promise<void>) | undefined;
  #busy = false;

  constructor() {
    const { createUpload, resumeUpload } = this.store;
    this.store.createUpload = async (key) => this.#watch(await createUpload.call(this.store, key), key.epoch);
    this.store.resumeUpload = async (previous, epoch, onBytes) => {
      this.calls.push(`resume ${epoch}`);
      const resumed = await resumeUpload.call(this.store, previous, epoch, onBytes);
      return { ...resumed, writer: this.#watch(resumed.writer, epoch) };
    };
  }

  #watch(writer: UploadWriter, epoch: number): UploadWriter {
    const alone = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
      assert.ok(!this.#busy, `${name} while another call to the writer is under way`);
      this.#busy = true;
      this.calls.push(`${name} ${epoch}`);
      try {
        return await call();
      } finally {
        this.#busy = false;
      }
    };
    return {
      write: (pieces) =>
        alone('write', async () => {
          await this.beforeWrite?.();
          await writer.write(pieces);
        }),
      checkpoint: () => alone('checkpoint', () => writer.checkpoint()),
      truncate: (offset) => alone('truncate', () => writer.truncate(offset)),
      commit: (digest) => alone('commit', () => writer.commit(digest)),
      close: () => alone('close', () => writer.close()),
    };
  }
}

function startRegistry(now = Date.now, startHash: StartHash = (algorithm) => new InlineHash(algorithm)) {
  const watched = new WatchedStore();
  const stores = new BlobStores(new Map([['default', watched.store]]));
  const { registry, close } = createRegistry({
    content: metadata,
    stores,
    source: stores,
    logger,
    startHash,
    readLargeManifest: async (...args) => readManifest(...args),
    now,
    graceMs: 1000,
    onQuotaRefusal: () => undefined,
  });
  return { registry, close, watched };
}

const bodyOf =
  (...pieces: readonly Uint8Array[]): BodySource =>
  async (sink) => {
    for (const piece of pieces) await sink(new Uint8Array(piece));
  };
const chunkOf = (body: BodySource, more: Partial<Chunk> = {}): Chunk => ({
  start: undefined,
  length: undefined,
  mostBytes: 1e9,
  bodyBytes: undefined,
  body,
  ...more,
});

async function begin(registry: ReturnType<typeof startRegistry>['registry']): Promise<UploadHandle> {
  return { repository, by, id: (await registry.startUpload(repository, by, 'sha256')).id };
}

async function assertStored(registry: ReturnType<typeof startRegistry>['registry'], content: Uint8Array): Promise<void> {
  const { reader } = await registry.openBlob(repository, digestOf(content));
  const pieces: Buffer[] = [];
  await reader.read(0, content.length - 1, (piece) => void pieces.push(Buffer.from(piece)));
  await reader.close();
  assert.ok(Buffer.concat(pieces).equals(content));
}

test('a client that leaves during a write: the write ends first, and the upload goes on where it stood', async () => {
  const { registry, watched, close } = startRegistry();
  const content = randomBytes(3 * mebibyte);
  const upload = await begin(registry);
  await registry.appendUpload(upload, chunkOf(bodyOf(content.subarray(0, 100))));
  const writing = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  watched.beforeWrite = () => {
    writing.resolve();
    return goOn.promise;
  };
  const leaving: BodySource = async (sink) => {
    void sink(randomBytes(mebibyte));
    await writing.promise;
    setImmediate(goOn.resolve);
    throw new Error('gone');
  };
  await assert.rejects(registry.appendUpload(upload, chunkOf(leaving)), /gone/);
  watched.beforeWrite = undefined;
  assert.equal((await registry.uploadProgress(upload)).offset, 100);
  await registry.finishUpload(upload, digestOf(content), chunkOf(bodyOf(content.subarray(100))));
  await assertStored(registry, content);
  assert.ok(!watched.calls.some((call) => call.startsWith('resume')), 'nothing that was kept had to be copied');
  await close();
});

test('a disk that is full in the middle of a chunk: the chunk is forgotten, and the same one succeeds later', async () => {
  const { registry, watched, close } = startRegistry();
  const content = randomBytes(3 * mebibyte);
  const upload = await begin(registry);
  await registry.appendUpload(upload, chunkOf(bodyOf(content.subarray(0, mebibyte))));
  let writes = 0;
  watched.beforeWrite = async () => {
    writes += 1;
    if (writes === 2) throw new StorageError('full', 'no space');
  };
  const rest = () => chunkOf(bodyOf(content.subarray(mebibyte, 2 * mebibyte), content.subarray(2 * mebibyte)), { start: mebibyte });
  await assert.rejects(registry.finishUpload(upload, digestOf(content), rest()), { name: 'StorageError', reason: 'full' });
  watched.beforeWrite = undefined;
  assert.equal((await registry.uploadProgress(upload)).offset, mebibyte);
  await registry.finishUpload(upload, digestOf(content), rest());
  await assertStored(registry, content);
  await close();
});

test('a session that is cancelled under a request ends that request, without a call to its writer out of turn', async () => {
  const { registry, watched, close } = startRegistry();
  for (const finish of [false, true]) {
    const content = randomBytes(2 * mebibyte);
    const upload = await begin(registry);
    const writing = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    watched.beforeWrite = () => {
      writing.resolve();
      return goOn.promise;
    };
    const chunk = chunkOf(bodyOf(content));
    const running = finish ? registry.finishUpload(upload, digestOf(content), chunk) : registry.appendUpload(upload, chunk);
    const refused = assert.rejects(running, { name: 'RegistryError', status: 416 });
    await writing.promise;
    await registry.cancelUpload(upload);
    goOn.resolve();
    await refused;
    watched.beforeWrite = undefined;
    await assert.rejects(registry.uploadProgress(upload), { code: 'BLOB_UPLOAD_UNKNOWN' });
    await assert.rejects(registry.openBlob(repository, digestOf(content)), { code: 'BLOB_UNKNOWN' });
  }
  await close();
});

test('two requests at once: the second takes over, the first is told so, nothing is mixed', async () => {
  const { registry, watched, close } = startRegistry();
  const content = randomBytes(2 * mebibyte);
  const upload = await begin(registry);
  await registry.appendUpload(upload, chunkOf(bodyOf(content.subarray(0, 1000))));
  const started = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const slow: BodySource = async (sink) => {
    started.resolve();
    await goOn.promise;
    await sink(randomBytes(500));
  };
  const first = assert.rejects(registry.appendUpload(upload, chunkOf(slow)), { status: 416 });
  await started.promise;
  const { offset } = await registry.appendUpload(upload, chunkOf(bodyOf(content.subarray(1000, 5000)), { start: 1000 }));
  goOn.resolve();
  await first;
  assert.equal(offset, 5000);
  await registry.finishUpload(upload, digestOf(content), chunkOf(bodyOf(content.subarray(5000)), { start: 5000 }));
  await assertStored(registry, content);
  assert.ok(watched.calls.includes('resume 2'));
  await close();
});

test('the same final request twice at once, and once more: all of them are told that the blob is stored', async () => {
  const { registry, watched, close } = startRegistry();
  const content = randomBytes(2 * mebibyte);
  const upload = await begin(registry);
  await registry.appendUpload(upload, chunkOf(bodyOf(content.subarray(0, mebibyte))));
  const writing = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  watched.beforeWrite = () => {
    writing.resolve();
    return goOn.promise;
  };
  const finish = () => registry.finishUpload(upload, digestOf(content), chunkOf(bodyOf(content.subarray(mebibyte)), { start: mebibyte }));
  const first = finish();
  await writing.promise;
  watched.beforeWrite = undefined;
  const second = finish();
  goOn.resolve();
  await Promise.all([first, second]);
  await finish();
  await assertStored(registry, content);
  const { objects } = await watched.store.list(undefined, 100);
  assert.equal(objects.length, 1, 'nothing is left of those who came too late');
  await assert.rejects(registry.finishUpload(upload, digestOf(randomBytes(9)), chunkOf(bodyOf())), { code: 'BLOB_UPLOAD_UNKNOWN' });
  await close();
});

test('limits.uploadBytes holds for all chunks together', async () => {
  const { registry, close } = startRegistry();
  const upload = await begin(registry);
  const chunk = (bytes: number) => chunkOf(bodyOf(randomBytes(bytes)), { mostBytes: 1000 });
  await registry.appendUpload(upload, chunk(600));
  await assert.rejects(registry.appendUpload(upload, chunk(401)), { status: 413, code: 'SIZE_INVALID' });
  await assert.rejects(registry.finishUpload(upload, digestOf(randomBytes(1)), chunk(401)), { status: 413 });
  assert.equal((await registry.appendUpload(upload, chunk(400))).offset, 1000);
  await close();
});

test('a session is there for its repository and its owner only', async () => {
  const { registry, close } = startRegistry();
  const upload = await begin(registry);
  for (const other of [
    { ...upload, by: { ...by, actor: 'user:2:alice' } },
    { ...upload, repository: requireRepositoryName('uploads/other') },
    { ...upload, id: 'x' },
  ]) {
    const attempts = [
      registry.uploadProgress(other),
      registry.appendUpload(other, chunkOf(bodyOf(randomBytes(1)))),
      registry.finishUpload(other, digestOf(randomBytes(1)), chunkOf(bodyOf())),
      registry.cancelUpload(other),
    ];
    await Promise.all(attempts.map((attempt) => assert.rejects(attempt, { code: 'BLOB_UPLOAD_UNKNOWN' })));
  }
  assert.equal((await registry.uploadProgress(upload)).offset, 0);
  await close();
});

test('all large bodies but one are hashed in a thread; when it dies, the next request but one goes on from the last chunk', async () => {
  const hashes = new UploadHashes();
  hashes.start('sha256', undefined);
  const { registry, watched, close } = startRegistry(Date.now, hashes.start);
  const content = randomBytes(5 * mebibyte);
  const part = (from: number, to: number) => chunkOf(bodyOf(content.subarray(from, to)));
  const upload = await begin(registry);
  await registry.appendUpload(upload, part(0, mebibyte));
  await assert.rejects(
    registry.appendUpload(
      upload,
      chunkOf(() => Promise.reject(new Error('gone'))),
    ),
    /gone/,
  );
  await registry.appendUpload(upload, part(mebibyte, 3 * mebibyte));
  assert.ok(!watched.calls.includes('resume 2'), 'what was hashed before a failed body is still known');
  await hashes.close();
  await assert.rejects(registry.appendUpload(upload, part(3 * mebibyte, 4 * mebibyte)), { code: 'UNAVAILABLE' });
  assert.equal((await registry.uploadProgress(upload)).offset, 3 * mebibyte);
  await registry.appendUpload(upload, part(3 * mebibyte, 4 * mebibyte));
  assert.ok(watched.calls.includes('resume 2'));
  await registry.finishUpload(upload, digestOf(content), part(4 * mebibyte, 5 * mebibyte));
  await assertStored(registry, content);
  await close();
  await hashes.close();
});

test('a digest that a thread finds to be wrong ends the upload', async () => {
  const hashes = new UploadHashes();
  hashes.start('sha256', undefined);
  const { registry, close } = startRegistry(Date.now, hashes.start);
  const upload = await begin(registry);
  const wrong = registry.finishUpload(upload, digestOf(randomBytes(1)), chunkOf(bodyOf(randomBytes(mebibyte))));
  await assert.rejects(wrong, { code: 'DIGEST_INVALID' });
  await close();
  await hashes.close();
});

test('closing during a write waits for it', async () => {
  const { registry, watched, close } = startRegistry();
  const upload = await begin(registry);
  const writing = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  watched.beforeWrite = () => {
    writing.resolve();
    return goOn.promise;
  };
  const running = assert.rejects(registry.appendUpload(upload, chunkOf(bodyOf(randomBytes(mebibyte)))), StorageError);
  await writing.promise;
  const closed = close();
  goOn.resolve();
  await closed;
  await running;
});

test('a writer that nobody used for minutes is closed, and its upload can still be continued', async () => {
  let now = Date.now();
  const { registry, watched, close } = startRegistry(() => now);
  const content = randomBytes(2000);
  const idle = await begin(registry);
  const used = await begin(registry);
  for (const upload of [idle, used]) await registry.appendUpload(upload, chunkOf(bodyOf(content.subarray(0, 500))));
  now += 4 * 60_000;
  await registry.appendUpload(used, chunkOf(bodyOf(content.subarray(500, 1000))));
  now += 4 * 60_000;
  watched.calls.length = 0;
  await begin(registry);
  assert.deepEqual(watched.calls, ['close 1']);
  await registry.finishUpload(used, digestOf(content), chunkOf(bodyOf(content.subarray(1000))));
  assert.ok(!watched.calls.includes('resume 2'), 'the used one was kept');
  await registry.finishUpload(idle, digestOf(content), chunkOf(bodyOf(content.subarray(500))));
  assert.ok(watched.calls.includes('resume 2'));
  await close();
});
