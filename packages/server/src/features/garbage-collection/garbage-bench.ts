import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Digest, requireDigest, requireRepositoryName, requireTag } from '@longshore/oci';
import { openSqliteMetadata } from '../../metadata/sqlite/sqlite-metadata.ts';
import { BlobStores } from '../../registry/blob-stores.ts';
import { createRegistry } from '../../registry/create-registry.ts';
import { InlineHash } from '../../registry/inline-hash.ts';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { BlobStore } from '../../registry/ports/blob-store.ts';
import type { GarbageReport } from '../../registry/ports/garbage-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import { readManifest } from '../../registry/read-manifest.ts';
import type { Registry } from '../../registry/registry.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import { openFilesystemStore } from '../../storage/filesystem/filesystem-store.ts';
import { collectGarbage, type GarbageDeps, type GarbageOptions } from './collect-garbage.ts';
import type { GarbagePolicy } from './garbage-policy.ts';

/** An hour: longer than any test, so that only the bench's clock makes content old. */
export const graceMs = 3_600_000;
const by = systemAgent('test');
const imageType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

/** A manifest with everything that a push of it sends. */
export interface BenchManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly blobs: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[];
}

/** How a pusher makes sure that a blob is there. */
export type Providing = 'upload' | 'stat-first' | 'mount';

/** For tests: the real core over real SQLite and a real directory, on a clock that the test turns. */
export class GarbageBench {
  readonly metadata: MetadataStore;
  readonly store: BlobStore;
  /** Every store by name; `store` is `default`. */
  readonly stores: BlobStores;
  readonly #named: ReadonlyMap<string, BlobStore>;
  readonly directory: string;
  readonly registry: Registry;
  readonly warnings: string[] = [];
  now = Date.now();
  readonly #close: () => Promise<void>;

  private constructor(metadata: MetadataStore, store: BlobStore, directory: string, others: ReadonlyMap<string, BlobStore>) {
    this.metadata = metadata;
    this.store = store;
    this.directory = directory;
    this.#named = new Map([['default', store], ...others]);
    const stores = new BlobStores(this.#named, (project) => (others.has(project) ? project : 'default'));
    this.stores = stores;
    const { registry, close } = createRegistry({
      content: metadata,
      stores,
      source: stores,
      logger: this.#logger(),
      startHash: (algorithm) => new InlineHash(algorithm),
      readLargeManifest: async (...args) => readManifest(...args),
      now: () => this.now,
      graceMs,
      onQuotaRefusal: () => undefined,
    });
    this.registry = registry;
    this.#close = close;
  }

  /** `others`: more stores by name, which take the projects of the same names and are closed with the bench. */
  static async open(t: TestContext, others: ReadonlyMap<string, BlobStore> = new Map()): Promise<GarbageBench> {
    const directory = await mkdtemp(join(tmpdir(), 'longshore-gc-'));
    const metadata = await openSqliteMetadata({ path: join(directory, 'metadata.db'), durability: 'relaxed' });
    const store = await openFilesystemStore({ directory: join(directory, 'store'), durability: 'relaxed' });
    await metadata.registerStores({ names: [...others.keys()] });
    const bench = new GarbageBench(metadata, store, directory, others);
    t.after(async () => {
      await bench.#close();
      await Promise.all([store, ...others.values()].map((one) => one.close()));
      await metadata.close();
      await rm(directory, { recursive: true, force: true });
    });
    return bench;
  }

  /** Lets twice the grace pass: whatever is unused now is old enough. */
  age(): void {
    this.now += 2 * graceMs;
  }

  /** What a collection needs, with another policy or other parts where a test wants them. */
  deps(policy: Partial<GarbagePolicy> = {}, parts: Partial<GarbageDeps> = {}): GarbageDeps {
    const full: GarbagePolicy = { graceMs, uploadExpiryMs: graceMs, untagged: 'delete', untaggedAfterMs: graceMs, batchSize: 3, ...policy };
    const { metadata } = this;
    const stores = this.#named;
    return {
      garbage: metadata,
      runs: metadata,
      events: metadata,
      leases: metadata,
      stores,
      logger: this.#logger(),
      by: systemAgent('gc'),
      clock: () => this.now,
      policy: full,
      ...parts,
    };
  }

  collect(options: Partial<GarbageDeps & GarbageOptions> = {}): Promise<GarbageReport> {
    return collectGarbage({ ...this.deps(), dryRun: false, ...options });
  }

  /** An image of random layers besides those given. */
  image(options: { subject?: BenchManifest; layers?: readonly Uint8Array[]; own?: number } = {}): BenchManifest {
    const own = Array.from({ length: options.own ?? 1 }, () => randomBytes(200));
    const blobs = [Buffer.from(`{"id":"${randomBytes(8).toString('hex')}"}`), ...own, ...(options.layers ?? [])].map((bytes) => ({
      bytes,
      digest: digestOf(bytes),
    }));
    const [config, ...layers] = blobs.map(({ digest, bytes }, index) => ({
      mediaType: index === 0 ? 'application/json' : 'application/x-tar',
      digest,
      size: bytes.length,
    }));
    const subject = options.subject === undefined ? {} : { subject: describe(options.subject) };
    return { ...manifestOf({ schemaVersion: 2, mediaType: imageType, config, layers, ...subject }, imageType), blobs };
  }

  index(children: readonly BenchManifest[]): BenchManifest {
    const annotations = { id: randomBytes(8).toString('hex') };
    return {
      ...manifestOf({ schemaVersion: 2, mediaType: indexType, manifests: children.map(describe), annotations }, indexType),
      blobs: [],
    };
  }

  /** Pushes blobs and manifest as a client does. Rejects when the registry refuses. */
  async push(
    repository: string,
    manifest: BenchManifest,
    tag?: string,
    providing: Providing = 'upload',
    from = 'other/source',
  ): Promise<BenchManifest> {
    for (const blob of manifest.blobs) await this.#provide(repository, blob, providing, from);
    await this.registry.putManifest({
      repository: requireRepositoryName(repository),
      reference: tag === undefined ? { digest: manifest.digest } : { tag: requireTag(tag) },
      tags: [],
      contentType: manifest.mediaType,
      bytes: manifest.bytes,
      by,
      mayMoveTags: true,
    });
    return manifest;
  }

  async upload(repository: string, bytes: Uint8Array): Promise<Digest> {
    const digest = digestOf(bytes);
    const name = requireRepositoryName(repository);
    const { id } = await this.registry.startUpload(name, by, 'sha256');
    await this.registry.finishUpload({ repository: name, id, by }, digest, wholeBody(bytes));
    return digest;
  }

  /** Begins an upload and never ends it. */
  async beginUpload(repository: string, bytes: Uint8Array): Promise<{ id: string }> {
    const name = requireRepositoryName(repository);
    const { id } = await this.registry.startUpload(name, by, 'sha256');
    await this.registry.appendUpload({ repository: name, id, by }, wholeBody(bytes));
    return { id };
  }

  async untag(repository: string, tag: string): Promise<void> {
    await this.registry.deleteManifest(requireRepositoryName(repository), { tag: requireTag(tag) }, by);
  }

  async remove(repository: string, manifest: BenchManifest): Promise<void> {
    await this.registry.deleteManifest(requireRepositoryName(repository), { digest: manifest.digest }, by);
  }

  /** Whether the manifest is there; when it is, every byte of it and of its blobs must be right. */
  async holds(repository: string, manifest: BenchManifest): Promise<boolean> {
    const name = requireRepositoryName(repository);
    const stored = await this.metadata.findManifest(name, { digest: manifest.digest });
    if (stored === undefined) return false;
    assert.deepEqual(Buffer.from(stored.bytes), Buffer.from(manifest.bytes));
    for (const { digest, bytes } of manifest.blobs) assert.deepEqual(await this.readBlob(repository, digest), Buffer.from(bytes));
    return true;
  }

  /** The blob's bytes; undefined when the repository does not have it. */
  async readBlob(repository: string, digest: Digest): Promise<Buffer | undefined> {
    const blob = await this.registry.openBlob(requireRepositoryName(repository), digest).catch(absent);
    if (blob === undefined) return undefined;
    const pieces: Buffer[] = [];
    try {
      if (blob.sizeBytes > 0) await blob.reader.read(0, blob.sizeBytes - 1, (piece) => void pieces.push(Buffer.from(piece)));
    } finally {
      await blob.reader.close();
    }
    return Buffer.concat(pieces);
  }

  /** Everything in the store: locations, and ids of uploads. */
  async stored(store = this.store): Promise<string[]> {
    return (await store.list(undefined, 10_000)).objects.map((object) => object.id);
  }

  async #provide(repository: string, blob: { digest: Digest; bytes: Uint8Array }, providing: Providing, from: string): Promise<void> {
    const name = requireRepositoryName(repository);
    if (providing === 'stat-first' && (await this.registry.statBlob(name, blob.digest).catch(absent)) !== undefined) return;
    const mount = { digest: blob.digest, to: name, from: requireRepositoryName(from), visibility: { kind: 'everything' } as const, by };
    if (providing === 'mount' && (await this.registry.mountBlob(mount))) return;
    await this.upload(repository, blob.bytes);
  }

  #logger(): GarbageDeps['logger'] {
    const note = (message: string): void => void this.warnings.push(message);
    return { info: () => undefined, warn: note, error: note };
  }
}

/** SHA-256 in text form. */
export function digestOf(bytes: Uint8Array): Digest {
  return requireDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}

function manifestOf(body: object, mediaType: string): Omit<BenchManifest, 'blobs'> {
  const bytes = Buffer.from(JSON.stringify(body));
  return { digest: digestOf(bytes), mediaType, bytes };
}

function describe({ mediaType, digest, bytes }: BenchManifest): object {
  return { mediaType, digest, size: bytes.length };
}

function wholeBody(bytes: Uint8Array) {
  return {
    start: undefined,
    length: undefined,
    mostBytes: Number.MAX_SAFE_INTEGER,
    bodyBytes: undefined,
    body: async (sink: (piece: Uint8Array) => Promise<void> | undefined) => void (await sink(new Uint8Array(bytes))),
  };
}

function absent(error: unknown): undefined {
  if (error instanceof RegistryError && error.code === 'BLOB_UNKNOWN') return undefined;
  throw error;
}
