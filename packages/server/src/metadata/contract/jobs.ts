import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, storeTest } from './contract-steps.ts';

const lease = { claimant: 'worker', leaseMs: 60_000 };

function enqueue({ store, at }: StoreSteps, name: string, more: { dedupeKey?: string; projectId?: number; input?: unknown } = {}) {
  return store.enqueueJob({ name, input: {}, requestedBy: by.actor, at, ...more });
}

/** The queue of jobs: who gets which, and what becomes of it. */
export function describeJobs(open: OpenStore): void {
  describe('jobs', () => {
    storeTest(open, 'a job is claimed once, tells how far it is, and ends', async (steps) => {
      const { store, at } = steps;
      const { id, created } = await enqueue(steps, 'sweep', { input: { depth: 2 } });
      assert.equal(created, true);
      assert.equal(await store.claimJob({ names: ['other'], ...lease }), undefined);
      const claimed = await store.claimJob({ names: ['other', 'sweep'], ...lease });
      assert.deepEqual(claimed, { id, name: 'sweep', input: { depth: 2 }, attempts: 1 });
      assert.equal(await store.claimJob({ names: ['sweep'], ...lease }), undefined);
      const report = { progress: { seen: 5 }, lines: ['first', 'second'] };
      assert.equal(await store.renewJob({ id, attempts: 1, leaseMs: 60_000, at, report }), 'held');
      assert.equal(await store.finishJob({ id, attempts: 1, ending: { outcome: 'done' }, at, report: { lines: ['third'] } }), true);
      const job = await store.findJob(id);
      assert.deepEqual(
        [job?.state, job?.progress, job?.log.map(({ text }) => text), job?.finishedAt, job?.requestedBy],
        ['done', { seen: 5 }, ['first', 'second', 'third'], at, by.actor],
      );
      assert.equal(await store.finishJob({ id, attempts: 1, ending: { outcome: 'done' }, at, report: {} }), false);
    });

    storeTest(open, 'what a job says is bounded', async (steps) => {
      const { store, at } = steps;
      const { id } = await enqueue(steps, 'sweep');
      await store.claimJob({ names: ['sweep'], ...lease });
      const lines = Array.from({ length: 150 }, (_, index) => `${index} ${'x'.repeat(1000)}`);
      await store.renewJob({ id, attempts: 1, leaseMs: 60_000, at, report: { lines } });
      await store.renewJob({ id, attempts: 1, leaseMs: 60_000, at, report: { lines: ['last'] } });
      const log = (await store.findJob(id))?.log ?? [];
      assert.equal(log.length, 100);
      assert.equal(log.at(-1)?.text, 'last');
      assert.ok(log.every(({ text }) => text.length <= 500));
    });

    storeTest(open, 'what was asked for and has not ended is not asked for twice', async (steps) => {
      const { store, at } = steps;
      const asked = await Promise.all(Array.from({ length: 5 }, () => enqueue(steps, 'sweep', { dedupeKey: 'sweep:1' })));
      assert.equal(new Set(asked.map(({ id }) => id)).size, 1);
      assert.equal(asked.filter(({ created }) => created).length, 1);
      assert.equal((await enqueue(steps, 'sweep', { dedupeKey: 'sweep:2' })).created, true);
      const claimed = await store.claimJob({ names: ['sweep'], ...lease });
      assert.equal((await enqueue(steps, 'sweep', { dedupeKey: 'sweep:1' })).created, false, 'also while it runs');
      await store.finishJob({ id: claimed?.id ?? 0, attempts: 1, ending: { outcome: 'done' }, at, report: {} });
      assert.equal((await enqueue(steps, 'sweep', { dedupeKey: 'sweep:1' })).created, true);
    });

    storeTest(open, 'workers at once never get the same job', async (steps) => {
      const ids = [];
      for (let count = 0; count < 6; count += 1) ids.push((await enqueue(steps, 'sweep')).id);
      const claims = await Promise.all(Array.from({ length: 10 }, () => steps.store.claimJob({ names: ['sweep'], ...lease })));
      const got = claims.flatMap((claim) => (claim === undefined ? [] : [claim.id]));
      assert.equal(new Set(got).size, got.length);
      for (let rest = await steps.store.claimJob({ names: ['sweep'], ...lease }); rest !== undefined; ) {
        got.push(rest.id);
        rest = await steps.store.claimJob({ names: ['sweep'], ...lease });
      }
      assert.deepEqual(got.sort(), ids.sort());
    });

    storeTest(open, 'a claim that ran out is somebody else’s, and its former worker changes nothing any more', async (steps) => {
      const { store, at } = steps;
      const { id } = await enqueue(steps, 'sweep');
      await store.claimJob({ names: ['sweep'], claimant: 'slow', leaseMs: 0 });
      const second = await store.claimJob({ names: ['sweep'], claimant: 'quick', leaseMs: 60_000 });
      assert.deepEqual([second?.id, second?.attempts], [id, 2]);
      assert.equal(await store.renewJob({ id, attempts: 1, leaseMs: 60_000, at, report: {} }), 'lost');
      assert.equal(await store.finishJob({ id, attempts: 1, ending: { outcome: 'done' }, at, report: {} }), false);
      assert.equal(await store.finishJob({ id, attempts: 2, ending: { outcome: 'done' }, at, report: {} }), true);
    });

    storeTest(
      open,
      'a job that failed comes again after its delay, until it has failed for good; then somebody may retry it',
      async (steps) => {
        const { store, at } = steps;
        const { id } = await enqueue(steps, 'sweep', { dedupeKey: 'sweep' });
        await store.claimJob({ names: ['sweep'], ...lease });
        assert.equal(await store.retryJob({ id, at, by }), 'not-ended');
        const failing = { id, at, report: {} };
        await store.finishJob({ ...failing, attempts: 1, ending: { outcome: 'retry', failure: 'away', delayMs: 60_000 } });
        assert.equal(await store.claimJob({ names: ['sweep'], ...lease }), undefined, 'not yet');
        assert.equal((await enqueue(steps, 'sweep', { dedupeKey: 'sweep' })).id, id, 'it has not ended');
        assert.deepEqual([(await store.findJob(id))?.state, (await store.findJob(id))?.failure], ['queued', 'away']);
        assert.equal(await store.cancelJob({ id, at, by }), 'cancelled');
        assert.equal(await store.cancelJob({ id, at, by }), 'ended');
        assert.equal(await store.retryJob({ id, at, by }), 'queued');
        assert.equal((await store.claimJob({ names: ['sweep'], ...lease }))?.attempts, 1);
        await store.finishJob({ ...failing, attempts: 1, ending: { outcome: 'failed', failure: 'broken' } });
        assert.equal((await store.findJob(id))?.failure, 'broken');
        assert.equal(await store.retryJob({ id: id + 1, at, by }), 'absent');
        assert.equal(await store.cancelJob({ id: id + 1, at, by }), 'absent');
      },
    );

    storeTest(open, 'a job that is postponed waits without a try, and is nobody’s meanwhile', async (steps) => {
      const { store, at } = steps;
      const { id } = await enqueue(steps, 'sweep', { dedupeKey: 'sweep' });
      await store.claimJob({ names: ['sweep'], claimant: 'slow', leaseMs: 0 });
      await store.claimJob({ names: ['sweep'], ...lease });
      const ending = { outcome: 'postponed', failure: 'busy', delayMs: 0 } as const;
      assert.equal(await store.finishJob({ id, attempts: 2, ending, at, report: {} }), true);
      const { state, failure, attempts } = (await store.findJob(id)) ?? assert.fail();
      assert.deepEqual([state, failure, attempts], ['queued', 'busy', 1]);
      assert.equal((await enqueue(steps, 'sweep', { dedupeKey: 'sweep' })).id, id, 'it has not ended');
      assert.equal(await store.renewJob({ id, attempts: 1, leaseMs: 60_000, at, report: {} }), 'lost', 'the slow one is late');
      assert.equal((await store.claimJob({ names: ['sweep'], ...lease }))?.attempts, 2);
      await store.cancelJob({ id, at, by });
      await store.finishJob({ id, attempts: 2, ending, at, report: {} });
      assert.equal((await store.findJob(id))?.state, 'cancelled');
    });

    storeTest(open, 'a job that runs is told to end, and does not come again when it failed instead', async (steps) => {
      const { store, at } = steps;
      const { id } = await enqueue(steps, 'sweep');
      await store.claimJob({ names: ['sweep'], ...lease });
      assert.equal(await store.cancelJob({ id, at, by }), 'cancelling');
      assert.equal(await store.renewJob({ id, attempts: 1, leaseMs: 60_000, at, report: {} }), 'cancelled');
      await store.finishJob({ id, attempts: 1, ending: { outcome: 'retry', failure: 'x', delayMs: 0 }, at, report: {} });
      assert.equal((await store.findJob(id))?.state, 'cancelled');
    });

    storeTest(open, 'jobs are listed newest first, those of a project apart, and forgotten when they have ended', async (steps) => {
      const { store, at } = steps;
      await steps.push(app, { tags: ['v1'] });
      const projectId = (await store.findRepository(app))?.projectId ?? 0;
      const ids = [];
      for (let count = 0; count < 5; count += 1) {
        ids.unshift((await enqueue(steps, 'sweep', count % 2 === 0 ? { projectId } : {})).id);
      }
      const first = await store.listJobs({}, { limit: 3 });
      const rest = await store.listJobs({}, { limit: 3, before: first.at(-1)?.id });
      assert.deepEqual(
        [...first, ...rest].map(({ id }) => id),
        ids,
      );
      const own = await store.listJobs({ projectId }, { limit: 10 });
      assert.deepEqual(
        own.map(({ id, project }) => [id, project]),
        [ids[0], ids[2], ids[4]].map((id) => [id, 'team']),
      );
      await store.cancelJob({ id: ids[0] ?? 0, at, by });
      assert.equal(await store.forgetJobs({ before: 1 }), 0);
      assert.equal(await store.forgetJobs({ before: Date.now() + 60_000 }), 1);
      assert.equal(await store.findJob(ids[0] ?? 0), undefined);
    });
  });
}
