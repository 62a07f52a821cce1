import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type ComparedPair, mostComparisons } from '../../registry/ports/comparison-store.ts';
import { by, byActor, newDigest, type OpenStore, type StoreSteps, storeTest } from './contract-steps.ts';

const lease = { claimant: 'a', leaseMs: 60_000 };

/** Results of comparisons and the jobs that find them out. */
export function describeComparisons(open: OpenStore): void {
  const newPair = (): ComparedPair => ({ from: newDigest(), to: newDigest('sha512') });
  const start = ({ store, at }: StoreSteps, pair: ComparedPair, asker = by) =>
    store.startComparison({ ...pair, jobInput: { about: pair.from }, by: asker, at });
  const page = (lastPath: string, change: 'added' | 'removed' = 'added') => ({
    change,
    lastPath,
    entries: Buffer.from(`up to ${lastPath}`),
  });
  const finish = async (steps: StoreSteps, pair: ComparedPair, pages = [page('m'), page('z')]) => {
    const { store, at } = steps;
    await store.addComparisonPages({ ...pair, turn: 'one', pages });
    return store.finishComparison({ ...pair, turn: 'one', summary: '{"found":1}', at });
  };

  describe('comparisons', () => {
    storeTest(open, 'are found out once, however many ask at once, and are known then', async (steps) => {
      const { store } = steps;
      const pair = newPair();
      assert.equal(await store.findComparison(pair), undefined);
      const begun = await Promise.all(Array.from({ length: 5 }, () => start(steps, pair)));
      assert.deepEqual(new Set(begun.map((each) => JSON.stringify(each))).size, 1);
      const claimed = await store.claimJob({ names: ['comparison'], ...lease });
      assert.deepEqual(claimed?.input, { about: pair.from });
      assert.equal(await store.claimJob({ names: ['comparison'], ...lease }), undefined);
      const known = await store.findComparison(pair);
      assert.deepEqual([known?.summary, known?.job?.state, known?.job?.requestedBy], [undefined, 'running', by.actor]);
      assert.equal(await finish(steps, pair), true);
      assert.equal((await store.findComparison(pair))?.summary, '{"found":1}');
      assert.equal((await start(steps, pair)).outcome, 'known');
      assert.equal((await store.findComparison({ from: pair.to, to: pair.from }))?.id, undefined, 'the other way round is another');
    });

    storeTest(open, 'show the pages of the turn that finished, and of no other', async (steps) => {
      const { store, at } = steps;
      const pair = newPair();
      await start(steps, pair);
      const { id } = (await store.findComparison(pair)) ?? assert.fail();
      await store.addComparisonPages({ ...pair, turn: 'died', pages: [page('c'), page('z', 'removed')] });
      assert.equal(await store.findComparisonPage(id, 'added', ''), undefined, 'not before it is finished');
      assert.equal(await finish(steps, pair), true);
      assert.equal(await store.finishComparison({ ...pair, turn: 'died', summary: '{}', at }), false, 'somebody else was faster');
      assert.equal(await store.addComparisonPages({ ...pair, turn: 'late', pages: [page('q')] }), false);
      const found = async (change: 'added' | 'removed', path: string) => (await store.findComparisonPage(id, change, path))?.lastPath;
      assert.deepEqual([await found('added', ''), await found('added', 'm'), await found('added', 'm\u0001')], ['m', 'm', 'z']);
      assert.deepEqual([await found('added', 'z\u0001'), await found('removed', '')], [undefined, undefined]);
      assert.equal(Buffer.from((await store.findComparisonPage(id, 'added', ''))?.entries ?? []).toString(), 'up to m');
    });

    storeTest(open, 'begin anew when they failed or were cancelled', async (steps) => {
      const { store, at } = steps;
      const pair = newPair();
      await start(steps, pair);
      const first = (await store.findComparison(pair))?.job ?? assert.fail();
      await store.cancelJob({ id: first.id, by, at });
      assert.equal((await store.findComparison(pair))?.job?.state, 'cancelled');
      assert.equal((await start(steps, pair)).outcome, 'queued');
      const second = (await store.findComparison(pair))?.job ?? assert.fail();
      assert.notEqual(second.id, first.id);
      await store.claimJob({ names: ['comparison'], ...lease });
      await store.finishJob({ id: second.id, attempts: 1, ending: { outcome: 'failed', failure: 'gone' }, at, report: {} });
      assert.equal((await store.findComparison(pair))?.job?.failure, 'gone');
      assert.equal((await start(steps, pair)).outcome, 'queued');
    });

    storeTest(open, 'are asked for by one person no more than a few at once', async (steps) => {
      const pairs = Array.from({ length: 5 }, newPair);
      for (const pair of pairs.slice(0, 4)) assert.equal((await start(steps, pair)).outcome, 'queued');
      const [, , , , fifth = newPair()] = pairs;
      assert.deepEqual(await start(steps, fifth), { outcome: 'too-many', limit: 4 });
      assert.equal(await steps.store.findComparison(fifth), undefined);
      assert.equal((await start(steps, fifth, byActor('user:78:other'))).outcome, 'queued');
      await finish(steps, pairs[0] ?? fifth);
      assert.equal((await start(steps, newPair())).outcome, 'queued', 'one is found out');
    });

    storeTest(open, 'are forgotten, with their pages, when others were asked for since', async (steps) => {
      const { store } = steps;
      const kept = newPair();
      const old = newPair();
      const made = async (pair: ComparedPair) => {
        steps.at += 1;
        await start(steps, pair, byActor(`user:${steps.at}:each`));
        await finish(steps, pair, [page('m')]);
      };
      await made(kept);
      await made(old);
      const { id } = (await store.findComparison(old)) ?? assert.fail();
      for (let count = 2; count < mostComparisons; count += 1) await made(newPair());
      steps.at += 1;
      assert.equal((await start(steps, kept)).outcome, 'known', 'which counts as a use');
      await made(newPair());
      assert.equal(await store.findComparison(old), undefined);
      assert.equal(await store.findComparisonPage(id, 'added', ''), undefined);
      assert.notEqual((await store.findComparison(kept))?.summary, undefined);
    });
  });
}
