import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { until } from '../../../../../test/security/until.ts';
import { type Pgbouncer, startPgbouncer } from '../../../../../test/tools/pgbouncer.ts';
import { findProgram, requirePrograms } from '../../../../../test/tools/programs.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import { app, StoreSteps } from '../contract/contract-steps.ts';
import { describeMetadataStore } from '../metadata-contract.ts';
import { PostgresBench, patientMs } from './postgres-bench.ts';
import { openPostgresMetadata } from './postgres-metadata.ts';

const bench = PostgresBench.forThisFile();
const hasPooler = findProgram('pgbouncer') !== undefined;

if (!hasPooler) test('pgbouncer is installed', (t) => void requirePrograms(t, 'pgbouncer'));

if (bench !== undefined && hasPooler) {
  let started: Promise<Pgbouncer> | undefined;
  after(async () => (await started)?.stop());
  /** The same database, through the pooler, which the first test starts. */
  const throughPooler = async (url: string) => {
    started ??= startPgbouncer(bench.server.port);
    return url.replace(/:\d+\//, `:${(await started).port}/`);
  };

  describeMetadataStore('PostgreSQL behind pgbouncer in transaction mode', async () => {
    const listenUrl = await bench.newDatabase();
    const url = await throughPooler(listenUrl);
    const store = await openPostgresMetadata({ url, listenUrl, cacheBytes: 1_000_000, timeoutMs: patientMs });
    await until(() => store.cacheFigures?.().isFresh === true);
    return { store, dispose: () => store.close() };
  });

  test('more work at once than the pooler has connections is all done, and none of it hears from another', async (t) => {
    const url = await throughPooler(await bench.newDatabase());
    const stores = await Promise.all([1, 2, 3].map(() => openPostgresMetadata({ url, maxConnections: 20, timeoutMs: patientMs })));
    t.after(() => Promise.all(stores.map((store) => store.close())));
    const digests = await Promise.all(
      Array.from({ length: 60 }, (_, index) => new StoreSteps(stores[index % 3] ?? assert.fail()).push(app, { tags: [`v${index}`] })),
    );
    const found = await Promise.all(
      digests.flatMap((_, index) => stores.map((store) => store.findManifest(app, { tag: `v${index}` as never }))),
    );
    assert.deepEqual(
      found.map((manifest) => manifest?.digest),
      digests.flatMap((digest) => [digest, digest, digest]),
    );
  });

  test('a statement that waits too long inside a transaction is ended there too', async (t) => {
    const url = await bench.newDatabase();
    // Long enough to be connected on any machine: that has to be done in the same time.
    const store = await openPostgresMetadata({ url: await throughPooler(url), timeoutMs: 10_000 });
    t.after(() => store.close());
    const error = await bench.whileLocked(url, 'lock table manifests', () =>
      new StoreSteps(store).push(app).then(
        () => undefined,
        (reason: unknown) => reason,
      ),
    );
    assert.ok(error instanceof StorageError && /57014/.test(error.message), String(error));
  });

  test('without metadata.listenUrl there is no cache, and it is said; with one that leads through the pooler too', async (t) => {
    const lines: string[] = [];
    const add = (message: string, fields?: { error?: unknown }) => void lines.push(`${message} ${fields?.error ?? ''}`);
    const logger: Logger = { info: add, warn: add, error: add };
    const url = await throughPooler(await bench.newDatabase());
    const without = await openPostgresMetadata({ url, cacheBytes: 1_000_000, logger });
    t.after(() => without.close());
    assert.equal(without.cacheFigures, undefined);
    assert.match(lines.join('\n'), /leads through a pooler, .*set metadata.listenUrl/);
    lines.length = 0;
    const pooled = await openPostgresMetadata({ url, listenUrl: url, cacheBytes: 1_000_000, logger });
    t.after(() => pooled.close());
    assert.equal(pooled.cacheFigures?.().isFresh, false);
    await until(() => /metadata.listenUrl leads through a pooler/.test(lines.join('\n')));
  });
}
