import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { type StandInApiServer, standInToken, startStandInApiServer } from '../../../../../test/tools/stand-in-api-server.ts';
import { createCluster } from './cluster.ts';
import { Clusters } from './clusters.ts';

let directory: string;
let east: StandInApiServer;
let west: StandInApiServer;
let clusters: Clusters;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-clusters-'));
  [east, west] = [await startStandInApiServer(join(directory, 'east')), await startStandInApiServer(join(directory, 'west'))];
});
after(async () => {
  await east?.stop();
  await west?.stop();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(() => {
  clusters = new Clusters([cluster('east', east), cluster('west', west)]);
  east.bend = undefined;
});

/** A cluster whose audience is its name. */
function cluster(name: string, { issuer, address }: StandInApiServer) {
  const logger = { info() {}, warn() {}, error() {} };
  const settings = { address: { name, ...address, timeoutMs: 60_000 }, issuer, audience: name, authorize: true, projects: '{namespace}' };
  return createCluster(settings, { logger, now: Date.now, elapsed: () => performance.now() });
}

test('of clusters with one issuer each sees only tokens of its own audience, and knows its own accounts', async () => {
  const [forEast, forWest] = [standInToken('east'), standInToken('west')];
  for (const [token, name] of [
    [forEast, 'east'],
    [forWest, 'west'],
  ] as const) {
    const outcome = await clusters.verify(token);
    assert.ok(outcome.kind === 'proved' && outcome.principal?.subject.kind === 'kubernetes', JSON.stringify(outcome));
    assert.deepEqual([outcome.issuer, outcome.principal.subject.cluster], [name, name]);
    assert.equal(clusters.proved(token), outcome);
  }
  assert.ok(!west.shown.includes(forEast) && !east.shown.includes(forWest));
  assert.equal((await clusters.verifyAgain('west', forEast)) ?? 'refused', 'refused', 'not even where somebody says so');
  assert.ok(!west.shown.includes(forEast));
});

test('a token for both clusters of an issuer, or for neither, is shown to none', async () => {
  for (const token of [standInToken('east', 'west'), standInToken('elsewhere'), standInToken()]) {
    assert.equal((await clusters.verify(token)).kind, 'refused');
    assert.ok(!east.shown.includes(token) && !west.shown.includes(token));
    assert.equal(clusters.proved(token), undefined);
  }
});

test('an answer that names other audiences, or none, proves nothing', async () => {
  for (const audiences of [['west'], ['https://kubernetes.default.svc.cluster.local'], [], undefined, 'east', [7]]) {
    east.bend = (status) => ({ ...status, audiences });
    const token = standInToken('east');
    const outcome = await clusters.verify(token);
    assert.deepEqual(outcome.kind === 'refused' && [outcome.reason, outcome.expects], ['token-invalid', 'east'], String(audiences));
    assert.ok(east.shown.includes(token));
    assert.equal(clusters.proved(token), undefined);
  }
});

test('an answer that cannot be read as somebody proves nobody', async () => {
  for (const user of [
    undefined,
    {},
    { username: '' },
    { username: 'a\nb' },
    { username: 'a', groups: 'system:masters' },
    { username: 7 },
  ]) {
    east.bend = (status) => ({ ...status, user });
    assert.equal((await clusters.verify(standInToken('east'))).kind, 'refused', JSON.stringify(user));
  }
});
