import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { app, StoreSteps } from '../../metadata/contract/contract-steps.ts';
import { openSqliteMetadata } from '../../metadata/sqlite/sqlite-metadata.ts';
import { runRetention } from './run-retention.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

test('a run that finds another busy waits for it, or until it is cancelled', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-run-'));
  const store = await openSqliteMetadata({ path: join(directory, 'metadata.db'), durability: 'relaxed' });
  t.after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  await new StoreSteps(store).push(app, { tags: ['v1'] });
  const { projectId } = (await store.findRepository(app)) ?? assert.fail();
  const task = { projectId, project: 'team', rules: [], tags: true, graceMs: 0, untaggedAfterMs: undefined, allowEmpty: false };
  const busy = { name: `retention:${projectId}`, holder: 'another run' };
  let asked: () => void = () => undefined;
  const leases = {
    ...store,
    acquireLease: async (input: Parameters<typeof store.acquireLease>[0]) => {
      const lease = await store.acquireLease(input);
      if (lease === undefined) asked();
      return lease;
    },
    releaseLease: store.releaseLease.bind(store),
  };
  const deps = { retention: store, leases, logger: silent, clock: Date.now, graceMs: 0 };
  const stop = new AbortController();
  const start = () => runRetention(deps, task, { kind: 'policy', requestedBy: 'test', signal: stop.signal });
  const refused = () => new Promise<void>((resolve) => (asked = resolve));

  assert.ok(await store.acquireLease({ ...busy, ttlMs: 60_000 }));
  const waiting = refused();
  const run = start();
  await waiting;
  await store.releaseLease(busy);
  assert.deepEqual([(await run).outcome, (await run).tagsKept], ['done', 1]);

  assert.ok(await store.acquireLease({ ...busy, ttlMs: 60_000 }));
  const again = refused();
  const cancelled = start();
  await again;
  stop.abort(new Error('enough'));
  await assert.rejects(cancelled, /enough/);
});
