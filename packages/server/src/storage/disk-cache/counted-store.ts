import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { BlobSource } from '../../registry/ports/blob-source.ts';
import type { BlobReader, BlobStore } from '../../registry/ports/blob-store.ts';
import type { StoredBlob } from '../../registry/ports/content-store.ts';
import { collect, digestOf } from '../contract/contract-steps.ts';
import { createMemoryStore } from '../memory/memory-store.ts';
import { heldName, shardOf } from './cache-file-names.ts';
import { DiskCache, type DiskCacheDeps } from './disk-cache.ts';

/** For tests: a store that stands for a distant one, counts what it is asked, and holds its bytes back when told to. */
export class CountedStore implements BlobSource {
  readonly store: BlobStore = createMemoryStore();
  opened = 0;
  /** Called before each piece that is read; what it returns is waited for, what it throws is thrown. */
  beforePiece: ((sent: number) => Promise<void> | undefined) | undefined;

  async open({ location }: StoredBlob): Promise<BlobReader | undefined> {
    this.opened += 1;
    const reader = await this.store.open(location);
    if (reader === undefined) return undefined;
    return {
      sizeBytes: reader.sizeBytes,
      read: (start, end, sink, signal) => {
        let sent = 0;
        const slow = async (piece: Uint8Array): Promise<void> => {
          await this.beforePiece?.(sent);
          signal?.throwIfAborted();
          await sink(piece);
          sent += piece.length;
        };
        return reader.read(start, end, slow, signal);
      },
      close: () => reader.close(),
    };
  }

  /** Stores these bytes, which are said to be those of `digest`. */
  async push(content: Buffer, digest = digestOf(content)): Promise<StoredBlob> {
    const writer = await this.store.createUpload({ id: randomBytes(8).toString('hex'), epoch: 1 });
    await writer.write([content]);
    return { digest, sizeBytes: content.length, store: 'distant', location: await writer.commit(digest), renewedAt: 0 };
  }
}

/** For tests: caches over one counted store and one directory, each as a process of its own would have it. */
export interface CacheBench {
  readonly store: CountedStore;
  readonly directory: string;
  readonly complaints: string[];
  /** The time, for all caches. */
  nowMs: number;
  open(deps?: Partial<DiskCacheDeps>): DiskCache;
}

/** Makes a bench whose directory goes with the test. */
export async function cacheBench(t: TestContext, mostBytes: number): Promise<CacheBench> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-disk-cache-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const store = new CountedStore();
  const complaints: string[] = [];
  const complain = (message: string) => void complaints.push(message);
  const logger = { info: complain, warn: complain, error: complain };
  const bench: CacheBench = {
    store,
    directory,
    complaints,
    nowMs: Date.now(),
    open: (deps = {}) =>
      new DiskCache({
        source: store,
        covers: (name) => name === 'distant',
        directory,
        mostBytes,
        logger,
        now: () => bench.nowMs,
        ...deps,
      }),
  };
  return bench;
}

/** Pulls a range, or all of a blob. */
export async function pull(source: BlobSource, blob: StoredBlob, start = 0, end = blob.sizeBytes - 1): Promise<Buffer> {
  const reader = await source.open(blob, { start, end });
  assert.ok(reader !== undefined);
  return collect(reader, start, end).finally(() => reader.close());
}

/** The file that a whole blob has below the directory of a cache. */
export function fileOf(directory: string, blob: StoredBlob): string {
  return join(directory, shardOf(blob.digest), heldName(blob));
}
