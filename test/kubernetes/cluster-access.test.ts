import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { createClientHome } from '../clients/client-home.ts';
import { guideBlocks, localised } from '../guides/guide-blocks.ts';
import { until, untilPromised } from '../security/until.ts';
import { kubernetesPrograms } from '../tools/kube-apiserver.ts';
import { findProgram, programPath, skipUnless } from '../tools/programs.ts';
import { resigned } from '../tools/resigned-token.ts';
import { tryProgram } from '../tools/run-program.ts';
import { asPassword, type ClusterRegistry, startClusterRegistry } from './cluster-registry.ts';

const absent = [...kubernetesPrograms, 'crane', 'docker'].filter((name) => findProgram(name) === undefined);
const skip = skipUnless(absent.length === 0, `not installed: ${absent.join(', ')}; run scripts/install-test-tools`);

// Most of the time is waited until something counts no more.
describe('clients of a Kubernetes cluster', { skip, concurrency: true }, () => {
  let registry: ClusterRegistry;
  before(async () => {
    registry = await startClusterRegistry();
  });
  after(() => registry?.stop());

  const ask = (method: string, path: string, authorization: string) =>
    fetch(`${registry.server.url}${path}`, { method, headers: { authorization } });
  const registryToken = async (token: string, scope: string): Promise<{ token: string; expires_in: number }> => {
    const answer = await ask('GET', `/auth/token?scope=${scope}`, asPassword(token));
    assert.equal(answer.status, 200);
    return (await answer.json()) as { token: string; expires_in: number };
  };

  const push = (password: string, reference: string, user = 'kubernetes') => registry.push({ user, password }, reference);

  test('only ci-cd pushes everywhere, team dev only to dev, and one account to one repository', async () => {
    const token = (account: string) => registry.cluster.token(account);
    const [pipeline, other, team, web] = [
      await token('ci/ci-cd'),
      await token('ci/default'),
      await token('dev/default'),
      await token('ci/web'),
    ];
    for (const reference of ['ci/app:1', 'dev/app:1', 'shop/web/app:1']) assert.equal(await push(pipeline, reference), undefined);
    assert.equal(await push(team, 'dev/other:1'), undefined);
    assert.equal(await push(web, 'dev/web/app:1'), undefined);
    for (const [who, reference] of [
      [team, 'ci/app:2'],
      [web, 'dev/web/app2:1'],
      [web, 'ci/app:2'],
      [other, 'ci/app:2'],
    ] as const) {
      assert.match((await push(who, reference)) ?? 'pushed', /DENIED: system:serviceaccount:\S+ may not push/, reference);
    }
    for (const who of [pipeline, other, team, web]) assert.equal((await ask('GET', '/v2/ci/app/manifests/1', `Bearer ${who}`)).status, 200);
  });

  test('who is refused learns what is missing, and the binding that it is told grants it', async () => {
    await registry.cluster.kubectl(['--namespace', 'ci', 'create', 'serviceaccount', 'asking']);
    const token = await registry.cluster.token('ci/asking');
    const refused = (await push(token, 'ci/asked:1')) ?? assert.fail('pushed');
    assert.match(
      refused,
      /system:serviceaccount:ci:asking may not push repositories.longshore.dev \\?"asked\\?" in namespace ci of cluster prod/,
    );
    const [, command] = / such as: kubectl (create rolebinding [^"\n]*)/.exec(refused) ?? assert.fail(refused);
    await registry.cluster.kubectl((command ?? '').trim().split(' '));
    await until(async () => (await push(token, 'ci/asked:1')) === undefined);
  });

  test('a token for others, an expired one, of another key or of a Pod that is gone is refused', async () => {
    const { cluster } = registry;
    const good = await cluster.token('ci/ci-cd');
    const status = async (token: string) => [
      (await ask('GET', '/v2/', `Bearer ${token}`)).status,
      (await ask('GET', '/v2/', asPassword(token))).status,
      (await ask('GET', '/auth/token', asPassword(token))).status,
    ];
    assert.deepEqual(await status(good), [200, 200, 200]);
    const refused = [401, 401, 401];
    const forApiServer = ['--namespace', 'ci', 'create', 'token', 'ci-cd'];
    assert.deepEqual(await status((await cluster.kubectl(forApiServer)).trim()), refused, 'wrong audience');
    const key = createPrivateKey(await readFile(cluster.signingKeyFile));
    const signed = (claims: object) => resigned(good, claims, key);
    assert.deepEqual(await status(signed({})), [200, 200, 200], 'signed as the API server does');
    const now = Math.floor(Date.now() / 1000);
    assert.deepEqual(await status(signed({ iat: now - 700, nbf: now - 700, exp: now - 100 })), refused, 'expired');
    assert.deepEqual(await status(signed({ iss: 'https://elsewhere.example' })), refused, 'of another issuer');
    const ofAnother = resigned(good, {}, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
    assert.deepEqual(await status(ofAnother), refused, 'of another cluster with the same issuer');
    const ofPod = await cluster.token('ci/ci-cd', '--bound-object-kind', 'Pod', '--bound-object-name', 'build');
    assert.deepEqual(await status(ofPod), [200, 200, 200]);
    await cluster.kubectl(['--namespace', 'ci', 'delete', 'pod', 'build', '--grace-period=0', '--force']);
    await until(async () => (await ask('GET', '/v2/', `Bearer ${ofPod}`)).status === 401);
    assert.deepEqual(await status(ofPod), refused, 'of a Pod that is gone');
  });

  test('a binding that is taken away counts while an older token is in use, and so does a deleted ServiceAccount', async () => {
    const { cluster } = registry;
    const kubectl = (...args: string[]) => cluster.kubectl(['--namespace', 'ci', ...args]);
    await kubectl('create', 'serviceaccount', 'leaving');
    await kubectl('create', 'rolebinding', 'leaving', '--clusterrole=longshore-push', '--serviceaccount=ci:leaving');
    const own = await cluster.token('ci/leaving');
    const startWith = (bearer: string) => ask('POST', '/v2/ci/app/blobs/uploads/', `Bearer ${bearer}`);
    // The API server itself takes a moment to know of the binding.
    await until(async () => (await startWith(own)).status === 202);
    const { token, expires_in: seconds } = await registryToken(own, 'repository:ci/app:pull,push');
    assert.equal(seconds, 300);
    const start = () => startWith(token);
    assert.equal((await start()).status, 202);
    await kubectl('delete', 'rolebinding', 'leaving');
    await untilPromised(10_000, async () => (await start()).status === 403);
    assert.equal((await ask('GET', '/v2/', `Bearer ${token}`)).status, 200);
    assert.equal(await push(await cluster.token('ci/ci-cd'), 'ci/app:pulled'), undefined);
    const pull = () => ask('GET', '/v2/ci/app/manifests/pulled', `Bearer ${token}`);
    assert.equal((await pull()).status, 200);
    await kubectl('delete', 'serviceaccount', 'leaving');
    await untilPromised(10_000, async () => (await pull()).status === 401);
    assert.equal((await ask('GET', '/v2/', `Bearer ${token}`)).status, 401);
  });

  test('a list shows the projects of the namespaces that may be pulled from, and no others', async () => {
    const { cluster, server } = registry;
    const pipeline = await cluster.token('ci/ci-cd');
    for (const reference of ['listed/app:1', 'seen/app:1']) assert.equal(await push(pipeline, reference), undefined);
    // No namespace can have this name.
    assert.equal(await push(server.adminPassword, 'of.nobody/app:1', 'admin'), undefined);
    const answer = await ask('GET', '/v2/_catalog?n=1000', `Bearer ${await cluster.token('ci/default')}`);
    const { repositories } = (await answer.json()) as { repositories: string[] };
    assert.ok(repositories.includes('listed/app') && repositories.includes('seen/app'), repositories.join());
    assert.ok(!repositories.includes('of.nobody/app'));
    const found = (await (await ask('GET', '/api/v1/projects', `Bearer ${pipeline}`)).json()) as { items: { name: string }[] };
    assert.deepEqual(
      found.items.map(({ name }) => name).filter((name) => ['listed', 'seen', 'of.nobody'].includes(name)),
      ['listed', 'seen'],
    );
  });

  test('a registry token lives no longer than the token that it was got with', async () => {
    const { cluster } = registry;
    const good = await cluster.token('ci/ci-cd');
    const key = createPrivateKey(await readFile(cluster.signingKeyFile));
    const now = Math.floor(Date.now() / 1000);
    const seconds = 20;
    const short = resigned(good, { exp: now + seconds }, key);
    const { token, expires_in: left } = await registryToken(short, 'repository:ci/app:pull');
    assert.ok(left <= seconds);
    assert.equal((await ask('GET', '/v2/', `Bearer ${token}`)).status, 200);
    await until(() => Date.now() >= (now + seconds) * 1000);
    assert.equal((await ask('GET', '/v2/', `Bearer ${token}`)).status, 401);
  });

  test('a cluster allows nothing but pull, push and delete: no rules, no members, no promotion', async () => {
    const { cluster } = registry;
    const all = 'longshore-everything';
    await cluster.kubectl(['create', 'clusterrole', all, '--verb=*', '--resource=*.*']);
    await cluster.kubectl(['--namespace', 'ci', 'create', 'serviceaccount', 'mighty']);
    await cluster.kubectl(['create', 'clusterrolebinding', all, `--clusterrole=${all}`, '--serviceaccount=ci:mighty']);
    const token = `Bearer ${await cluster.token('ci/mighty')}`;
    await until(async () => (await ask('POST', '/v2/ci/app/blobs/uploads/', token)).status === 202);
    for (const [method, path] of [
      ['GET', '/api/v1/projects/ci/audit'],
      ['GET', '/api/v1/projects/ci/members'],
      ['DELETE', '/api/v1/projects/ci'],
      ['GET', '/api/v1/users'],
    ] as const) {
      assert.ok([403, 404].includes((await ask(method, path, token)).status), path);
    }
    const headers = { authorization: token, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'unowned', visibility: 'public' });
    assert.equal((await fetch(`${registry.server.url}/api/v1/projects`, { method: 'POST', headers, body })).status, 403);
  });

  test('docker logs in with what kubectl prints, as the guide says', async (t) => {
    const { cluster, server } = registry;
    const login = (await guideBlocks('kubernetes-access.md')).find(({ language }) => language === 'sh')?.text ?? assert.fail();
    const home = await createClientHome();
    t.after(home.remove);
    const [kubectl, docker] = [programPath('kubectl'), programPath('docker')];
    const flags = `--server ${cluster.server} --certificate-authority ${cluster.caFile} --token "$ADMIN"`;
    const names = { 'kubectl ': `${kubectl} ${flags} `, 'docker login': `${docker} login`, 'registry.example.com': server.host };
    const env = { HOME: home.directory, DOCKER_CONFIG: home.path('.docker'), ADMIN: cluster.adminToken };
    const result = await tryProgram('sh', ['-c', localised(login, names)], { env });
    assert.equal(result.code, 0, result.stderr);
  });
});
