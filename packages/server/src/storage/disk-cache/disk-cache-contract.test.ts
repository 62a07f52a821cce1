import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import type { Digest } from '@longshore/oci';
import type { BlobLocation, BlobStore, UploadWriter } from '../../registry/ports/blob-store.ts';
import { describeContent } from '../contract/content.ts';
import type { ContractContext } from '../contract/contract-steps.ts';
import { mebibyte } from '../contract/contract-steps.ts';
import { describeReading } from '../contract/reading.ts';
import { createMemoryStore } from '../memory/memory-store.ts';
import { DiskCache } from './disk-cache.ts';

interface Known {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** A store whose blobs are read through a cache, `warm`: from its files, else while they are fetched. */
function readThrough(store: BlobStore, cache: (store: BlobStore) => DiskCache, isWarm: boolean): BlobStore {
  const known = new Map<BlobLocation, Known>();
  const cached = cache(store);
  const open = async (location: BlobLocation) => {
    const { digest, sizeBytes } = known.get(location) as Known;
    return cached.open({ digest, sizeBytes, location, store: 'distant', renewedAt: 0 });
  };
  const counting = (writer: UploadWriter): UploadWriter => {
    let sizeBytes = 0;
    return {
      write: async (pieces) => {
        for (const piece of pieces) sizeBytes += piece.length;
        await writer.write(pieces);
      },
      checkpoint: () => writer.checkpoint(),
      truncate: (offset) => writer.truncate(offset),
      close: () => writer.close(),
      commit: async (digest) => {
        const location = await writer.commit(digest);
        known.set(location, { digest, sizeBytes });
        if (!isWarm) return location;
        const reader = await open(location);
        if (sizeBytes > 0) await reader?.read(0, sizeBytes - 1, () => undefined);
        await reader?.close();
        return location;
      },
    };
  };
  return {
    createUpload: async (key) => counting(await store.createUpload(key)),
    resumeUpload: (previous, epoch, onBytes) => store.resumeUpload(previous, epoch, onBytes),
    discardUpload: (position) => store.discardUpload(position),
    delete: (location) => store.delete(location),
    list: (cursor, limit) => store.list(cursor, limit),
    probe: () => store.probe(),
    close: () => store.close(),
    open,
  };
}

for (const isWarm of [false, true]) {
  describe(`a ${isWarm ? 'warm' : 'cold'} disk cache as a source of blobs`, () => {
    const context = {} as ContractContext;
    let directory = '';
    let uploads = 0;
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'longshore-disk-cache-'));
      const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
      const cache = (store: BlobStore) =>
        new DiskCache({
          source: { open: ({ location }) => store.open(location) },
          covers: () => true,
          directory,
          mostBytes: 500 * mebibyte,
          logger,
          now: Date.now,
        });
      context.newId = () => {
        uploads += 1;
        return `upload-${uploads}`;
      };
      context.open = async () => readThrough(createMemoryStore(), cache, isWarm);
      context.store = await context.open();
    });
    after(() => rm(directory, { recursive: true }));
    describeContent(context);
    describeReading(context);
  });
}
