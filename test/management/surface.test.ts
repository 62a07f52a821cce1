import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { basicAuthorization, startRegistry } from '../protocol/registry-fixture.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const { client } = registry;
const alice = await registry.addUser('alice');

/** A problem of RFC 9457, in short. */
async function problemOf(method: string, path: string, options: Parameters<typeof client.send>[2] = {}) {
  const answer = await client.send(method, path, options);
  assert.equal(answer.headers['content-type'], 'application/problem+json', answer.body.toString());
  const { type, status, detail, requestId, errors } = JSON.parse(answer.body.toString());
  assert.equal(status, answer.status);
  assert.equal(requestId, answer.headers['x-request-id']);
  assert.notEqual(detail, '');
  return { status, type, errors, headers: answer.headers };
}

test('me: who is asking, with a password and with an access token', async () => {
  const answer = await client.send('GET', '/api/v1/me', { authorization: alice.basic });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.deepEqual(JSON.parse(answer.body.toString()), { kind: 'user', name: 'alice', administrator: false, credential: 'password' });
});

test('HEAD says what GET would, OPTIONS what works', async () => {
  const [get, head] = await Promise.all(['GET', 'HEAD'].map((method) => client.send(method, '/api/v1/me', { authorization: alice.basic })));
  assert.equal(head?.status, 200);
  assert.equal(head?.body.byteLength, 0);
  assert.equal(head?.headers['content-length'], get?.headers['content-length']);
  const options = await client.send('OPTIONS', '/api/v1/me');
  assert.deepEqual([options.status, options.headers.allow], [204, 'GET, HEAD, OPTIONS']);
  assert.equal(options.headers['access-control-allow-origin'], undefined);
});

test('without credentials or with wrong ones: 401 that asks for them', async () => {
  for (const authorization of [undefined, basicAuthorization('alice', 'wrong'), 'Bearer nonsense', 'Digest x']) {
    const { status, type, headers } = await problemOf('GET', '/api/v1/me', { authorization });
    assert.deepEqual([status, type, headers['www-authenticate']], [401, '/problems/unauthorized', 'Basic realm="longshore"']);
  }
});

test('a script of a page is told the same without a scheme for which its browser would ask by itself', async () => {
  for (const authorization of [undefined, basicAuthorization('alice', 'wrong')]) {
    const headers = { 'x-requested-with': 'XMLHttpRequest' };
    const { status, headers: answered } = await problemOf('GET', '/api/v1/me', { authorization, headers });
    assert.deepEqual([status, answered['www-authenticate']], [401, 'Session realm="longshore"']);
  }
});

test('too many failed logins are answered 429 with Retry-After', async () => {
  const guess = () => problemOf('GET', '/api/v1/me', { authorization: basicAuthorization('mallory', 'guess') });
  let answer = await guess();
  for (let tries = 0; answer.status === 401 && tries < 100; tries += 1) answer = await guess();
  assert.deepEqual([answer.status, answer.type], [429, '/problems/too-many-requests']);
  assert.match(String(answer.headers['retry-after']), /^[1-9][0-9]*$/);
});

test('what is not there: problems, whoever asks', async () => {
  for (const path of ['/api', '/api/', '/api/v1', '/api/v1/', '/api/v2/me', '/api/v1/nothing', '/api/v1/me/', '/api//v1/me']) {
    const { status, type } = await problemOf('GET', path);
    assert.deepEqual([path, status, type], [path, 404, '/problems/not-found']);
  }
  const { status, type } = await problemOf('GET', '/api/v1/%zz');
  assert.deepEqual([status, type], [400, '/problems/invalid-request']);
});

test('a method that does nothing there: 405 and what does', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND']) {
    const { status, type, headers } = await problemOf(method, '/api/v1/me', { authorization: alice.basic });
    assert.deepEqual([method, status, type, headers.allow], [method, 405, '/problems/method-not-allowed', 'GET, HEAD, OPTIONS']);
  }
});

test('an unknown parameter is refused with a pointer to it', async () => {
  const { status, errors } = await problemOf('GET', '/api/v1/me?a~b=1', { authorization: alice.basic });
  assert.deepEqual([status, errors], [400, [{ pointer: '/query/a~0b', detail: 'is not known here' }]]);
});

test('U+0000, which not every database takes as text, is refused with a pointer to it', async () => {
  const authorization = alice.basic;
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ name: 'ci', expiresInDays: 1, nested: [{ deep: '\0' }] });
  const answers = [
    await problemOf('POST', '/api/v1/users/alice/tokens', { authorization, headers, body }),
    await problemOf('GET', '/api/v1/users/alice/tokens?cursor=%00', { authorization }),
  ];
  assert.deepEqual(
    answers.map(({ status, errors }) => [status, errors[0].pointer]),
    [
      [400, '/nested/0/deep'],
      [400, '/query/cursor'],
    ],
  );
});

test('pages of other origins change nothing, with whatever a browser remembers', async () => {
  const options = { authorization: alice.basic };
  const deletion = (origin: string) => problemOf('DELETE', '/api/v1/users/alice/tokens/7', { ...options, headers: { origin } });
  for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://', `http://${registry.host}.evil.example`])
    assert.equal((await deletion(origin)).status, 403, origin);
  assert.equal((await deletion(registry.url)).status, 404);
  const read = await client.send('GET', '/api/v1/me', { ...options, headers: { origin: 'https://evil.example' } });
  assert.deepEqual([read.status, read.headers['access-control-allow-origin']], [200, undefined]);
});

test('bodies made to cost much are refused at once, and none adds what it does not name', async () => {
  const headers = { 'content-type': 'application/json' };
  const million = 1_000_000;
  const bodies: readonly (readonly [string, string])[] = [
    ['quotes that nothing closes', '\\"'.repeat(million / 2)],
    ['a text that nothing closes', `"${'a'.repeat(million)}`],
    ['escapes in a text', `"${'\\\\'.repeat(million / 2 - 1)}"`],
    ['deep arrays', '['.repeat(million)],
    ['deep objects', '{"a":'.repeat(million / 5)],
    ['brackets in a text', JSON.stringify({ name: '['.repeat(1000) })],
    ['many members', JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`m${index}`, 1])))],
    ['many entries', `{"name": [${'1,'.repeat(million / 4)}1]}`],
    ['__proto__', '{"name": "ci", "__proto__": {"expiresInSeconds": 60}}'],
    ['constructor', '{"name": "ci", "constructor": {"prototype": {"administrator": true}}}'],
  ];
  const busyWith = async (what: string, body: string) => {
    const before = process.cpuUsage();
    const { status, errors } = await problemOf('POST', '/api/v1/users/alice/tokens', { authorization: alice.basic, headers, body });
    assert.equal(status, 400, what);
    assert.ok(errors.length <= 20, what);
    return process.cpuUsage(before).user / 1000;
  };
  const usual = await busyWith('no JSON', 'x'.repeat(million));
  for (const [what, body] of bodies) {
    const busy = await busyWith(what, body);
    assert.ok(busy < 100 * usual, `${what}: busy for ${busy} ms, and for ${usual} with another body of that length`);
  }
});

test('GO-2025-3825: what people write comes back as JSON, which no browser takes for a page', async () => {
  const [authorization, description] = [alice.basic, '<script>alert(1)</script>'];
  const body = JSON.stringify({ name: 'alice', description });
  const made = await client.send('POST', '/api/v1/projects', {
    authorization,
    headers: { 'content-type': 'application/json' },
    body,
  });
  assert.equal(made.status, 201, made.body.toString());
  for (const path of ['/api/v1/projects/alice', '/api/v1/projects/%3Cscript%3E']) {
    const { headers } = await client.send('GET', path, { authorization });
    assert.match(String(headers['content-type']), /^application\/(problem\+)?json/);
    assert.deepEqual([headers['x-content-type-options'], headers['cache-control']], ['nosniff', 'no-store']);
  }
});

test('the same over HTTP/2', async () => {
  await using secure = await startRegistry({ flags: [], transport: 'h2' });
  const bob = await secure.addUser('bob');
  const answer = await secure.client.send('GET', '/api/v1/me', { authorization: bob.basic });
  assert.deepEqual([answer.status, JSON.parse(answer.body.toString()).name], [200, 'bob']);
  assert.equal((await secure.client.send('DELETE', '/api/v1/me', { authorization: bob.basic })).status, 405);
});
