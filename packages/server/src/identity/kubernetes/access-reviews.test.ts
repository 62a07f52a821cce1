import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type StandInApiServer, startStandInApiServer } from '../../../../../test/tools/stand-in-api-server.ts';
import type { KubernetesSubject } from '../../registry/ports/authorizer.ts';
import type { ReviewedAccess } from '../../registry/ports/cluster-reviews.ts';
import type { AccessReviews } from './access-reviews.ts';
import { createCluster } from './cluster.ts';

let directory: string;
let server: StandInApiServer;
let reviews: AccessReviews;
let elapsed = 0;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-reviews-'));
  server = await startStandInApiServer(directory);
});
after(async () => {
  await server?.stop();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(() => {
  const logger = { info() {}, warn() {}, error() {} };
  const address = { name: 'prod', ...server.address, timeoutMs: 3000 };
  const settings = { address, issuer: server.issuer, audience: 'longshore', authorize: true, projects: '{namespace}' };
  elapsed = 0;
  reviews = createCluster(settings, { logger, now: Date.now, elapsed: () => elapsed }).reviews;
});

function account(name: string, more: Partial<KubernetesSubject> = {}): KubernetesSubject {
  return { kind: 'kubernetes', cluster: 'prod', name, uid: '1', groups: ['a', 'b'], extra: { key: ['x'] }, ...more };
}

async function allows(subject: KubernetesSubject, access: ReviewedAccess): Promise<boolean> {
  return (await reviews.allowedUntil(subject, access)) !== undefined;
}

const push: ReviewedAccess = { verb: 'push', namespace: 'ci', name: 'app' };

test('no answer counts for another subject, verb, namespace or name', async () => {
  const alice = account('alice');
  server.allows = async ({ user, uid, groups, extra, resourceAttributes: { verb, namespace, name } }) =>
    JSON.stringify([user, uid, groups, extra, verb, namespace, name]) === '["alice","1",["a","b"],{"key":["x"]},"push","ci","app"]';
  assert.equal(await allows(alice, push), true);
  for (const other of [
    account('alic'),
    account('alice', { uid: '2' }),
    account('alice', { groups: ['a'] }),
    account('alice', { groups: ['a,b'] }),
    account('alice', { extra: {} }),
  ])
    assert.equal(await allows(other, push), false, JSON.stringify(other));
  for (const other of [{ verb: 'pull' }, { namespace: 'c' }, { name: 'app2' }, { name: undefined }] as const)
    assert.equal(await allows(alice, { ...push, ...other }), false, JSON.stringify(other));
  assert.equal(await allows(alice, push), true);
});

test('what was allowed counts for five seconds, what was not for two', async () => {
  const [in5, in2] = [account('five'), account('two')];
  let says = true;
  server.allows = async ({ user }) => (user === 'five') === says;
  assert.deepEqual([await allows(in5, push), await allows(in2, push)], [true, false]);
  says = false;
  elapsed = 1999;
  assert.equal(await allows(in2, push), false);
  elapsed = 2000;
  assert.deepEqual([await allows(in5, push), await allows(in2, push)], [true, true]);
  elapsed = 5000;
  assert.equal(await allows(in5, push), false);
});

test('who asks about thousands of names keeps nobody of another namespace waiting', async () => {
  let answered = 0;
  server.allows = async ({ user }) => {
    await pause(20);
    if (user !== 'bob') answered += 1;
    return true;
  };
  const flood = Array.from({ length: 6000 }, async (_, index) => {
    const greedy = account(`system:serviceaccount:greedy:build-${index % 10}`);
    await allows(greedy, { ...push, name: `app-${index}` });
  });
  const ended = Promise.allSettled(flood);
  for (const name of ['one', 'two', 'three']) assert.equal(await allows(account('bob'), { ...push, name }), true);
  const before = answered;
  await ended;
  assert.ok(before < answered / 2, `${before} of ${answered} came before somebody else`);
});
