import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describeAccountingModel } from '../accounting-model-bench.ts';
import { openSqliteMetadata } from './sqlite-metadata.ts';

describeAccountingModel(
  'SQLite',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'longshore-accounts-'));
    const path = join(directory, 'metadata.db');
    const store = await openSqliteMetadata({ path, durability: 'relaxed' });
    const database = new DatabaseSync(path, { readOnly: true });
    return {
      store,
      rows: async <T>(text: string) =>
        database
          .prepare(text)
          .all()
          .map((row) => ({ ...row })) as T[],
      dispose: async () => {
        database.close();
        await store.close();
        await rm(directory, { recursive: true });
      },
    };
  },
  60,
);
