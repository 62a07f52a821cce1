import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { jsonOf } from '../protocol/expected-answer.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { until, untilPromised } from '../security/until.ts';
import { kubernetesPrograms } from '../tools/kube-apiserver.ts';
import { findProgram, skipUnless } from '../tools/programs.ts';
import { type ClusterRegistry, startClusterRegistry } from './cluster-registry.ts';

const absent = kubernetesPrograms.filter((name) => findProgram(name) === undefined);
const skip = skipUnless(absent.length === 0, `not installed: ${absent.join(', ')}; run scripts/install-test-tools`);

/** Whoever waits for a cluster that hangs waits as long as that, and a busy machine does not. */
const clusterMs = 3000;

describe('while the API server of a cluster is slow, away, or flooded', { skip }, () => {
  let registry: ClusterRegistry;
  let pipeline: string;
  let administrator: string;
  before(async () => {
    registry = await startClusterRegistry({ timeoutSeconds: clusterMs / 1000 });
    pipeline = `Bearer ${await registry.cluster.token('ci/ci-cd')}`;
    administrator = `Basic ${Buffer.from(`admin:${registry.server.adminPassword}`).toString('base64')}`;
  });
  after(() => registry?.stop());

  /** A request that needs to know whose the credential is, and whether it may push. */
  async function ask(authorization: string): Promise<{ status: number; retryAfter: string | null; ms: number }> {
    const asked = performance.now();
    const answer = await fetch(`${registry.server.url}/v2/ci/app/blobs/uploads/`, { method: 'POST', headers: { authorization } });
    await answer.arrayBuffer();
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), ms: performance.now() - asked };
  }

  /** Asks until it is refused, which it is when it is asked five seconds after what was proved. */
  async function refusedInTime(): Promise<Awaited<ReturnType<typeof ask>>> {
    let refused: Awaited<ReturnType<typeof ask>> | undefined;
    await untilPromised(5000, async () => {
      const answer = await ask(pipeline);
      if (answer.status !== 202) refused = answer;
      return refused !== undefined;
    });
    return refused ?? assert.fail();
  }

  /** Makes tokens as those of the cluster, but for the key that signed them. */
  function forger(): (number: number) => string {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const payload = JSON.parse(Buffer.from(pipeline.split('.')[1] ?? '', 'base64url').toString()) as object;
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return (number) => {
      const text = `${part({ alg: 'RS256', kid: 'x' })}.${part({ ...payload, jti: String(number) })}`;
      return `Bearer ${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
    };
  }

  test('whoever pulls all the time over one connection no longer does within ten seconds of a binding that is taken away', async (t) => {
    const { cluster, server } = registry;
    const client = new HttpClient(server.url);
    t.after(() => client.close());
    await pushImage({ client, repository: 'ci/app', authorization: pipeline }, '1');
    const authorization = `Basic ${Buffer.from(`kubernetes:${await cluster.token('ci/default')}`).toString('base64')}`;
    const scope = '/auth/token?scope=repository:ci/app:pull';
    const { token } = jsonOf<{ token: string }>(await client.send('GET', scope, { authorization }));
    const pull = async () => (await client.send('GET', '/v2/ci/app/manifests/1', { authorization: `Bearer ${token}` })).status;
    const binding = ['clusterrolebinding', 'pods-longshore-pull'];
    let pulled = 0;
    let askedAt = 0;
    const refused = (async () => {
      for (let now = performance.now(); (await pull()) === 200; now = performance.now()) {
        pulled += 1;
        askedAt = now;
      }
    })();
    await cluster.kubectl(['delete', ...binding]);
    const takenAt = performance.now();
    await refused;
    t.diagnostic(`${(askedAt - takenAt).toFixed(0)} ms, ${pulled} pulls`);
    assert.ok(pulled > 1 && askedAt - takenAt < 10_000, `${askedAt - takenAt} ms`);
    await until(async () => (await pull()) === 403);
    await cluster.kubectl(['create', ...binding, '--clusterrole=longshore-pull', '--group=system:serviceaccounts']);
    await until(async () => (await pull()) === 200);
  });

  test('one that hangs: what was proved counts five seconds, then nobody is let in, and nobody waits for long', async () => {
    await until(async () => (await ask(pipeline)).status === 202);
    registry.cluster.freeze();
    const refused = await refusedInTime();
    assert.deepEqual([refused.status, refused.retryAfter], [503, '2']);
    // One each second tries again; whoever comes after it is answered at once.
    const [next, others] = [[], []] as [Awaited<ReturnType<typeof ask>>[], Awaited<ReturnType<typeof ask>>[]];
    for (let count = 0; count < 5; count += 1) {
      next.push(await ask(pipeline));
      others.push(await ask(administrator));
    }
    assert.ok(next.every(({ status }) => status === 503));
    assert.ok(next.some(({ ms }) => ms < clusterMs));
    assert.ok(
      others.every(({ status }) => status === 202) && others.some(({ ms }) => ms < clusterMs),
      'who needs no cluster notices nothing',
    );
    registry.cluster.thaw();
    await until(async () => (await ask(pipeline)).status === 202);
  });

  test('robots and passwords are as fast while it hangs as they were before', async (t) => {
    const { url } = registry.server;
    const made = await fetch(`${url}/api/v1/robots`, {
      method: 'POST',
      headers: { authorization: administrator, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'beside', permissions: [{ role: 'writer' }] }),
    });
    const { robot, secret } = (await made.json()) as { robot: { userName: string }; secret: string };
    const credentials = [administrator, `Basic ${Buffer.from(`${robot.userName}:${secret}`).toString('base64')}`];
    /** Half of so many requests took at most this, milliseconds. */
    const median = async (authorization: string): Promise<number> => {
      const took: number[] = [];
      for (let request = 0; request < 100; request += 1) {
        const asked = performance.now();
        const answer = await fetch(`${url}/v2/`, { headers: { authorization } });
        await answer.arrayBuffer();
        assert.equal(answer.status, 200);
        took.push(performance.now() - asked);
      }
      return took.sort((left, right) => left - right)[50] ?? assert.fail();
    };
    const before = [];
    for (const authorization of credentials) before.push(await median(authorization));
    registry.cluster.freeze();
    const madeUp = forger();
    const waiting = Promise.all(Array.from({ length: 100 }, (_, number) => ask(madeUp(5000 + number))));
    for (const [index, authorization] of credentials.entries()) {
      const during = await median(authorization);
      t.diagnostic(`median ${before[index]?.toFixed(1)} ms, while it hangs ${during.toFixed(1)} ms`);
      assert.ok(during < 3 * (before[index] ?? 0) + clusterMs / 5, `${during} ms instead of ${before[index]} ms`);
    }
    assert.deepEqual([...new Set((await waiting).map(({ status }) => status))], [503]);
    registry.cluster.thaw();
    await until(async () => (await ask(pipeline)).status === 202);
  });

  test('one that is gone, and back', async () => {
    await until(async () => (await ask(pipeline)).status === 202);
    await registry.cluster.kill();
    const refused = await refusedInTime();
    assert.equal(refused.status, 503);
    assert.equal((await ask(administrator)).status, 202);
    await registry.cluster.start();
    await until(async () => (await ask(pipeline)).status === 202);
    assert.match(registry.server.output(), /API server of the cluster prod does not answer/);
    assert.match(registry.server.output(), /API server of the cluster prod answers again/);
  });

  test('a flood of made-up tokens keeps nobody out who is in', async () => {
    await until(async () => (await ask(pipeline)).status === 202);
    const madeUp = forger();
    registry.cluster.freeze();
    const frozen = Array.from({ length: 700 }, (_, number) => ask(madeUp(number)));
    const refused = await Promise.all(frozen);
    assert.ok(refused.every(({ status }) => status === 503));
    // A third of what they would take one after the other, sixteen at a time.
    assert.ok(refused.every(({ ms }) => ms < ((700 / 16) * clusterMs) / 3));
    registry.cluster.thaw();
    await until(async () => (await ask(pipeline)).status === 202);
    // The line of those who are new may be closed for a moment longer.
    await until(async () => (await ask(madeUp(999))).status === 401);
    let isOver = false;
    const flood = Promise.all(Array.from({ length: 700 }, (_, number) => ask(madeUp(1000 + number)))).finally(() => {
      isOver = true;
    });
    while (!isOver) assert.equal((await ask(pipeline)).status, 202);
    // How many of them had their turn says how busy the machine is; none may get in.
    const others = (await flood).filter(({ status }) => status !== 401 && status !== 503);
    assert.deepEqual(others, []);
  });
});
