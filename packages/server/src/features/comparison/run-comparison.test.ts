import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Comparison, ComparisonStore } from '../../registry/ports/comparison-store.ts';
import type { ImageComparer } from '../../registry/ports/image-comparer.ts';
import type { ComparisonDeps } from './comparison-deps.ts';
import { comparisonJob } from './run-comparison.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const manifest = { schemaVersion: 2, config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 0 }, layers: [] };
const begun: Comparison = { id: 1, summary: undefined, job: undefined };

/** Runs the job over an image without bytes, and answers what was done: compared, or finished. */
async function worked(known: Comparison | undefined, isWanted: boolean): Promise<string[]> {
  const done: string[] = [];
  const comparisons: Partial<ComparisonStore> = {
    findComparison: async () => known,
    addComparisonPages: async () => isWanted,
    finishComparison: async () => done.push('finished') > 0,
  };
  const comparer: Partial<ImageComparer> = {
    compare: async (_from, _to, { onPages }) => {
      done.push('compared');
      await onPages([{ change: 'added', lastPath: 'a', entries: new Uint8Array() }]);
      return {
        config: [],
        packages: [],
        counts: { added: 1, removed: 0, changed: 0 },
        isTruncated: false,
        hasUnreadPackages: false,
        bytesRead: 0,
      };
    },
  };
  const reader = { sizeBytes: 0, close: async () => undefined };
  const deps = {
    ...{ comparisons, comparer, clock: () => 0, blobs: { open: async () => reader } },
    content: {
      findManifest: async () => ({ bytes: Buffer.from(JSON.stringify(manifest)), mediaType: 'application/vnd.oci.image.manifest.v1+json' }),
      findBlob: async () => ({ sizeBytes: 0 }),
    },
  } as unknown as ComparisonDeps;
  const side = { repository: 'team/app', digest };
  const turn = { signal: new AbortController().signal, report: () => undefined, postpone: () => undefined };
  await comparisonJob(deps).run({ from: side, to: side }, turn);
  return done;
}

test('a comparison that is wanted is compared and kept', async () => {
  assert.deepEqual(await worked(begun, true), ['compared', 'finished']);
});

test('nothing is read for a comparison that a job which was cancelled found out in the meantime, or that is forgotten', async () => {
  assert.deepEqual(await worked({ ...begun, summary: '{}' }, true), []);
  assert.deepEqual(await worked(undefined, true), []);
});

test('a job ends, and does not fail, when somebody else has found it out while it compared', async () => {
  assert.deepEqual(await worked(begun, false), ['compared']);
});
