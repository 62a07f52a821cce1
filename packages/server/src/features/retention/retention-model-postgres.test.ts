import { PostgresBench, patientMs } from '../../metadata/postgres/postgres-bench.ts';
import { openPostgresMetadata } from '../../metadata/postgres/postgres-metadata.ts';
import { describeRetentionModel } from './retention-model-bench.ts';

const bench = PostgresBench.forThisFile();

if (bench !== undefined) {
  describeRetentionModel(
    'PostgreSQL',
    async () => {
      const store = await openPostgresMetadata({ url: await bench.newDatabase(), timeoutMs: patientMs });
      return { store, dispose: () => store.close() };
    },
    12,
  );
}
