import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { jsonOf } from '../protocol/expected-answer.ts';
import { startRegistry, type TestRegistry } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { RawConnection, requestText } from './raw-connection.ts';
import { until } from './until.ts';

interface Answered {
  readonly status: number;
  readonly text: string;
}

interface Limit {
  readonly name: string;
  readonly flags: readonly string[];
  /** A request of this size, in the unit of the limit. */
  readonly send: (registry: TestRegistry, size: number) => Promise<Answered>;
  /** The largest that is allowed, and the smallest that is not when that is more than one larger. */
  readonly at: number;
  readonly beyond?: number;
  readonly allowed: number;
  readonly status: number;
  readonly code: string;
  /** What to do. */
  readonly advice: RegExp;
}

const anyone = ['--anonymous', 'push'];

/** One request on a connection of its own. */
async function send({ port }: TestRegistry, method: string, path: string, headers: Record<string, string | number> = {}, body = '') {
  const connection = await RawConnection.open(port);
  connection.send(requestText(method, path, { connection: 'close', ...headers }, body));
  const text = await connection.untilEnd();
  return { status: Number(text.split(' ')[1]), text };
}

/** A request whose line and headers, with the empty line at their end, have this many bytes. */
function sendHead(registry: TestRegistry, bytes: number): Promise<Answered> {
  const bare = requestText('GET', '/v2/', { connection: 'close', 'x-fill': '' }).length;
  return send(registry, 'GET', '/v2/', { 'x-fill': 'x'.repeat(bytes - bare) });
}

/** Host, Connection, and as many as are missing. */
function sendHeaders(registry: TestRegistry, count: number): Promise<Answered> {
  return send(registry, 'GET', '/v2/', Object.fromEntries(Array.from({ length: count - 2 }, (_, index) => [`x-${index}`, '1'])));
}

function sendManifest(registry: TestRegistry, bytes: number): Promise<Answered> {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const index = JSON.stringify({ schemaVersion: 2, mediaType, manifests: [] });
  const headers = { 'content-type': mediaType, 'content-length': bytes };
  return send(registry, 'PUT', '/v2/limits/app/manifests/latest', headers, index.padEnd(bytes));
}

function sendBlob(registry: TestRegistry, bytes: number): Promise<Answered> {
  const body = 'x'.repeat(bytes);
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  return send(registry, 'POST', `/v2/limits/app/blobs/uploads/?digest=${digest}`, { 'content-length': bytes }, body);
}

function sendTokenForm(registry: TestRegistry, bytes: number): Promise<Answered> {
  const form = 'grant_type=password&username=a&password=';
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': bytes };
  return send(registry, 'POST', '/auth/token', headers, form.padEnd(bytes, 'x'));
}

const limits: readonly Limit[] = [
  {
    name: 'limits.urlBytes',
    flags: ['--limits-url-bytes', '1024'],
    send: (registry, size) => send(registry, 'GET', '/v2/?'.padEnd(size, 'x')),
    at: 1024,
    allowed: 200,
    status: 414,
    code: 'SIZE_INVALID',
    advice: /Ask for less at once/,
  },
  {
    name: 'limits.headerCount',
    flags: ['--limits-header-count', '20'],
    send: sendHeaders,
    at: 20,
    allowed: 200,
    status: 431,
    code: 'SIZE_INVALID',
    advice: /send fewer/,
  },
  {
    name: 'limits.headerBytes',
    flags: ['--limits-header-bytes', '8192'],
    send: sendHead,
    // Node counts without the separators.
    at: 8192,
    beyond: 8300,
    allowed: 200,
    status: 431,
    code: 'SIZE_INVALID',
    advice: /send fewer or shorter/,
  },
  {
    name: 'limits.manifestBytes',
    flags: ['--limits-manifest-bytes', '4194304'],
    send: sendManifest,
    at: 4_194_304,
    allowed: 201,
    status: 413,
    code: 'SIZE_INVALID',
    advice: /at most/,
  },
  {
    name: 'limits.uploadBytes',
    flags: ['--limits-upload-bytes', '100000'],
    send: sendBlob,
    at: 100_000,
    allowed: 201,
    status: 413,
    code: 'SIZE_INVALID',
    advice: /at most/,
  },
  {
    name: 'the body of a token request',
    flags: [],
    send: sendTokenForm,
    at: 65_536,
    allowed: 401,
    status: 413,
    code: 'SIZE_INVALID',
    advice: /at most/,
  },
];

for (const { name, flags, send: sendSize, at, beyond = at + 1, allowed, status, code, advice } of limits) {
  test(`${name}: what is within it is served, what is beyond is refused with ${status} and says what to do`, async () => {
    await using registry = await startRegistry({ flags: [...anyone, ...flags] });
    assert.equal((await sendSize(registry, at - 1)).status, allowed);
    assert.equal((await sendSize(registry, at)).status, allowed);
    const refused = await sendSize(registry, beyond);
    assert.equal(refused.status, status);
    const body = JSON.parse(refused.text.slice(refused.text.indexOf('{'))) as { errors: { code: string; message: string }[] };
    assert.equal(body.errors[0]?.code, code);
    assert.match(body.errors[0]?.message ?? '', advice);
    assert.equal((await send(registry, 'GET', '/v2/')).status, 200, 'others are served');
  });
}

test('limits.requestsPerSecondPerAddress: whoever sends more is told to wait, others and health pages are served', async () => {
  const flags = [...anyone, '--limits-requests-per-second-per-address', '1', '--trusted-proxies', '127.0.0.1'];
  await using registry = await startRegistry({ flags });
  const ask = (address: string, path = '/v2/') => registry.client.send('GET', path, { headers: { 'x-forwarded-for': address } });
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask('192.0.2.1')));
  const admitted = answers.filter(({ status }) => status === 200).length;
  assert.ok(admitted >= 10 && admitted < 20, `${admitted} of 20`);
  const refused = answers.find(({ status }) => status !== 200) ?? assert.fail();
  assert.equal(refused.status, 429);
  assert.match(refused.headers['retry-after'] ?? '', /^[1-9]\d*$/);
  assert.match(refused.body.toString(), /"code":"TOOMANYREQUESTS","message":"More than 1 requests a second from your address: wait \d+ s/);
  assert.equal((await ask('192.0.2.2')).status, 200);
  assert.equal((await ask('192.0.2.1', '/healthz')).status, 200);
  assert.equal((await registry.client.send('GET', '/v2/')).status, 200, 'the proxy itself has no limit');
});

test('limits.requestsPerSecondPerSubject: an account that sends more is told to wait on every surface, from wherever; others are served', async () => {
  const flags = ['--limits-requests-per-second-per-subject', '1', '--trusted-proxies', '127.0.0.1'];
  await using registry = await startRegistry({ flags });
  const [alice, bob] = [await registry.addUser('alice'), await registry.addUser('bob')];
  const token = '/auth/token?service=longshore';
  const ask = (path: string, authorization: string, address = '192.0.2.1') =>
    registry.client.send('GET', path, { authorization, headers: { 'x-forwarded-for': address } });
  for (const path of ['/v2/', '/api/v1/me', token]) {
    const answers = await Promise.all(Array.from({ length: 25 }, (_, n) => ask(path, alice.basic, `192.0.2.${n}`)));
    const refused = answers.find(({ status }) => status === 429) ?? assert.fail(path);
    assert.match(refused.headers['retry-after'] ?? '', /^[1-9]\d*$/);
    assert.match(refused.body.toString(), /More than 1 requests a second of your account: wait \d+ s/);
    assert.equal((await ask(path, bob.basic)).status, 200, path);
  }
  assert.equal((await registry.client.send('GET', '/v2/')).status, 401, 'who has not logged in is nobody');
  const carol = await registry.addUser('carol', { team: 'owner' });
  await pushImage({ client: registry.client, repository: 'team/app', authorization: carol.basic }, '1');
  const puller = await registry.addUser('puller', { team: 'reader' });
  const { token: text } = jsonOf<{ token: string }>(await ask(`${token}&scope=repository:team/app:pull`, puller.basic));
  const pulls: number[] = [];
  for (let pull = 0; pull < 25; pull += 1) pulls.push((await ask('/v2/team/app/manifests/1', `Bearer ${text}`)).status);
  assert.equal(pulls[0], 200);
  assert.ok(pulls.includes(429), 'what was let through a moment ago over the same connection counts too');
  const { body } = await registry.client.send('GET', '/metrics');
  assert.match(body.toString(), /registry_rate_refusals_total\{limit="subject"\} [1-9]/);
});

test('limits.signInsPerSecondPerAddress: whoever asks for more tokens is told to wait, and pulls meanwhile', async () => {
  const flags = [...anyone, '--limits-sign-ins-per-second-per-address', '1', '--trusted-proxies', '127.0.0.1'];
  await using registry = await startRegistry({ flags });
  const ask = (path: string, address: string) => registry.client.send('GET', path, { headers: { 'x-forwarded-for': address } });
  const token = '/auth/token?service=longshore';
  const answers = await Promise.all(Array.from({ length: 25 }, () => ask(token, '192.0.2.1')));
  const statuses = answers.map(({ status }) => status);
  assert.ok(statuses.includes(200) && statuses.includes(429), `${statuses}`);
  for (const { status, headers } of answers) assert.equal(Number(headers['retry-after'] ?? 0) >= 1, status === 429);
  for (const path of ['/v2/', '/auth/keys']) assert.equal((await ask(path, '192.0.2.1')).status, 200, path);
  assert.equal((await ask(token, '192.0.2.2')).status, 200);
});

test('a request that takes longer than limits.requestTimeoutSeconds is ended, however busily it transfers', async () => {
  await using registry = await startRegistry({ flags: [...anyone, '--limits-request-timeout-seconds', '1'] });
  // The first request may itself take longer, where much else runs.
  let location: string | undefined;
  await until(async () => {
    location = (await registry.client.send('POST', '/v2/limits/app/blobs/uploads/')).headers.location;
    return location !== undefined;
  });
  const connection = await RawConnection.open(registry.port);
  connection.send(requestText('PATCH', location ?? '', { 'content-length': 1_000_000_000 }));
  const drip = setInterval(() => connection.send('x'.repeat(1000)), 10);
  try {
    await until(() => connection.received.endsWith('}'));
    assert.match(connection.received, /^HTTP\/1.1 503 [\s\S]*Connection: close[\s\S]*did not answer in time: try again/i);
  } finally {
    clearInterval(drip);
    connection.cut();
  }
});
