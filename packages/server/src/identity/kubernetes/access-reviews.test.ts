import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type StandInApiServer, startStandInApiServer } from '../../../../../test/tools/stand-in-api-server.ts';
import type { KubernetesSubject } from '../../registry/ports/authorizer.ts';
import type { ReviewedAccess } from '../../registry/ports/cluster-reviews.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import type { AccessReviews } from './access-reviews.ts';
import { createCluster } from './cluster.ts';

let directory: string;
let server: StandInApiServer;
let reviews: AccessReviews;
let elapsed = 0;
let said: string[] = [];
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-reviews-'));
  server = await startStandInApiServer(directory);
});
after(async () => {
  await server?.stop();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(() => {
  said = [];
  const logger = { info() {}, warn: (text: string) => said.push(text), error: (text: string) => said.push(text) };
  const address = { name: 'prod', ...server.address, timeoutMs: 60_000 };
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

const isUnavailable = (error: unknown): boolean => error instanceof RegistryError && error.status === 503;

test('a question that is not answered stops no other while others are, and the log tells so once a minute', async () => {
  for (const time of [0, 10_000, 70_000]) {
    elapsed = time;
    const { promise: others, resolve: othersWereAnswered } = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    server.allows = async ({ user }) => {
      if (user !== 'late') return true;
      reached.resolve();
      await others;
      return 'no answer';
    };
    const late = assert.rejects(allows(account('late'), push), isUnavailable);
    await reached.promise;
    assert.equal(await allows(account('other'), push), true);
    othersWereAnswered();
    await late;
    assert.equal(await allows(account('another'), push), true);
  }
  assert.deepEqual(
    said.map((text) => /answers, but for some questions: .*503.*timeoutSeconds of the cluster \(60\)/.test(text)),
    [true, true],
  );
});

test('a question that is refused stops no other either, and the log does not speak of time', async () => {
  server.allows = async ({ user }) => (user === 'odd' ? 'refused' : true);
  await assert.rejects(allows(account('odd'), push), isUnavailable);
  assert.equal(await allows(account('other'), push), true);
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /^The API server of the cluster prod refuses some questions: /);
  assert.doesNotMatch(said[0] ?? '', /timeoutSeconds/);
});

test('when it has answered nobody since, nobody else waits for a second', async () => {
  let asked = 0;
  server.allows = async () => {
    asked += 1;
    return asked === 1 || asked > 3 ? true : 'no answer';
  };
  assert.equal(await allows(account('one'), push), true);
  elapsed = 1;
  await assert.rejects(allows(account('two'), push), isUnavailable);
  const before = asked;
  elapsed = 1000;
  await assert.rejects(allows(account('three'), push), isUnavailable);
  assert.equal(asked, before, 'it was not asked again');
  elapsed = 1001;
  assert.equal(await allows(account('three'), push), true);
  assert.match(said.join(), /^The API server of the cluster prod does not answer/);
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

test('a namespace whose questions all hang leaves room for others', async () => {
  const hanging = Promise.withResolvers<boolean>();
  const share = Promise.withResolvers<void>();
  let held = 0;
  server.allows = async ({ user }) => {
    if (user === 'bob') return true;
    held += 1;
    if (held === 4) share.resolve();
    return hanging.promise;
  };
  const greedy = Array.from({ length: 40 }, (_, index) =>
    allows(account(`system:serviceaccount:greedy:build-${index}`), { ...push, name: `app-${index}` }),
  );
  await share.promise;
  for (const name of ['one', 'two', 'three']) assert.equal(await allows(account('bob'), { ...push, name }), true);
  assert.equal(held, 4);
  hanging.resolve(true);
  assert.ok((await Promise.all(greedy)).every((allowed) => allowed));
});
