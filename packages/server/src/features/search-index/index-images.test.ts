import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RepositoryName } from '@longshore/oci';
import { indexImages } from './index-images.ts';
import { pause } from './pause.ts';

const bytes = Buffer.from('{"annotations":{"vendor":"acme"}}');

/** As many manifests as that wait to be looked into, without a configuration. */
function waiting(count: number) {
  const left = new Set(Array.from({ length: count }, (_, index) => index + 1));
  const deps = {
    search: {
      listUnindexedManifests: async ({ after, limit }: { after: number; limit: number }) =>
        [...left]
          .filter((id) => id > after)
          .slice(0, limit)
          .map((manifestId) => ({ manifestId, repository: 'team/app' as RepositoryName, bytes })),
      indexManifests: async ({ manifests }: { manifests: readonly { readonly manifestId: number }[] }) => {
        for (const { manifestId } of manifests) left.delete(manifestId);
      },
    },
    content: { findBlob: async () => assert.fail('there is no configuration') },
    source: { open: async () => assert.fail() },
    logger: { info: assert.fail, warn: assert.fail, error: assert.fail },
  };
  return { left, deps };
}

test('many images are looked into fifty at a time, with a rest between, so that whoever pushes them is not held up', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { left, deps } = waiting(120);
  const ended = indexImages(deps, new AbortController().signal);
  const turns = async () => {
    for (let turn = 0; turn < 300; turn += 1) await nextTurn();
  };
  for (const rest of [70, 20]) {
    await turns();
    assert.equal(left.size, rest);
    t.mock.timers.tick(2000);
  }
  assert.equal(await ended, true);
  assert.equal(left.size, 0);
});

test('a rest ends when the process does, and leaves nothing behind', async () => {
  const stop = new AbortController();
  await pause(1, stop.signal);
  assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
  const long = pause(600_000, stop.signal);
  stop.abort();
  await long;
});
