import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBlobStore } from '../blob-store-contract.ts';
import { openFilesystemStore } from './filesystem-store.ts';

for (const durability of ['full', 'relaxed'] as const) {
  describeBlobStore(`A filesystem directory (${durability})`, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'longshore-store-'));
    return {
      open: () => openFilesystemStore({ directory, durability }),
      dispose: () => rm(directory, { recursive: true }),
    };
  });
}
