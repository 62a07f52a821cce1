import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteMetadata } from '../../metadata/sqlite/sqlite-metadata.ts';
import { describeRetentionModel } from './retention-model-bench.ts';

describeRetentionModel(
  'SQLite',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'longshore-retention-'));
    const store = await openSqliteMetadata({ path: join(directory, 'metadata.db'), durability: 'relaxed' });
    return {
      store,
      dispose: async () => {
        await store.close();
        await rm(directory, { recursive: true });
      },
    };
  },
  60,
);
