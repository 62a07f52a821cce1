import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queueImages } from './queue-images.ts';

const turn = (signal: AbortSignal, reports: unknown[]) => ({
  signal,
  report: (report: unknown) => void reports.push(report),
  postpone: () => assert.fail(),
});

test('all manifests are put on the list, a thousand at a time, until one piece is not full', async () => {
  const asked: number[] = [];
  const queueManifests = async ({ after, limit }: { after: number; limit: number }) => {
    asked.push(after);
    const looked = Math.min(limit, 2500 - after);
    return { last: after + looked, looked };
  };
  const reports: unknown[] = [];
  await queueImages({ queueManifests }).run({}, turn(new AbortController().signal, reports));
  assert.deepEqual(asked, [0, 1000, 2000]);
  assert.deepEqual(reports.at(-1), { progress: { manifests: 2500 } });
});

test('it ends where it is when it is cancelled', async () => {
  const stop = new AbortController();
  const queueManifests = async () => {
    stop.abort(new Error('cancelled'));
    return { last: 1000, looked: 1000 };
  };
  await assert.rejects(queueImages({ queueManifests }).run({}, turn(stop.signal, [])), /cancelled/);
});
