import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeMetadataStore } from '../metadata-contract.ts';
import { openSqliteMetadata } from './sqlite-metadata.ts';

describeMetadataStore('SQLite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-metadata-'));
  const store = await openSqliteMetadata({ path: join(directory, 'metadata.db'), durability: 'relaxed' });
  return {
    store,
    dispose: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});
