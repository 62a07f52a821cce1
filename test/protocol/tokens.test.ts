import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { parseChallenge } from '@longshore/oci';
import { type Expected, expectAnswer, jsonOf } from './expected-answer.ts';
import type { Answer } from './http-client.ts';
import { basicAuthorization, startRegistry } from './registry-fixture.ts';
import { digestOf, octets, pushBlob, pushImage } from './sample-content.ts';

const registry = await startRegistry({ flags: ['--anonymous', 'pull'] });
after(() => registry.stop());
const { client, host, url } = registry;
const alice = await registry.addUser('alice', { shared: 'writer', closed: 'maintainer' });
const bob = await registry.addUser('bob', { shared: 'reader' });
await pushImage({ client, repository: 'shared/app', authorization: alice.basic }, 'latest');

interface TokenAnswer {
  readonly token: string;
  readonly access_token: string;
  readonly expires_in: number;
  readonly issued_at: string;
  readonly refresh_token?: string;
}

interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

const challengeOf = (answer: Answer) => parseChallenge(String(answer.headers['www-authenticate']))?.params;
const bearer = (token: string) => `Bearer ${token}`;
const scopeQuery = (scopes: readonly string[]) => scopes.map((scope) => `scope=${encodeURIComponent(scope)}`).join('&');

/** The token that GET gives for these scopes. */
async function getToken(scopes: readonly string[], authorization?: string, more = ''): Promise<TokenAnswer> {
  const answer = await client.send('GET', `/auth/token?service=longshore&${scopeQuery(scopes)}${more}`, { authorization });
  return jsonOf<TokenAnswer>(
    expectAnswer(answer, { status: 200, headers: { 'cache-control': 'no-store', 'content-type': 'application/json' } }),
  );
}

function postToken(form: Record<string, string>): Promise<Answer> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return client.send('POST', '/auth/token', { headers, body: new URLSearchParams(form).toString() });
}

/** What a token says it is for; its signature is the business of others. */
function accessOf({ token }: { token: string }): readonly Access[] {
  return (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { access: Access[] }).access;
}

test('a challenge names the token service, the service, and what the request needs', async () => {
  const realm = `${url}/auth/token`;
  const rows = [
    ['GET', '/v2/', undefined],
    ['GET', '/v2/_oci/ext/discover', undefined],
    ['POST', '/v2/shared/app/blobs/uploads/', 'repository:shared/app:pull,push'],
    ['PUT', '/v2/shared/app/manifests/latest', 'repository:shared/app:pull,push'],
    ['DELETE', '/v2/shared/app/manifests/latest', 'repository:shared/app:delete'],
    ['DELETE', `/v2/shared/app/blobs/${digestOf('x')}`, 'repository:shared/app:delete'],
  ] as const;
  for (const [method, path, scope] of rows) {
    const answer = expectAnswer(await client.send(method, path), { status: 401, code: 'UNAUTHORIZED' });
    assert.deepEqual(challengeOf(answer), { realm, service: 'longshore', ...(scope === undefined ? {} : { scope }) }, `${method} ${path}`);
  }
});

test('a mount asks for its source too', async () => {
  const answer = await client.send('POST', `/v2/shared/app/blobs/uploads/?mount=${digestOf('x')}&from=closed/app`);
  assert.equal(challengeOf(answer)?.['scope'], 'repository:shared/app:pull,push repository:closed/app:pull');
});

test('docker login: no credentials and wrong ones are refused at GET /v2/, also where everybody may pull', async () => {
  expectAnswer(await client.send('GET', '/v2/'), { status: 401 });
  expectAnswer(await client.send('GET', '/v2/', { authorization: alice.basic }), { status: 200 });
  expectAnswer(await client.send('GET', '/v2/', { authorization: basicAuthorization('alice', 'wrong') }), { status: 401 });
  const wrong = basicAuthorization('nobody', 'wrong');
  expectAnswer(await client.send('GET', `/auth/token?service=longshore`, { authorization: wrong }), {
    status: 401,
    headers: { 'www-authenticate': /^Basic / },
  });
  expectAnswer(
    await client.send('GET', '/v2/shared/app/manifests/latest', { authorization: wrong }),
    { status: 401 },
    'even to read what all may read',
  );
  const { token } = await getToken([], alice.basic, '&account=alice');
  expectAnswer(await client.send('GET', '/v2/', { authorization: bearer(token) }), { status: 200 });
});

test('an anonymous token pulls, and does not log in', async () => {
  const anonymous = await getToken(['repository:shared/app:pull,push']);
  assert.deepEqual(accessOf(anonymous), [{ type: 'repository', name: 'shared/app', actions: ['pull'] }]);
  expectAnswer(await client.send('GET', '/v2/shared/app/manifests/latest', { authorization: bearer(anonymous.token) }), { status: 200 });
  expectAnswer(await client.send('GET', '/v2/', { authorization: bearer(anonymous.token) }), { status: 401 });
  const push = await client.send('POST', '/v2/shared/app/blobs/uploads/', { authorization: bearer(anonymous.token) });
  expectAnswer(push, { status: 401, headers: { 'www-authenticate': /scope="repository:shared\/app:pull,push"/ } });
});

test('a token comes under both names, with its lifetime', async () => {
  const answer = await getToken(['repository:shared/app:pull'], alice.basic);
  assert.equal(answer.token, answer.access_token);
  assert.ok(answer.expires_in >= 60);
  assert.match(answer.issued_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  assert.ok(!('refresh_token' in answer));
});

test('several scopes, each granted as far as the user may', async () => {
  const scopes = ['repository:shared/app:pull,push', 'repository:closed/app:pull'];
  const expected = [
    { type: 'repository', name: 'shared/app', actions: ['pull'] },
    { type: 'repository', name: 'closed/app', actions: ['pull'] },
  ];
  assert.deepEqual(accessOf(await getToken(scopes, bob.basic)), expected);
  assert.deepEqual(accessOf(await getToken([scopes.join(' ')], bob.basic)), expected, 'in one parameter');
});

test('what a token was not issued for is asked for by a challenge; what its user may not do is refused', async () => {
  const { token } = await getToken(['repository:shared/app:pull'], alice.basic);
  const push = () => client.send('POST', '/v2/shared/app/blobs/uploads/', { authorization: bearer(token) });
  const expected: Expected = { status: 401, headers: { 'www-authenticate': /error="insufficient_scope"/ } };
  assert.equal(challengeOf(expectAnswer(await push(), expected))?.['scope'], 'repository:shared/app:pull,push');
  expectAnswer(await client.send('DELETE', '/v2/shared/app/manifests/latest', { authorization: bearer(token) }), {
    status: 403,
    code: 'DENIED',
  });
});

test('the password and refresh_token grants of POST', async () => {
  const grant = { service: 'longshore', client_id: 'test', scope: 'repository:shared/app:pull,push' };
  const password = { ...grant, grant_type: 'password', username: 'alice', password: alice.password };
  const first = jsonOf<TokenAnswer>(expectAnswer(await postToken({ ...password, access_type: 'offline' }), { status: 200 }));
  assert.ok(first.refresh_token !== undefined);
  const second = expectAnswer(await postToken({ ...grant, grant_type: 'refresh_token', refresh_token: first.refresh_token }), {
    status: 200,
  });
  for (const answer of [first, jsonOf<TokenAnswer>(second)]) {
    assert.deepEqual(accessOf(answer), [{ type: 'repository', name: 'shared/app', actions: ['pull', 'push'] }]);
    assert.equal(answer.refresh_token, first.refresh_token);
    expectAnswer(await client.send('POST', '/v2/shared/app/blobs/uploads/', { authorization: bearer(answer.access_token) }), {
      status: 202,
    });
  }
  assert.equal(jsonOf<TokenAnswer>(await postToken(password)).refresh_token, undefined);
  for (const wrong of [
    { ...password, password: 'wrong' },
    { ...grant, grant_type: 'refresh_token', refresh_token: first.token },
  ]) {
    expectAnswer(await postToken(wrong), { status: 401 });
  }
  for (const grantType of ['authorization_code', '']) expectAnswer(await postToken({ ...grant, grant_type: grantType }), { status: 400 });
});

test('offline_token gives a refresh token to who proved a password, and to nobody else', async () => {
  const { refresh_token: refreshToken } = await getToken([], alice.basic, '&offline_token=true&client_id=docker');
  expectAnswer(await postToken({ grant_type: 'refresh_token', refresh_token: refreshToken ?? '', service: 'longshore' }), { status: 200 });
  assert.equal((await getToken([], undefined, '&offline_token=true')).refresh_token, undefined);
  expectAnswer(
    await client.send('GET', '/v2/', { authorization: bearer(refreshToken ?? '') }),
    { status: 401 },
    'a refresh token at the registry',
  );
});

test('a registry token does not get another one', async () => {
  const { token } = await getToken(['repository:shared/app:pull'], alice.basic);
  expectAnswer(await client.send('GET', '/auth/token?scope=repository:shared/app:push', { authorization: bearer(token) }), { status: 401 });
});

test('Basic straight to the registry pushes and pulls', async () => {
  const digest = await pushBlob({ client, repository: 'shared/basic', authorization: alice.basic }, 'basic');
  expectAnswer(await client.send('GET', `/v2/shared/basic/blobs/${digest}`, { authorization: bob.basic }), { status: 200, body: 'basic' });
  const denied = await client.send('POST', '/v2/shared/basic/blobs/uploads/', { authorization: bob.basic });
  expectAnswer(denied, { status: 403, code: 'DENIED', headers: { 'www-authenticate': undefined } });
});

test('a name with host and port in a scope is no reason to fail', async () => {
  const access = accessOf(await getToken([`repository:${host}/shared/app:pull`, 'repository:shared/app:pull'], alice.basic));
  assert.ok(access.some(({ name, actions }) => name === 'shared/app' && actions.includes('pull')));
});

test('a token for the catalog reads the catalog, and nothing else', async () => {
  const { token } = await getToken(['registry:catalog:*'], alice.basic);
  const answer = await client.send('GET', '/v2/_catalog', { authorization: bearer(token) });
  expectAnswer(answer, { status: 200, json: { repositories: ['shared/app'] } });
  const push = await client.send('POST', '/v2/shared/app/blobs/uploads/', { authorization: bearer(token) });
  expectAnswer(push, { status: 401, headers: { 'www-authenticate': /insufficient_scope/ } });
});

test('a mount that only the token prevents is answered with both scopes', async () => {
  await using closed = await startRegistry({ flags: [] });
  const user = await closed.addUser('carol', { one: 'maintainer', two: 'maintainer' });
  const digest = await pushBlob({ client: closed.client, repository: 'one/app', authorization: user.basic }, 'blob');
  const tokenFor = async (scopes: readonly string[]) =>
    bearer(jsonOf<TokenAnswer>(await closed.client.send('GET', `/auth/token?${scopeQuery(scopes)}`, { authorization: user.basic })).token);
  const mount = (authorization: string) =>
    closed.client.send('POST', `/v2/two/app/blobs/uploads/?mount=${digest}&from=one/app`, { authorization });
  const narrow = expectAnswer(await mount(await tokenFor(['repository:two/app:pull,push'])), { status: 401 });
  const scope = challengeOf(narrow)?.['scope'] ?? '';
  assert.equal(scope, 'repository:two/app:pull,push repository:one/app:pull');
  expectAnswer(await mount(await tokenFor([scope])), { status: 201 });
});

test('tokens that are not ours, not for us, or not signed are invalid_token', async () => {
  const { token } = await getToken(['repository:shared/app:pull'], alice.basic);
  const [head = '', claims = '', signature = ''] = token.split('.');
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const forged = [
    `${none}.${claims}.`,
    `${head}.${claims}.`,
    `${head}.${claims}.${signature.slice(0, -4)}AAAA`,
    `${head}.${Buffer.from('{}').toString('base64url')}.${signature}`,
    'x',
    '',
  ];
  for (const text of forged) {
    const answer = await client.send('GET', '/v2/shared/app/manifests/latest', { authorization: bearer(text).trimEnd() });
    expectAnswer(answer, { status: 401, code: 'UNAUTHORIZED' }, text);
    if (text.includes('.')) assert.equal(challengeOf(answer)?.['error'], 'invalid_token', text);
  }
});

const badRequests: readonly (readonly [string, string, number])[] = [
  ['a scope without actions', '/auth/token?scope=repository:app', 400],
  ['another service', '/auth/token?service=other.example', 400],
  ['no scope', '/auth/token', 200],
  ['a scope of an unknown type', '/auth/token?scope=plugin:x:pull', 200],
];
for (const [title, path, status] of badRequests) {
  test(`the token service with ${title}: ${status}`, async () => {
    expectAnswer(await client.send('GET', path), { status });
  });
}

test('the token service takes GET and POST, and forms of a sensible size', async () => {
  expectAnswer(await client.send('PUT', '/auth/token'), { status: 405, headers: { allow: 'GET, POST' } });
  expectAnswer(await client.send('POST', '/auth/token', { headers: octets, body: 'x'.repeat(64 * 1024 + 1) }), { status: 413 });
  const keys = jsonOf<{ keys: Record<string, unknown>[] }>(expectAnswer(await client.send('GET', '/auth/keys'), { status: 200 }));
  assert.ok(keys.keys.length > 0 && keys.keys.every((key) => !('d' in key)));
  expectAnswer(await client.send('POST', '/auth/keys'), { status: 405, headers: { allow: 'GET' } });
});
