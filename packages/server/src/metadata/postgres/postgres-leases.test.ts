import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { app, StoreSteps } from '../contract/contract-steps.ts';
import { PostgresBench } from './postgres-bench.ts';
import { openPostgresMetadata } from './postgres-metadata.ts';

const bench = PostgresBench.forThisFile();
const holderPath = fileURLToPath(new URL('./lease-holder-bench.ts', import.meta.url));
/** A holder renews it three times in that; a busy machine may not let it for one of them. */
const ttlMs = 5000;
const minutes = 60_000;

/** Another process that holds the lease, by a clock of its own. */
async function startHolder(t: TestContext, url: string, skewMs: number, digest: string) {
  const child = spawn(process.execPath, [holderPath, url, String(skewMs), String(ttlMs), digest], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => (await lines.next()).value;
  assert.equal(await next(), 'held');
  return {
    signal: (name: NodeJS.Signals) => child.kill(name),
    remove: () => {
      child.stdin.write('remove\n');
      return next();
    },
    end: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

if (bench !== undefined) {
  for (const skewMs of [-5 * minutes, 5 * minutes]) {
    test(`a holder whose clock is wrong by ${skewMs / minutes} minutes keeps its lease while it lives, and is fenced off when it stood still`, async (t) => {
      const url = await bench.newDatabase();
      const store = await openPostgresMetadata({ url });
      t.after(() => store.close());
      const steps = new StoreSteps(store);
      const digests = [await steps.blob(app), await steps.blob(app)] as const;
      const ours = { name: 'gc', holder: 'ours', ttlMs: minutes };
      const holder = await startHolder(t, url, skewMs, digests[0]);
      const until = performance.now() + 1.5 * ttlMs;
      while (performance.now() < until) {
        assert.equal(await store.acquireLease(ours), undefined, 'taken from a holder that renews it');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.equal(await holder.remove(), 'removed 1');
      await steps.blob(app, digests[0]);
      holder.signal('SIGSTOP');
      const from = performance.now();
      while ((await store.acquireLease(ours)) === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
      assert.ok(performance.now() - from < minutes, 'not when the clock of the holder says');
      const refusal = holder.remove();
      holder.signal('SIGCONT');
      assert.match(String(await refusal), /^refused: .*The lease 'gc' was taken over/);
      assert.notEqual(await store.findBlob(app, digests[0]), undefined);
      await holder.end();
      assert.equal(
        (await store.acquireLease({ ...ours, holder: 'third' })) === undefined,
        true,
        'the end of the former holder frees nothing',
      );
    });
  }

  test('a lease is not taken over in the middle of a transaction that relies on it', async (t) => {
    const url = await bench.newDatabase();
    const store = await openPostgresMetadata({ url });
    t.after(() => store.close());
    const steps = new StoreSteps(store);
    const blob = await steps.blob(app);
    const repositoryId = (await store.findRepository(app))?.id ?? 0;
    const { fencingToken: token } = (await store.acquireLease({ name: 'gc', holder: 'a', ttlMs: 1 })) ?? assert.fail('not acquired');
    const order: string[] = [];
    const both = await bench.whileLocked(url, 'select 1 from repository_blobs for update', async (waiting) => {
      const links = [{ repositoryId, digest: blob }];
      const removal = store.removeUnreferencedLinks({ before: steps.at + 1, links, fence: { lease: 'gc', token } });
      const removed = removal.then((count) => order.push(`removed ${count}`));
      await waiting(1);
      const taken = store
        .acquireLease({ name: 'gc', holder: 'b', ttlMs: 1000 })
        .then((lease) => order.push(`taken ${lease !== undefined}`));
      await waiting(2);
      return { both: Promise.all([removed, taken]) };
    });
    await both.both;
    assert.deepEqual(order, ['removed 1', 'taken true']);
  });
}
