import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { after, test } from 'node:test';
import { basicAuthorization, startRegistry } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { githubClaims, newKey, startTokenIssuer, type TokenChanges } from '../tools/token-issuer.ts';

const audience = 'registry.example';
const issuer = await startTokenIssuer();
const gitlab = await startTokenIssuer({ algorithm: 'ES256' });
const stranger = await startTokenIssuer();
const issuers = [
  { name: 'github', issuer: issuer.issuer },
  { name: 'gitlab', issuer: gitlab.issuer },
];
const registry = await startRegistry({
  flags: ['--tokens-service', audience],
  env: { LONGSHORE_FEDERATION_ISSUERS: JSON.stringify(issuers) },
});
after(async () => {
  await registry.stop();
  await Promise.all([issuer.close(), gitlab.close(), stranger.close()]);
});
const { client, metadata } = registry;
const owner = await registry.addUser('owner', { team: 'owner', other: 'owner' });
await pushImage({ client, repository: 'team/app', authorization: owner.basic }, '1');

const rule = 'claims.repository == "octo/app" && claims.ref == "refs/heads/main" && claims.event_name != "pull_request"';
const formType = { 'content-type': 'application/x-www-form-urlencoded' };

async function call(method: string, path: string, json?: object, authorization = owner.basic) {
  const body = json === undefined ? {} : { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
  const answer = await client.send(method, `/api/v1${path}`, { authorization, ...body });
  const text = answer.body.toString();
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
}

/** A robot of team with a trust; answers its user name, and where it and its trust are. */
async function robotWithTrust(name: string, trust: object = {}, role = 'writer') {
  const made = await call('POST', '/projects/team/robots', { name, permissions: [{ role }] });
  const self = `/projects/team/robots/${made.body.robot.id}`;
  const trusted = await call('POST', `${self}/trusts`, { issuer: 'github', rule, ...trust });
  assert.equal(trusted.status, 201, JSON.stringify(trusted.body));
  return {
    userName: String(made.body.robot.userName),
    self,
    trust: `${self}/trusts/${trusted.body.trust.id}`,
    warnings: trusted.body.warnings,
  };
}

const token = (changes?: TokenChanges, claims: object = githubClaims) => issuer.token(audience, claims, changes);
const pull = (authorization: string) => client.send('GET', '/v2/team/app/manifests/1', { authorization });
const login = (text: string, userName = 'jwt') => pull(basicAuthorization(userName, text));

/** Exchanges a token (RFC 8693). */
async function exchange(text: string, more: Record<string, string> = {}) {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: text,
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    scope: 'repository:team/app:pull,push',
    ...more,
  });
  const answer = await client.send('POST', '/auth/token', { body: body.toString(), headers: formType });
  return { status: answer.status, body: JSON.parse(answer.body.toString()) };
}

/** The reasons for which logins were refused, each once. */
async function refusals(): Promise<string> {
  const { items } = await metadata.listAudit({ action: 'login' }, { limit: 100, after: undefined });
  return items.map(({ reason }) => reason).join('\n');
}

const ci = await robotWithTrust('ci');

test('a token of a trusted issuer is a login: as password, as Bearer, and exchanged for a registry token', async () => {
  const good = token();
  for (const userName of [ci.userName, 'oauth2accesstoken']) assert.equal((await login(good, userName)).status, 200, userName);
  assert.equal((await pull(`Bearer ${good}`)).status, 200);
  assert.equal((await call('GET', '/me', undefined, `Bearer ${good}`)).body.name, 'team+ci');
  const { status, body } = await exchange(good, { username: ci.userName, audience });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.issued_token_type, 'urn:ietf:params:oauth:token-type:access_token');
  assert.equal(body.token_type, 'Bearer');
  assert.ok(body.refresh_token === undefined);
  assert.equal((await pull(`Bearer ${body.access_token}`)).status, 200);
  await pushImage({ client, repository: 'team/app', authorization: `Bearer ${body.access_token}` }, '2');
  const { items } = await metadata.listAudit({ project: 'team', action: 'tag.created' }, { limit: 1, after: undefined });
  assert.match(items[0]?.actor ?? '', /^robot:\d+:team\+ci$/);
  const [listed] = (await call('GET', `${ci.self}/trusts`)).body.items;
  assert.ok(listed.lastUsedAt !== undefined && listed.rule === rule);
});

test('docker login gets a token with one as password', async () => {
  const answer = await client.send('GET', `/auth/token?service=${audience}&scope=repository:team/app:pull&offline_token=true`, {
    authorization: basicAuthorization(ci.userName, token()),
  });
  const body = JSON.parse(answer.body.toString());
  assert.equal((await pull(`Bearer ${body.token}`)).status, 200);
  assert.equal(body.refresh_token, undefined, 'it would be good for longer than the token');
});

const hourAgo = { issuedAt: -3600, expiresAt: -61 };
const key = newKey('RS256');
const publicPem = () =>
  createPublicKey({ key: issuer.keySet().keys[0] ?? {}, format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();

for (const [what, bad, reason] of [
  [
    'a wrong audience',
    () => issuer.token('other.example', githubClaims),
    /its audience is "other\.example", and must be "registry\.example"/,
  ],
  ['the audience of another registry among none', () => issuer.token('', githubClaims), /audience/],
  ['no audience', () => token({ claims: { aud: undefined } }), /its audience is null/],
  ['an end that has passed', () => token(hourAgo), /has expired/],
  ['no end', () => token({ claims: { exp: undefined } }), /does not say/],
  ['an end that is a text', () => token({ claims: { exp: '4102444800' } }), /does not say/],
  ['an end beyond all dates', () => token({ claims: { exp: 1e308 } }), /does not say/],
  ['a time of issue before all dates', () => token({ claims: { iat: -1 } }), /does not say/],
  ['no time of issue', () => token({ claims: { iat: undefined } }), /does not say/],
  ['a beginning that is ahead', () => token({ claims: { nbf: Math.floor(Date.now() / 1000) + 120 } }), /not good yet/],
  ['a time of issue that is ahead', () => token({ issuedAt: 120 }), /not good yet/],
  ['another repository', () => token({ claims: { repository: 'evil/app' } }), /has no rule that is true of it/],
  ['an issuer that is not configured', () => stranger.token(audience, githubClaims), /not configured/],
  [
    'the issuer of others over a key of its own',
    () => stranger.token(audience, githubClaims, { claims: { iss: issuer.issuer } }),
    /no key/,
  ],
  ['a slash more in the issuer', () => token({ claims: { iss: `${issuer.issuer}/` } }), /not configured/],
  ['a demand in its header', () => token({ header: { crit: ['b64'], b64: true } }), /demands/],
  ['more claims than are looked at', () => token({ claims: { list: Array.from({ length: 1000 }, () => 1) } }), /too many/],
  ['claims that nest', () => token({ claims: { a: JSON.parse('['.repeat(9) + ']'.repeat(9)) } }), /too many, or too deep/],
  ['another signature', () => token({ signedBy: key.privateKey }), /its signature is not/],
] as const) {
  test(`refused, and said why to auditors: ${what}`, async () => {
    const answer = await login(bad(), ci.userName);
    assert.equal(answer.status, 401);
    assert.match(await refusals(), reason);
    assert.doesNotMatch(answer.body.toString(), /octo|main|rule/, 'the client learns nothing that helps to forge one');
  });
}

test('who asks with the wrong audience is told which is right', async () => {
  const wrong = issuer.token('https://github.com/octo', githubClaims);
  for (const said of [
    (await login(wrong)).body.toString(),
    JSON.stringify((await exchange(wrong)).body),
    JSON.stringify((await call('GET', '/me', undefined, `Bearer ${wrong}`)).body),
  ]) {
    assert.match(said, /with the audience 'registry.example'/);
  }
});

test('CVE-2025-24976: a key in the header of a token is nothing, whatever its id', async () => {
  const [trusted] = issuer.keySet().keys;
  const jwk = { ...key.jwk, kid: trusted?.['kid'] };
  const url = `${stranger.issuer}/keys`;
  for (const header of [{ jwk }, { jku: url }, { x5u: url }, { x5c: ['MIIB'] }, { jwk, kid: undefined }, { jwk, kid: key.jwk['kid'] }]) {
    assert.equal((await login(token({ header, signedBy: key.privateKey }))).status, 401, JSON.stringify(header));
    assert.match(await refusals(), /its signature is not|no key/);
  }
  assert.equal(stranger.asked().keys, 0, 'nothing that a token names is asked');
  assert.equal((await login(token({ header: { jwk, jku: url } }))).status, 200, 'beside the right key such a header says nothing');
});

test('the algorithm is one that the issuer is configured for, by a key that is made for it', async () => {
  const [signedAs, signedBy] = ['HS256', publicPem()];
  assert.equal((await login(token({ header: { alg: 'HS256' }, signedAs, signedBy }))).status, 401, 'a public key is no secret');
  assert.equal((await login(token({ header: { alg: 'RS256' }, signedAs, signedBy }))).status, 401);
  for (const alg of ['none', 'None', 'RS512', 'PS256', 'EdDSA', '', 7]) {
    assert.equal(
      (await login(token({ header: { alg }, ...(typeof alg === 'string' && alg.startsWith('RS') && { signedAs: alg }) }))).status,
      401,
    );
  }
  const unsigned = token({ header: { alg: 'none' }, signedAs: 'none' });
  assert.equal((await login(unsigned)).status, 401);
  assert.equal((await login(`${unsigned}AA`)).status, 401);
  assert.equal((await login(token({ header: { alg: 'ES256' } }))).status, 401, 'the key is one of RSA');
});

test('CVE-2026-123710: a token is good for one audience and one issuer, and ours for none of theirs', async () => {
  const twoRegistries = ['registry.example', 'other.example'];
  assert.equal((await login(token({ claims: { aud: twoRegistries } }))).status, 200);
  assert.equal((await login(token({ claims: { aud: ['registry.example.evil', 'http://registry.example'] } }))).status, 401);
  assert.equal((await login(gitlab.token(audience, githubClaims))).status, 401, 'its issuer is configured, and no robot trusts it');
  assert.match(await refusals(), /no robot has a trust for the issuer 'gitlab'/);
  const { body } = await exchange(token());
  assert.equal((await exchange(body.access_token)).status, 401, 'a registry token gets no other');
  assert.equal((await exchange(token(), { audience: 'other.example' })).status, 400);
  for (const more of [{ subject_token_type: 'urn:x' }, { actor_token: 'x' }, { requested_token_type: 'urn:x' }, { subject_token: '' }]) {
    assert.equal((await exchange(token(), more)).status, 400, JSON.stringify(more));
  }
});

test('a named robot is asked alone; where several trust a token one has to be named', async () => {
  const other = await robotWithTrust('other', {}, 'reader');
  assert.equal((await login(token(), 'anybody')).status, 401);
  assert.match(await refusals(), /rules of several robots are true/);
  assert.equal((await login(token(), other.userName)).status, 200);
  assert.equal((await login(token(), 'robot+team+nobody')).status, 401);
  assert.equal((await login(token(), 'robot+other+ci')).status, 401);
  await call('DELETE', other.trust);
  assert.equal((await login(token(), other.userName)).status, 401);
  assert.equal((await login(token(), 'anybody')).status, 200);
});

test('a pipeline that asks for what another project shows is who it is without naming its robot', async () => {
  const headers = { 'if-match': '*', 'content-type': 'application/json' };
  const body = JSON.stringify({ visibility: 'public' });
  assert.equal((await client.send('PATCH', '/api/v1/projects/other', { authorization: owner.basic, headers, body })).status, 200);
  const exchanged = await exchange(token(), { scope: 'repository:other/app:pull' });
  assert.equal(exchanged.status, 200, JSON.stringify(exchanged.body));
  const [, claims = ''] = exchanged.body.access_token.split('.');
  const { sub, access } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  assert.match(sub, /^robot:/);
  assert.deepEqual(access, [{ type: 'repository', name: 'other/app', actions: ['pull'] }]);
});

test('a rule of another project, true of whatever it is, keeps no pipeline out that says what it wants', async () => {
  const made = await call('POST', '/projects/other/robots', { name: 'greedy', permissions: [{ role: 'reader' }] });
  const self = `/projects/other/robots/${made.body.robot.id}`;
  assert.equal((await call('POST', `${self}/trusts`, { issuer: 'github', rule: 'claims.repository.startsWith("")' })).status, 201);
  const { status, body } = await exchange(token());
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal((await pull(`Bearer ${body.access_token}`)).status, 200);
  const asked = `/auth/token?service=${audience}&scope=repository:team/app:pull`;
  assert.equal((await client.send('GET', asked, { authorization: basicAuthorization('jwt', token()) })).status, 200);
  const unclear = await exchange(token(), { scope: 'repository:team/app:pull repository:other/app:pull' });
  assert.equal(unclear.status, 401);
  assert.match(JSON.stringify(unclear.body), /several robots may trust it: give the user name of one/);
  assert.doesNotMatch(JSON.stringify(unclear.body), /greedy|other|trusts \d/);
  assert.equal((await login(token(), 'jwt')).status, 401, 'a request says nothing of the kind');
  assert.equal((await login(token(), ci.userName)).status, 200);
  await call('DELETE', self);
});

test('what came of a trust ends with it, with its robot, and with the token', async () => {
  const { trust, self, userName } = await robotWithTrust('brief');
  const registryToken = async (text: string) => (await exchange(text, { username: userName })).body;
  const { access_token: first } = await registryToken(token());
  assert.equal((await pull(`Bearer ${first}`)).status, 200);
  const short = await registryToken(token({ expiresAt: 3 }));
  assert.ok(short.expires_in <= 63, `${short.expires_in} s: no longer than the token, clocks apart included`);
  await call('DELETE', trust);
  assert.equal((await pull(`Bearer ${first}`)).status, 401);
  assert.equal((await call('POST', `${self}/trusts`, { issuer: 'github', rule })).status, 201);
  assert.equal((await pull(`Bearer ${first}`)).status, 401, 'the same rule again is another trust');
  const { access_token: second } = await registryToken(token());
  const robot = await client.send('GET', `/api/v1${self}`, { authorization: owner.basic });
  const headers = { 'if-match': String(robot.headers.etag), 'content-type': 'application/json' };
  await client.send('PATCH', `/api/v1${self}`, { authorization: owner.basic, headers, body: '{"disabled":true}' });
  assert.equal((await pull(`Bearer ${second}`)).status, 401);
  assert.equal((await login(token(), userName)).status, 401);
  assert.match(await refusals(), /disabled or has expired/);
});

test('a rule is looked at before it is stored', async () => {
  const trusts = `${ci.self}/trusts`;
  const faults = async (json: object) => {
    const { status, body } = await call('POST', trusts, json);
    assert.equal(status, 400, JSON.stringify(body));
    return body.detail ?? '';
  };
  assert.match(await faults({ issuer: 'github', rule: 'claims.sub == ' }), /Line 1, column/);
  assert.match(await faults({ issuer: 'github', rule: 'true' }), /true of every token/);
  assert.match(await faults({ issuer: 'nobody', rule }), /there are github, gitlab/);
  await faults({ issuer: 'github', rule: `claims.sub == "${'a'.repeat(2048)}"` });
  await faults({ issuer: 'github', rule, kind: 'certificate' });
  const wide = await call('POST', trusts, { issuer: 'github', rule: 'claims.event_name != "pull_request"' });
  assert.match(wide.body.warnings[0], /a stranger/);
  await call('DELETE', `${trusts}/${wide.body.trust.id}`);
});

test('claims can be tried before anything is stored, by who may administer the robot alone', async () => {
  const path = `${ci.self}/trusts/check`;
  const tried = await call('POST', path, { claims: githubClaims, rule: 'claims.ref.startsWith("refs/tags/")' });
  assert.deepEqual(
    tried.body.trusts.map(({ matches }: { matches: boolean }) => matches),
    [true],
  );
  assert.deepEqual(tried.body.rule, { matches: false, warnings: [] });
  const fork = await call('POST', path, { claims: { ...githubClaims, event_name: 'pull_request' }, rule: '1 +' });
  assert.equal(fork.body.trusts[0].matches, false);
  assert.match(fork.body.rule.fault, /Line 1/);
  const reader = await registry.addUser('reader', { team: 'reader' });
  for (const [method, where] of [
    ['POST', path],
    ['GET', `${ci.self}/trusts`],
    ['DELETE', ci.trust],
  ] as const) {
    assert.equal((await call(method, where, method === 'POST' ? { claims: {} } : undefined, reader.basic)).status, 403);
  }
  for (const where of [ci.trust.replace('/team/', '/other/'), `${ci.self}/trusts/999`]) {
    assert.equal((await call('DELETE', where)).status, 404, where);
  }
});

test('a password that looks like no token is still a password', async () => {
  assert.equal((await pull(owner.basic)).status, 200);
  assert.equal((await login('a.b.c', 'owner')).status, 401);
});
