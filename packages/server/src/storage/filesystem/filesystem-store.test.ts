import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBlobStore } from '../blob-store-contract.ts';
import { openFilesystemStore } from './filesystem-store.ts';

// On a real NFS: test/shared-directory.
for (const [name, settings] of [
  ['full', { durability: 'full' }],
  ['relaxed', { durability: 'relaxed' }],
  ['shared', { durability: 'full', shared: true }],
] as const) {
  describeBlobStore(`A filesystem directory (${name})`, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'longshore-store-'));
    return {
      ...(name === 'shared' ? { lateAbsence: true } : {}),
      open: () => openFilesystemStore({ directory, ...settings }),
      dispose: () => rm(directory, { recursive: true }),
    };
  });
}
