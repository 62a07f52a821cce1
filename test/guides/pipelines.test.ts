import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { loadConfig } from '../../packages/server/src/config/load.ts';
import { basicAuthorization, startRegistry } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { githubClaims, gitlabClaims, jenkinsClaims, kubernetesClaims, startTokenIssuer } from '../tools/token-issuer.ts';
import { guideBlocks } from './guide-blocks.ts';

const blocks = await guideBlocks('pipelines.md');
const textsOf = (language: string) => blocks.filter((block) => block.language === language).map(({ text }) => text);
const audience = 'registry.example.com';

/** In the order of the rules in the guide: what that system's tokens say, and what they say when they are not the ones that are meant. */
const systems = [
  ['github', githubClaims, [{ repository_id: '1' }, { event_name: 'pull_request' }, { ref: 'refs/pull/7/merge' }]],
  ['gitlab', gitlabClaims, [{ project_id: '21' }, { ref_protected: 'false' }, { ref_type: 'tag' }]],
  ['jenkins', jenkinsClaims, [{ sub: 'https://jenkins.acme.example/job/other/' }]],
  ['west', kubernetesClaims, [{ sub: 'system:serviceaccount:ci:default' }]],
] as const;

const issuers = await Promise.all(systems.map(() => startTokenIssuer()));
const named = systems.map(([name], index) => ({ name, issuer: issuers[index]?.issuer }));
const registry = await startRegistry({
  flags: ['--tokens-service', audience],
  env: { LONGSHORE_FEDERATION_ISSUERS: JSON.stringify(named) },
});
after(async () => {
  await registry.stop();
  await Promise.all(issuers.map((issuer) => issuer.close()));
});
const { client } = registry;
const owner = await registry.addUser('owner', { team: 'owner' });
await pushImage({ client, repository: 'team/app', authorization: owner.basic }, '1');

async function post(path: string, json: object) {
  const headers = { 'content-type': 'application/json' };
  const answer = await client.send('POST', `/api/v1${path}`, { authorization: owner.basic, headers, body: JSON.stringify(json) });
  return { status: answer.status, body: JSON.parse(answer.body.toString()) };
}

const newRobot = async (name: string) => (await post('/projects/team/robots', { name, permissions: [{ role: 'writer' }] })).body.robot;
const pull = async (userName: string, token: string) => {
  const authorization = basicAuthorization(userName, token);
  return (await client.send('GET', '/v2/team/app/manifests/1', { authorization })).status;
};

test('both languages of the guide show the same blocks', async () => {
  assert.deepEqual(await guideBlocks('pipelines.zh-CN.md'), blocks);
});

test('the settings that the guide shows are right', () => {
  const [yaml = ''] = textsOf('yaml');
  const loaded = loadConfig(['--config', 'guide.yaml'], {}, () => yaml);
  assert.ok('config' in loaded, JSON.stringify(loaded));
  assert.deepEqual(
    loaded.config.federation.issuers.map(({ name }) => name),
    systems.map(([name]) => name),
  );
});

for (const [index, [name, claims, others]] of systems.entries()) {
  test(`the rule for ${name} lets its pipeline in, and no other`, async () => {
    const issuer = issuers[index] ?? assert.fail();
    const robot = await newRobot(`of-${name}`);
    const rule = textsOf('cel')[index]?.trim();
    const made = await post(`/projects/team/robots/${robot.id}/trusts`, { issuer: name, rule });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.deepEqual(made.body.warnings, []);
    const given = { ...claims, ...('nbf' in claims && { nbf: undefined }) };
    assert.equal(await pull(robot.userName, issuer.token(audience, given)), 200);
    for (const other of others) assert.equal(await pull(robot.userName, issuer.token(audience, { ...given, ...other })), 401);
  });
}

test('the requests of the guide do what it says', async () => {
  const [trust = '', check = '', exchange = ''] = textsOf('sh');
  const jsonOf = (text: string) => JSON.parse(/-d '(.+)' \\/.exec(text)?.[1] ?? '');
  const robot = await newRobot('ci');
  const path = `/projects/team/robots/${robot.id}/trusts`;
  assert.equal((await post(path, jsonOf(trust))).status, 201);
  const checked = await post(`${path}/check`, jsonOf(check));
  assert.deepEqual(
    checked.body.trusts.map(({ matches }: { matches: boolean }) => matches),
    [true],
  );
  const fields = [...exchange.matchAll(/--data-urlencode "?([a-z_]+)=([^"\s]+)/g)].map(([, field = '', value = '']): [string, string] => [
    field,
    value,
  ]);
  const form = new URLSearchParams(fields);
  form.set('subject_token', issuers[0]?.token(audience, githubClaims) ?? '');
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await client.send('POST', '/auth/token', { body: form.toString(), headers });
  assert.equal(answer.status, 200, answer.body.toString());
  const bearer = `Bearer ${JSON.parse(answer.body.toString()).access_token}`;
  assert.equal((await client.send('GET', '/v2/team/app/manifests/1', { authorization: bearer })).status, 200);
});
