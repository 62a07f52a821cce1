import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { containerdPrograms, startContainerd } from '../clients/containerd.ts';
import { pullAsKubelet } from '../clients/kubelet.ts';
import { realImages } from '../clients/real-images.ts';
import { directoryEntry } from '../credentials/directory-people.ts';
import { guideBlocks, localised } from '../guides/guide-blocks.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { Browser } from '../security/browser.ts';
import { until, untilPromised } from '../security/until.ts';
import { groupDn, groupEntry, passwordOf, personDn, personEntry } from '../tools/directory-content.ts';
import { freePort } from '../tools/free-port.ts';
import { kubernetesPrograms } from '../tools/kube-apiserver.ts';
import { TestIdentityProvider } from '../tools/oidc-provider.ts';
import { findProgram, programPath, requirePrograms, skipUnless } from '../tools/programs.ts';
import { resigned } from '../tools/resigned-token.ts';
import { runProgram } from '../tools/run-program.ts';
import { type Slapd, startSlapd } from '../tools/slapd.ts';
import { asPassword, type ClusterAddress, type ClusterRegistry, patientSeconds, startClusterRegistry } from './cluster-registry.ts';

const absent = [...kubernetesPrograms, 'crane', 'slapd'].filter((name) => findProgram(name) === undefined);
const skip = skipUnless(absent.length === 0, `not installed: ${absent.join(', ')}; run scripts/install-test-tools`);
const guide = 'kubernetes-access.md';

describe('people and Pods of a cluster that is configured several times', { skip }, () => {
  let idp: TestIdentityProvider;
  let registry: ClusterRegistry;
  let client: HttpClient;
  let slapd: Slapd;
  before(async () => {
    const url = `127.0.0.1:${await freePort()}`;
    idp = await TestIdentityProvider.start([`http://${url}/auth/callback/company`]);
    slapd = await startSlapd(personEntry('dora'));
    registry = await startClusterRegistry({ listen: url, configure });
    client = new HttpClient(registry.server.url);
  });
  after(async () => {
    client?.close();
    await registry?.stop();
    await idp?.stop();
    await slapd?.stop();
  });

  /**
   * As the guide has it for people, of a cluster elsewhere, which is there a second time for the projects `team-{namespace}`, and a third time
   * for the people of a directory.
   */
  async function configure({ server, caFile, tokenFile }: ClusterAddress): Promise<string> {
    const block = (await guideBlocks(guide)).find(({ text }) => text.includes('people:')) ?? assert.fail();
    const there = [`server: ${server}`, `caFile: ${caFile}`, `tokenFile: ${tokenFile}`, `timeoutSeconds: ${patientSeconds}`]
      .map((line) => `      ${line}\n`)
      .join('');
    const people = JSON.stringify({ provider: 'corp', userPrefix: 'ldap:', groupPrefix: 'ldap:' });
    const third = `    - name: staff\n${there}      audience: longshore-staff\n      people: ${people}\n`;
    const second = `    - name: teams\n${there}      audience: longshore-teams\n      projects: team-{namespace}\n`;
    return localised(block.text, {
      '    - name: prod\n': `${second}${third}    - name: prod\n${there}`,
      'signIn:\n': `signIn:\n  ldap: [${JSON.stringify(directoryEntry(slapd))}]\n`,
      'https://sso.example.com/realms/main': idp.issuer,
      '/etc/longshore/sso-secret': `${idp.clientSecretFile}\n      authorityFile: ${idp.authorityFile}`,
    });
  }

  const asAdmin = async (method: string, path: string, body?: object) => {
    const authorization = `Basic ${Buffer.from(`admin:${registry.server.adminPassword}`).toString('base64')}`;
    const headers = { 'content-type': 'application/json' };
    const answer = await client.send(method, path, { authorization, headers, ...(body && { body: JSON.stringify(body) }) });
    return { status: answer.status, text: answer.body.toString() };
  };

  /** Signs somebody in through the provider, with a browser of their own. */
  async function signIn(name: string, groups: readonly string[]): Promise<Browser> {
    const browser = new Browser({ client, url: registry.server.url });
    idp.person = { sub: `id-of-${name}`, preferred_username: name, groups };
    const started = await browser.get('/auth/sign-in/company?again=1');
    const back = await idp.visit(String(started.headers['location']));
    assert.equal((await browser.get(`${back.pathname}${back.search}`)).status, 303);
    return browser;
  }

  /** The access token that somebody makes who has signed in. */
  async function tokenOf(browser: Browser): Promise<{ user: string; token: string }> {
    const { name: user, csrfToken: csrf } = JSON.parse((await browser.api('GET', '/me')).text) as { name: string; csrfToken: string };
    const made = await browser.api('POST', `/users/${user}/tokens`, { name: 'laptop' }, { 'x-csrf-token': csrf });
    assert.equal(made.status, 201, made.text);
    return { user, token: (JSON.parse(made.text) as { token: string }).token };
  }

  const push = ({ user, token: password }: { user: string; token: string }, reference: string) =>
    registry.push({ user, password }, reference);

  test('team dev of the company pushes to dev only, for as long as the provider says that they are of it', async () => {
    const alice = await tokenOf(await signIn('alice', ['dev']));
    assert.equal(await push(alice, 'dev/people:1'), undefined);
    assert.match((await push(alice, 'ci/people:1')) ?? 'pushed', /403 Forbidden/);
    const refused = await client.send('POST', '/v2/ci/people/blobs/uploads/', { authorization: asPassword(alice.token) });
    assert.match(
      refused.body.toString(),
      /oidc:alice may not push repositories.longshore.dev \\"people\\" in namespace ci of cluster prod/,
    );
    const listed = await client.send('GET', '/v2/_catalog', { authorization: asPassword(alice.token) });
    assert.match(listed.body.toString(), /"dev\/people"/);
    const members = await asAdmin('GET', '/api/v1/projects/dev/members');
    assert.deepEqual((JSON.parse(members.text) as { items: unknown[] }).items, [], 'what a cluster lets begin has no owner');
    await signIn('alice', []);
    const start = () => client.send('POST', '/v2/dev/people/blobs/uploads/', { authorization: asPassword(alice.token) });
    await untilPromised(6000, async () => (await start()).status === 403);
  });

  test('team dev of a directory pushes to dev only, by the password that it has there, and for as long as it is of dev', async () => {
    const toDev = ['--clusterrole=longshore-push', '--group=ldap:dev'];
    await registry.cluster.kubectl(['--namespace', 'dev', 'create', 'rolebinding', 'of-the-directory', ...toDev]);
    const dora = { user: 'dora', token: passwordOf('dora') };
    const authorization = `Basic ${Buffer.from(`${dora.user}:${dora.token}`).toString('base64')}`;
    const start = (project: string) => client.send('POST', `/v2/${project}/of-dora/blobs/uploads/`, { authorization });
    const refused = await start('dev');
    assert.match(refused.body.toString(), /ldap:dora may not push .* in namespace dev of cluster staff/);
    await slapd.modify(`${groupEntry('dev', personDn('dora')).replace('\n', '\nchangetype: add\n')}`);
    await until(async () => (await start('dev')).status === 202);
    assert.equal(await push(dora, 'dev/of-dora:1'), undefined);
    assert.match((await push(dora, 'ci/of-dora:1')) ?? 'pushed', /403 Forbidden/);
    await slapd.modify(`dn: ${groupDn('dev')}\nchangetype: delete\n`);
    await untilPromised(10_000, async () => (await start('dev')).status === 403);
  });

  test('a binding to a User is for the one whom the provider calls so, and for no other user of that name', async () => {
    const to = ['--clusterrole=longshore-push', '--user=oidc:carol', '--user=carol'];
    await registry.cluster.kubectl(['--namespace', 'dev', 'create', 'rolebinding', 'carol', ...to]);
    const made = await asAdmin('POST', '/api/v1/users', { name: 'carol', password: 'a password of some length' });
    assert.equal(made.status, 201, made.text);
    const local = await push({ user: 'carol', token: 'a password of some length' }, 'dev/of-carol:1');
    assert.match(local ?? 'pushed', /403 Forbidden/);
    const password = `Basic ${Buffer.from('carol:a password of some length').toString('base64')}`;
    const asked = await client.send('POST', '/v2/dev/of-carol/blobs/uploads/', { authorization: password });
    assert.equal(asked.status, 403);
    assert.doesNotMatch(asked.body.toString(), /cluster/, 'no cluster was asked');
    const carol = await tokenOf(await signIn('carol', []));
    assert.notEqual(carol.user, 'carol');
    assert.equal(await push(carol, 'dev/of-carol:1'), undefined);
  });

  test('a token goes to the cluster that it is for, and decides about the projects of that one', async () => {
    const { cluster } = registry;
    const forTeams = (await cluster.kubectl(['--namespace', 'ci', 'create', 'token', 'ci-cd', '--audience', 'longshore-teams'])).trim();
    assert.equal(await push({ user: 'kubernetes', token: forTeams }, 'team-dev/app:1'), undefined);
    assert.match((await push({ user: 'kubernetes', token: forTeams }, 'dev/app:1')) ?? 'pushed', /403 Forbidden/);
    const good = await cluster.token('ci/ci-cd');
    assert.equal(await push({ user: 'kubernetes', token: good }, 'dev/app:1'), undefined);
    const forBoth = resigned(good, { aud: ['longshore', 'longshore-teams'] }, createPrivateKey(await readFile(cluster.signingKeyFile)));
    assert.equal((await client.send('GET', '/v2/', { authorization: `Bearer ${forBoth}` })).status, 401);
    // One that does not fit the pattern stands for no namespace, whatever the bindings.
    assert.match((await push({ user: 'kubernetes', token: forTeams }, 'team-dev.x/app:1')) ?? 'pushed', /403 Forbidden/);
  });

  test("a kubelet pulls with the Secret that the guide's job makes of its Pod's token", async (t) => {
    if (requirePrograms(t, 'skopeo', ...containerdPrograms) === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const { cluster, server } = registry;
    const image = `${server.host}/dev/kubelet:small`;
    const credentials = `--dest-creds=kubernetes:${await cluster.token('ci/ci-cd')}`;
    const copy = ['--insecure-policy', 'copy', '--quiet', '--all', '--dest-tls-verify=false', credentials];
    await runProgram(programPath('skopeo'), [...copy, `oci:${images.index}:small`, `docker://${image}`]);
    const spec = { serviceAccountName: 'image-puller', containers: [{ name: 'kubectl', image }] };
    const pod = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'job' }, spec };
    await cluster.kubectl(['--namespace', 'dev', 'create', '--filename', '-'], JSON.stringify(pod));
    const projected = await cluster.token('dev/image-puller', '--bound-object-kind', 'Pod', '--bound-object-name', 'job');
    const { username, password } = await runJob(projected);
    assert.equal(password, projected);
    const containerd = await startContainerd(server.host, { forKubelets: true });
    t.after(containerd.stop);
    assert.notEqual((await pullAsKubelet(containerd, image)).code, 0, 'nobody pulls without');
    assert.deepEqual(await pullAsKubelet(containerd, image, { username, password }), { code: 0, message: '' });
    await cluster.kubectl(['--namespace', 'dev', 'delete', 'pod', 'job', '--grace-period=0', '--force']);
    await until(async () => (await client.send('GET', '/v2/', { authorization: asPassword(projected) })).status === 401);
  });

  /** Runs the script of the guide's CronJob as its ServiceAccount, twice as it would; answers what the Secret holds then. */
  async function runJob(token: string): Promise<{ username: string; password: string }> {
    const { cluster, server } = registry;
    const jobs = JSON.parse(await cluster.kubectl(['--namespace', 'dev', 'get', 'cronjob', 'image-puller', '--output', 'json'])) as CronJob;
    const script = jobs.spec.jobTemplate.spec.template.spec.containers[0]?.args[0] ?? assert.fail();
    const own = await cluster.kubectl(['--namespace', 'dev', 'create', 'token', 'image-puller']);
    const file = `${cluster.directory}/projected-token`;
    await writeFile(file, token);
    const flags = `--server ${cluster.server} --certificate-authority ${cluster.caFile} --token "$OWN"`;
    const names = {
      'kubectl ': `${programPath('kubectl')} ${flags} `,
      'registry.example.com': server.host,
      '/var/run/longshore/token': file,
    };
    const env = { OWN: own.trim(), HOME: cluster.directory };
    for (let run = 0; run < 2; run += 1) await runProgram('sh', ['-ec', localised(script, names)], { env });
    const held = await cluster.kubectl(['--namespace', 'dev', 'get', 'secret', 'longshore', '--output', 'json']);
    const { data } = JSON.parse(held) as { data: Record<string, string> };
    const { auths } = JSON.parse(Buffer.from(data['.dockerconfigjson'] ?? '', 'base64').toString()) as {
      auths: Record<string, { username: string; password: string }>;
    };
    return auths[server.host] ?? assert.fail(Object.keys(auths).join());
  }
});

interface CronJob {
  readonly spec: {
    readonly jobTemplate: {
      readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { args: string[] }[] } } };
    };
  };
}
