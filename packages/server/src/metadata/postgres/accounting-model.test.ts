import pg from 'pg';
import { describeAccountingModel } from '../accounting-model-bench.ts';
import { PostgresBench, patientMs } from './postgres-bench.ts';
import { openPostgresMetadata } from './postgres-metadata.ts';

const bench = PostgresBench.forThisFile();

if (bench !== undefined) {
  describeAccountingModel(
    'PostgreSQL',
    async () => {
      const url = await bench.newDatabase();
      const store = await openPostgresMetadata({ url, timeoutMs: patientMs });
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return {
        store,
        rows: async <T>(text: string) =>
          (await client.query<{ rows: T[] }>(`select coalesce(json_agg(t), '[]') as rows from (${text}) t`)).rows[0]?.rows ?? [],
        dispose: async () => {
          await client.end();
          await store.close();
        },
      };
    },
    10,
  );
}
