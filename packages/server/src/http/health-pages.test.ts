import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StorageError } from '../registry/ports/blob-store.ts';
import { createHealthPages, type HealthCheck } from './health-pages.ts';

/** `/readyz` over these checks, and what was logged. Nothing is remembered unless `freshMs` says so. */
function readiness(checks: readonly HealthCheck[], { answerMs = 5000, freshMs = 0 } = {}) {
  const log: string[] = [];
  const note = (level: string) => (message: string) => void log.push(`${level} ${message}`);
  const logger = { info: note('info'), warn: note('warn'), error: note('error') };
  const pages = createHealthPages(checks, logger, { answerMs, freshMs });
  const ask = async (path: string, query = '', draining = false) => {
    const answer = await pages.get(path)?.({ query: new URLSearchParams(query), draining });
    return `${answer?.status} ${answer?.body}`;
  };
  return { log, ask };
}

/** A check whose outcome the test sets. */
function adjustable(name: string) {
  const check = { name, calls: 0, outcome: async (): Promise<string | undefined> => undefined, look: () => check.outcome() };
  check.look = () => {
    check.calls += 1;
    return check.outcome();
  };
  return check;
}

test('readyz names what does not work and why, without paths, hosts or causes; verbose names everything', async () => {
  const database = adjustable('database');
  const store = adjustable('store default');
  const { ask, log } = readiness([database, store]);
  assert.equal(await ask('/readyz'), '200 ready\n');
  assert.equal(await ask('/readyz', 'verbose'), '200 ready\ndatabase: ok\nstore default: ok\n');
  for (const [reason, text] of [
    ['full', 'no space left: free some'],
    ['read-only', 'cannot be written to: see the log for the cause'],
    ['unreachable', 'cannot be reached: see the log for the cause'],
    ['failed', 'does not work: see the log for the cause'],
  ] as const) {
    store.outcome = () => Promise.reject(new StorageError(reason, "Cannot write to '/srv/secret' on db.internal"));
    assert.equal(await ask('/readyz'), `503 not ready\nstore default: ${text}\n`);
    assert.equal(await ask('/readyz', 'verbose'), `503 not ready\ndatabase: ok\nstore default: ${text}\n`);
    assert.equal(log.at(-1), `error Not ready: store default: ${text}.`);
  }
  store.outcome = async () => undefined;
  assert.equal(await ask('/readyz'), '200 ready\n');
  assert.equal(log.at(-1), 'info Works again: store default.');
  assert.equal(log.length, 5, 'the log hears of changes only');
});

test('a warning does not make a server unready', async () => {
  const disk = adjustable('disk');
  disk.outcome = async () => 'warning: only 3 % of the disk is free';
  const { ask, log } = readiness([disk]);
  assert.equal(await ask('/readyz'), '200 ready\ndisk: warning: only 3 % of the disk is free\n');
  assert.deepEqual(log, ['warn Still ready, but disk: warning: only 3 % of the disk is free.']);
});

test('a part that can be done without for a while is named, and the server stays ready', async () => {
  const store = { ...adjustable('store far'), isDispensable: true, look: () => Promise.reject(new StorageError('unreachable', 'away')) };
  const { ask, log } = readiness([adjustable('database'), store]);
  assert.equal(await ask('/readyz'), '200 ready\nstore far: cannot be reached: see the log for the cause\n');
  assert.deepEqual(log, ['warn Still ready, but store far: cannot be reached: see the log for the cause.']);
});

test('a part that hangs is not waited for, nor asked again while it hangs', async () => {
  const store = adjustable('store default');
  const { promise, resolve } = Promise.withResolvers<undefined>();
  store.outcome = () => promise;
  const { ask, log } = readiness([adjustable('database'), store], { answerMs: 20 });
  for (let round = 0; round < 3; round += 1) assert.equal(await ask('/readyz'), '503 not ready\nstore default: no answer within 0.02 s\n');
  assert.equal(store.calls, 1);
  assert.equal(log.length, 1);
  resolve(undefined);
  await promise;
  assert.equal(await ask('/readyz'), '200 ready\n');
});

test('however often it is asked for, the disk is written to once in a while only', async () => {
  const store = adjustable('store default');
  const { ask } = readiness([store], { freshMs: 60_000 });
  for (let round = 0; round < 5; round += 1) await ask('/readyz');
  assert.equal(store.calls, 1);
});

test('a drain makes the server unready at once and asks nothing; it stays alive', async () => {
  const store = adjustable('store default');
  const { ask } = readiness([store]);
  assert.match(await ask('/readyz', '', true), /^503 not ready\ndraining: /);
  assert.equal(await ask('/healthz', '', true), '200 ok\n');
  assert.equal(store.calls, 0);
});
