import { mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describeBlobStore } from '../../../packages/server/src/storage/blob-store-contract.ts';
import { openFilesystemStore } from '../../../packages/server/src/storage/filesystem/filesystem-store.ts';
import { hosts } from './mounts.ts';

describeBlobStore('A directory on NFS, opened on two hosts by turns', async () => {
  const made = await mkdtemp(join(hosts[0], 'contract-'));
  let opened = 0;
  return {
    lateAbsence: true,
    open() {
      const host = hosts[opened % 2] ?? hosts[0];
      opened += 1;
      return openFilesystemStore({ directory: join(host, basename(made)), durability: opened % 4 < 2 ? 'full' : 'relaxed' });
    },
    dispose: () => rm(made, { recursive: true }),
  };
});
