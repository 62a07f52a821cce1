import assert from 'node:assert/strict';
import cluster from 'node:cluster';
import { type TestContext, test } from 'node:test';
import type { Server } from '../compose.ts';
import { holdSettings } from '../config/held-settings.ts';
import { loadConfig } from '../config/load.ts';
import type { Backends } from '../open-backends.ts';
import { openSharedPort } from '../processes/shared-port.ts';
import { WorkerProcess } from '../processes/worker-process.ts';
import { serve } from './serve.ts';

const noFile = (): string => assert.fail('no file is read');
const loaded = loadConfig(['--workers', '2'], {}, noFile);
if ('problems' in loaded) assert.fail(JSON.stringify(loaded.problems));
const { config, effective } = loaded;
const failing = 'fails after it listens';

// This file is also the worker that the tests start.
if (cluster.isWorker) {
  await serve({ config, effective, openBackends, loadComposition, startWriter: () => assert.fail('a worker has no writer') });
  process.disconnect();
} else {
  test('a worker whose start is behind it is told to listen, and ends in order', async (t) => {
    const worker = await startWorker(t, 'starts');
    await worker.listening;
    await worker.drain(0, 600_000);
    assert.equal(await worker.ended, 'exit code 0');
  });

  test('a worker whose start fails after it accepts connections never counts as listening: no old one would be ended for it', async (t) => {
    const worker = await startWorker(t, failing);
    await assert.rejects(worker.listening, /ended before it listened \(exit code 1\)/);
  });
}

async function startWorker(t: TestContext, how: string): Promise<WorkerProcess> {
  const { handle } = await openSharedPort('127.0.0.1', 0);
  t.after(() => handle.close());
  cluster.setupPrimary({ exec: import.meta.filename, args: [how], execArgv: [], silent: true });
  const begin = { type: 'begin', held: holdSettings({ config, effective }), writerSocket: undefined, isReload: false } as const;
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  return new WorkerProcess({ begin, port: handle, stuckMs: 600_000, logger }, false);
}

/** Whatever is told to the supervisor before this arrives there before the worker's end does. */
function toldSoFar(): Promise<void> {
  return new Promise((resolve) => process.send?.({ type: 'starting' }, undefined, undefined, () => resolve()));
}

/** Nothing of these servers stores anything. */
async function openBackends(): Promise<Backends> {
  return {} as Backends;
}

async function loadComposition() {
  const server = {
    listener: { listenOn: async () => ({ address: '', family: '', port: 0 }) },
    start: async () => {
      await toldSoFar();
      if (process.argv.includes(failing)) throw new Error(failing);
    },
    stop: async () => undefined,
  };
  return { composeServer: async () => server as unknown as Server };
}
