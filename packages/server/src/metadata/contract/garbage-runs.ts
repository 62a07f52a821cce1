import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { keptGarbageRuns } from '../../registry/ports/garbage-run-store.ts';
import { by, type OpenStore, storeTest } from './contract-steps.ts';

const report = { dryRun: false, manifests: 1, links: 2, blobs: 3, uploads: 4, orphans: 5, bytes: 6, failed: 0 };

/** What is remembered of garbage collections. */
export function describeGarbageRuns(open: OpenStore): void {
  describe('runs of garbage collection', () => {
    storeTest(open, 'are listed in pages, the newest first, with what they removed or why they failed', async ({ store, at }) => {
      const run = { startedAt: at, finishedAt: at + 5, by: by.actor, report, failure: undefined };
      await store.recordGarbageRun(run);
      await store.recordGarbageRun({ ...run, startedAt: at + 10, failure: 'x'.repeat(900) });
      const [newest, ...others] = await store.listGarbageRuns({ limit: 1 });
      assert.deepEqual([newest?.startedAt, newest?.failure, others], [at + 10, 'x'.repeat(500), []]);
      const [oldest, ...none] = await store.listGarbageRuns({ limit: 9, before: newest?.id });
      assert.deepEqual({ ...oldest, id: 0 }, { ...run, id: 0 });
      assert.deepEqual(none, []);
    });

    storeTest(open, 'are forgotten when there are very many', async ({ store, at }) => {
      const run = { startedAt: at, finishedAt: at, by: by.actor, report, failure: undefined };
      for (let count = 0; count < keptGarbageRuns + 3; count += 1) await store.recordGarbageRun(run);
      const runs = await store.listGarbageRuns({ limit: keptGarbageRuns + 100 });
      assert.equal(runs.length, keptGarbageRuns);
    });
  });
}
