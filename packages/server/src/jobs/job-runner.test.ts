import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openSqliteMetadata } from '../metadata/sqlite/sqlite-metadata.ts';
import { systemAgent } from '../registry/ports/agent.ts';
import type { JobStore } from '../registry/ports/job-store.ts';
import type { MetadataStore } from '../registry/ports/metadata-store.ts';
import type { QueuedJob } from '../registry/ports/queued-job.ts';
import { type JobRunner, startJobs } from './job-runner.ts';

let directory: string;
let metadata: MetadataStore;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-jobs-'));
  metadata = await openSqliteMetadata({ path: join(directory, 'metadata.db'), durability: 'relaxed' });
});
after(async () => {
  await metadata.close();
  await rm(directory, { recursive: true });
});

function start(jobs: readonly QueuedJob[], options: { store?: JobStore; leaseMs?: number; errors?: string[] } = {}): JobRunner {
  const { store = metadata, leaseMs = 60_000, errors = [] } = options;
  const logger = { info: () => undefined, warn: () => undefined, error: (message: string) => void errors.push(message) };
  return startJobs({ store, jobs, logger, clock: Date.now, claimant: 'test', pollMs: 2, leaseMs });
}

const enqueue = (name: string, input: unknown = {}) => metadata.enqueueJob({ name, input, requestedBy: 'test', at: Date.now() });

/** Waits until the job is in that state. */
async function reaches(id: number, state: string): Promise<void> {
  for (;;) {
    const job = await metadata.findJob(id);
    if (job?.state === state) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a job gets its input, its report is kept, and it is done', async () => {
  const seen: unknown[] = [];
  const runner = start([
    {
      name: 'count',
      attempts: 3,
      run: async (input, { report }) => {
        seen.push(input);
        report({ progress: { done: 7 }, lines: ['seven'] });
      },
    },
  ]);
  const { id } = await enqueue('count', { to: 7 });
  runner.wake();
  await reaches(id, 'done');
  await runner.stop();
  const job = await metadata.findJob(id);
  assert.deepEqual([seen, job?.progress, job?.log.map(({ text }) => text)], [[{ to: 7 }], { done: 7 }, ['seven']]);
});

test('a job that throws has failed after its last attempt, and its failure is told', async () => {
  const runner = start([
    {
      name: 'break',
      attempts: 1,
      run: async () => {
        throw new Error('broken');
      },
    },
  ]);
  const { id } = await enqueue('break');
  await reaches(id, 'failed');
  await runner.stop();
  assert.equal((await metadata.findJob(id))?.failure, 'broken');
});

test('a worker that dies in the middle leaves its job to another one, as often as the job says', async () => {
  const runs: number[] = [];
  const { id } = await enqueue('die');
  // What a process leaves that was killed: claims that nobody renews.
  await metadata.claimJob({ names: ['die'], claimant: 'dead', leaseMs: 0 });
  const job: QueuedJob = { name: 'die', attempts: 2, run: async () => void runs.push(1) };
  const runner = start([job]);
  await reaches(id, 'done');
  await runner.stop();
  assert.deepEqual([runs.length, (await metadata.findJob(id))?.attempts], [1, 2]);

  const deadly = await enqueue('die');
  for (let count = 0; count < 2; count += 1) await metadata.claimJob({ names: ['die'], claimant: 'dead', leaseMs: 0 });
  const next = start([job]);
  await reaches(deadly.id, 'failed');
  await next.stop();
  assert.equal(runs.length, 1);
  assert.match((await metadata.findJob(deadly.id))?.failure ?? '', /its worker died each time/);
});

test('two replicas share the queue: every job runs once', async () => {
  const ran: unknown[] = [];
  const job: QueuedJob = { name: 'share', attempts: 3, run: async (input) => void ran.push(input) };
  const ids = [];
  for (let count = 0; count < 20; count += 1) ids.push((await enqueue('share', count)).id);
  const other = await openSqliteMetadata({ path: join(directory, 'metadata.db'), durability: 'relaxed' });
  const runners = [start([job]), start([job], { store: other })];
  for (const id of ids) await reaches(id, 'done');
  await Promise.all(runners.map((runner) => runner.stop()));
  await other.close();
  assert.deepEqual(
    [...ran].sort((left, right) => Number(left) - Number(right)),
    ids.map((_, index) => index),
  );
});

test('a job that is cancelled, or whose process ends, is aborted; the latter comes again', async () => {
  let begun = Promise.withResolvers<void>();
  const waiting: QueuedJob = {
    name: 'wait',
    attempts: 3,
    run: (_, { signal }) => {
      begun.resolve();
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    },
  };
  const runner = start([waiting], { leaseMs: 6000 });
  const first = await enqueue('wait');
  await begun.promise;
  assert.equal(await metadata.cancelJob({ id: first.id, at: Date.now(), by: systemAgent('test') }), 'cancelling');
  await reaches(first.id, 'cancelled');
  begun = Promise.withResolvers();
  const second = await enqueue('wait');
  await begun.promise;
  await runner.stop();
  const { state, attempts, failure } = (await metadata.findJob(second.id)) ?? assert.fail();
  assert.deepEqual([state, attempts, failure], ['queued', 0, 'Its process ended.'], 'which was no try');
  await metadata.cancelJob({ id: second.id, at: Date.now(), by: systemAgent('test') });
});

test('a job that cannot begin yet gives its worker back to others', async () => {
  let turns = 0;
  let isFree = false;
  const patient: QueuedJob = {
    name: 'patient',
    attempts: 1,
    run: async (_, { postpone }) => {
      turns += 1;
      if (!isFree) postpone('Something else is under way.', 1);
    },
  };
  const other: QueuedJob = {
    name: 'other',
    attempts: 1,
    run: async () => {
      isFree = true;
    },
  };
  const { id } = await enqueue('patient');
  const runner = start([patient, other]);
  while (turns < 3) await new Promise((resolve) => setImmediate(resolve));
  assert.match((await metadata.findJob(id))?.failure ?? 'Something', /Something/);
  await reaches((await enqueue('other')).id, 'done');
  await reaches(id, 'done');
  await runner.stop();
  assert.equal((await metadata.findJob(id))?.attempts, 1);
});

test('a worker that lost its claim leaves the job alone', async () => {
  const begun = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  const stalled: JobStore = { ...metadata, renewJob: async () => 'lost' };
  const runner = start(
    [
      {
        name: 'lose',
        attempts: 3,
        run: (_, { signal }) => {
          begun.resolve();
          return new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => {
              aborted.resolve();
              reject(signal.reason as Error);
            }),
          );
        },
      },
    ],
    { store: { ...stalled, claimJob: once(metadata.claimJob) }, leaseMs: 30 },
  );
  const { id } = await enqueue('lose');
  await begun.promise;
  await aborted.promise;
  await runner.stop();
  assert.equal((await metadata.findJob(id))?.state, 'running');
});

/** Claims until it got a job, then no more. */
function once(claim: JobStore['claimJob']): JobStore['claimJob'] {
  let isDone = false;
  return async (input) => {
    if (isDone) return undefined;
    const job = await claim(input);
    isDone = job !== undefined;
    return job;
  };
}

test('a store that is away is said once, and the queue goes on when it is back', async () => {
  const errors: string[] = [];
  let away = 2;
  const store: JobStore = {
    ...metadata,
    claimJob: async (input) => {
      if (away-- > 0) throw new Error('away');
      return metadata.claimJob(input);
    },
  };
  const done = Promise.withResolvers<void>();
  const { id } = await enqueue('later');
  const runner = start([{ name: 'later', attempts: 1, run: async () => done.resolve() }], { store, errors });
  const waking = setInterval(() => runner.wake(), 1);
  await done.promise;
  clearInterval(waking);
  await runner.stop();
  assert.deepEqual(errors, ['The queue of jobs cannot be read or written; it is tried again.']);
  assert.equal((await metadata.findJob(id))?.state, 'done');
});
