import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ensureSelfSigned } from '../../http/tls/self-signed.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import { createCluster } from './cluster.ts';
import { Clusters } from './clusters.ts';

/** As kubeadm makes every cluster say. */
const issuer = 'https://kubernetes.default.svc.cluster.local';
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const account = 'system:serviceaccount:ci:ci-cd';

let directory: string;
let tls: { pair: Buffer; caFile: string };
const servers = new AsyncDisposableStack();
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-clusters-'));
  const { pairFile, authorityFile } = await ensureSelfSigned(directory, ['127.0.0.1'], new Date());
  tls = { pair: await readFile(pairFile), caFile: authorityFile };
  await writeFile(join(directory, 'token'), 'own');
});
after(async () => {
  await servers.disposeAsync();
  await rm(directory, { recursive: true });
});

/** A cluster whose server takes every token, as long as it is well and nobody has taken it away. */
async function cluster(name: string, audience = `of-${name}`) {
  const state = { isWell: true, takes: true, asked: [] as string[] };
  const server = createServer({ cert: tls.pair, key: tls.pair }, (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.once('end', () => {
      if (!state.isWell) return void response.writeHead(500).end();
      if (request.method === 'GET') return void response.end(JSON.stringify({ issuer }));
      const { spec } = JSON.parse(Buffer.concat(pieces).toString());
      state.asked.push(spec.token ?? `${spec.user} ${spec.resourceAttributes.verb}`);
      const user = { username: account, uid: '1', groups: [] };
      const status = { authenticated: state.takes, allowed: state.takes, audiences: spec.audiences?.slice(0, 1), user };
      response.writeHead(201).end(JSON.stringify({ status }));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  servers.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const address = { name, server: url, caFile: tls.caFile, tokenFile: join(directory, 'token'), timeoutMs: 60_000 };
  const times = { ofDay: 0, elapsed: 0 };
  const made = createCluster(
    { address, issuer: undefined, audience, authorize: true, projects: '{namespace}' },
    { logger, now: () => Date.now() + times.ofDay, elapsed: () => times.elapsed },
  );
  return { state, times, made };
}

function token(aud: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part({ iss: issuer, aud: [aud], exp: Math.floor(Date.now() / 1000) + 7200 })}.AAAA`;
}

test('of two clusters of one issuer, one that was away at the start is asked as soon as it is back, and no other sees its tokens', async () => {
  const [one, two] = [await cluster('one'), await cluster('two')];
  const clusters = new Clusters([one.made, two.made]);
  const ofTwo = token('of-two');
  two.state.isWell = false;
  await clusters.prepare(assert.fail as never);
  assert.equal((await clusters.verify(token('of-one'))).kind, 'proved');
  await assert.rejects(clusters.verify(ofTwo), (error) => error instanceof RegistryError && error.status === 503);
  two.state.isWell = true;
  two.times.elapsed += 1000;
  const proved = await clusters.verify(ofTwo);
  assert.ok(proved.kind === 'proved' && proved.issuer === 'two', JSON.stringify(proved));
  assert.ok(!one.state.asked.includes(ofTwo));
  const refused = await clusters.verify(token('of-nobody'));
  assert.ok(refused.kind === 'refused' && refused.expects !== undefined, JSON.stringify(refused));
  assert.equal(one.state.asked.length + two.state.asked.length, 2);
});

test('clusters that cannot be told apart take no token, and it is said which setting mends that', async () => {
  const made = [await cluster('one', 'registry'), await cluster('two', 'registry'), await cluster('three')];
  const clusters = new Clusters(made.map((each) => each.made));
  const reported: unknown[] = [];
  await clusters.prepare((message, fields) => void reported.push(message, fields));
  assert.equal(reported.length, 2);
  assert.match(String(reported[0]), /an audience of its own \(kubernetes\.clusters\[\]\.audience\)/);
  assert.deepEqual(reported[1], { clusters: ['one', 'two'], issuer, audience: 'registry' });
  const refused = await clusters.verify(token('registry'));
  assert.ok(refused.kind === 'refused' && /audience of its own/.test(refused.detail ?? ''), JSON.stringify(refused));
  assert.ok(made.every(({ state }) => state.asked.length === 0));
  assert.equal((await clusters.verify(token('of-three'))).kind, 'proved');
});

test('what a cluster said is old after five seconds, also when the clock of the day was set back', async () => {
  const { state, times, made } = await cluster('one');
  const clusters = new Clusters([made]);
  const shown = token('of-one');
  const proved = await clusters.verify(shown);
  assert.ok(proved.kind === 'proved' && proved.principal?.subject.kind === 'kubernetes');
  const { subject } = proved.principal;
  const pull = { verb: 'pull', namespace: 'ci', name: 'app' } as const;
  const isSoon = (elapsed: number | undefined) => elapsed !== undefined && elapsed > 0 && elapsed <= 3000;
  assert.ok(isSoon(await clusters.allowedUntil(subject, pull)));
  const { lasts } = (await clusters.verifyAgain('one', shown)) ?? assert.fail();
  assert.ok(lasts?.until === proved.until && isSoon(lasts.elapsed));
  state.takes = false;
  times.ofDay -= 60 * 60 * 1000;
  assert.equal(await clusters.verify(shown), proved, 'it is remembered');
  assert.notEqual(await clusters.allowedUntil(subject, pull), undefined);
  times.elapsed += 5000;
  assert.equal((await clusters.verify(shown)).kind, 'refused');
  assert.equal(await clusters.allowedUntil(subject, pull), undefined);
  times.elapsed += 2000;
  state.takes = true;
  assert.equal((await clusters.verify(shown)).kind, 'proved');
  assert.ok(clusters.proved(shown));
  times.ofDay += 3 * 60 * 60 * 1000;
  assert.equal(clusters.proved(shown), undefined, 'it has ended');
  assert.equal((await clusters.verify(shown)).kind, 'refused', 'it has ended');
});
