import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireDigest, requireRepositoryName, requireTag } from '@longshore/oci';
import type { PullAllowance, PullNotes } from './ports/pull-store.ts';
import { PullCounter } from './pull-counter.ts';
import { RegistryError } from './registry-error.ts';

const repository = requireRepositoryName('team/app');
const digest = requireDigest(`sha256:${'0'.repeat(64)}`);
const dayMs = 24 * 60 * 60_000;

/** A counter whose store answers with this limit, or is away. */
function startCounter(limitBytes: number | undefined) {
  const state = { now: dayMs * 20_000, isAway: false, notes: [] as PullNotes[], served: 0 };
  const notePulls = async (notes: PullNotes): Promise<PullAllowance[]> => {
    if (state.isAway) throw new Error('away');
    state.notes.push(notes);
    for (const { day, bytes } of notes.projects) if (day === notes.today) state.served += bytes;
    return notes.projects.map(({ project }) => ({ project, limitBytes, usedBytes: state.served }));
  };
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const refusals: string[] = [];
  return {
    state,
    refusals,
    counter: new PullCounter({
      pulls: { notePulls } as never,
      logger,
      now: () => state.now,
      onQuotaRefusal: (refusal) => refusals.push(refusal),
    }),
  };
}

test('what could not be noted is noted later, once', async () => {
  const { state, counter } = startCounter(undefined);
  state.isAway = true;
  counter.count(repository, digest, requireTag('v1'), 1);
  counter.begin(repository, 100).end(40);
  await counter.flush();
  counter.count(repository, digest, undefined, 1);
  state.isAway = false;
  await counter.flush();
  await counter.close();
  assert.deepEqual(
    state.notes.map(({ manifests, tags, projects }) => [manifests[0]?.pulls, tags[0]?.pulls, projects[0]?.bytes, projects[0]?.pulls]),
    [[2, 1, 40, 2]],
  );
});

test('a project that has served its day is refused until the next one, with what is under way counted', async () => {
  const { state, refusals, counter } = startCounter(100);
  counter.begin(repository, 10).end(10);
  await counter.flush();
  const serving = counter.begin(repository, 60);
  assert.throws(
    () => counter.begin(repository, 31),
    (error) => error instanceof RegistryError && error.status === 403 && Number(error.headers?.['Retry-After']) === 24 * 60 * 60,
  );
  serving.end(0);
  counter.begin(repository, 90).end(90);
  assert.throws(() => counter.begin(repository, 1), RegistryError);
  state.now += dayMs;
  counter.begin(repository, 100).end(100);
  await counter.close();
  assert.deepEqual(refusals, ['pulls', 'pulls']);
});
