import { describeMetadataStore } from '../metadata-contract.ts';
import { PostgresBench } from './postgres-bench.ts';
import { openPostgresMetadata } from './postgres-metadata.ts';

const bench = PostgresBench.forThisFile();

if (bench !== undefined) {
  describeMetadataStore('PostgreSQL', async () => {
    const store = await openPostgresMetadata({ url: await bench.newDatabase() });
    return { store, dispose: () => store.close() };
  });
}
