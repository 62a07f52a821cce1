import { until } from '../../../../../test/security/until.ts';
import { describeMetadataStore } from '../metadata-contract.ts';
import { PostgresBench, patientMs } from './postgres-bench.ts';
import { openPostgresMetadata } from './postgres-metadata.ts';

const bench = PostgresBench.forThisFile();

if (bench !== undefined) {
  describeMetadataStore('PostgreSQL', async () => {
    const store = await openPostgresMetadata({ url: await bench.newDatabase(), cacheBytes: 1_000_000, timeoutMs: patientMs });
    // Before that the cache is not used.
    await until(() => store.cacheFigures?.().isFresh === true);
    return { store, dispose: () => store.close() };
  });
}
