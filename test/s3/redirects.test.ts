import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { expectAnswer } from '../protocol/expected-answer.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { startRegistry, type TestRegistry } from '../protocol/registry-fixture.ts';
import { digestOf, pushBlob } from '../protocol/sample-content.ts';
import { until, withinOneDay } from '../security/until.ts';
import { startLongshore } from '../tools/longshore.ts';
import { requirePrograms } from '../tools/programs.ts';
import { bucketVariables, type SharedService, s3Services } from './shared-services.ts';

const content = randomBytes(100_000);
const digest = digestOf(content);
const path = `/v2/team/app/blobs/${digest}`;

/** A registry over a bucket of its own that has the blob. */
async function registryOn(t: TestContext, service: SharedService, env: Record<string, string>): Promise<TestRegistry> {
  const bucket = bucketVariables(await service.newBucket());
  const registry = await startRegistry({ env: { ...bucket, ...env }, flags: ['--anonymous', 'push', '--trusted-proxies', '127.0.0.1'] });
  t.after(() => registry.stop());
  await pushBlob({ client: registry.client, repository: 'team/app' }, content);
  return registry;
}

const services = s3Services();

for (const service of services) {
  test(`a blob is read from the service itself, at an address that is good for it alone (${service.name})`, async (t) => {
    if (requirePrograms(t, ...service.programs) === undefined) return;
    const { client } = await registryOn(t, service, { LONGSHORE_STORE_REDIRECT: 'on' });
    const answer = expectAnswer(await client.send('GET', path), {
      status: 307,
      headers: { 'docker-content-digest': digest, 'cache-control': 'no-store', 'content-length': '0' },
    });
    const address = answer.headers.location ?? '';
    const whole = await fetch(address);
    assert.equal(whole.status, 200, await whole.clone().text());
    assert.equal(whole.headers.get('content-type'), 'application/octet-stream');
    assert.ok(Buffer.from(await whole.arrayBuffer()).equals(content));
    const part = await fetch(address, { headers: { range: 'bytes=10-19' } });
    assert.equal(part.status, 206);
    assert.ok(Buffer.from(await part.arrayBuffer()).equals(content.subarray(10, 20)));
    const others = [
      address.replace(/(Signature=)./, '$1x'),
      address.replace('octet-stream', 'xml'),
      address.replace(/\/blobs\/./, '/blobs/_'),
    ];
    for (const other of others) assert.equal((await fetch(other)).status, 403, other);
    assert.equal((await fetch(address, { method: 'PUT', body: 'mine' })).status, 403);
    expectAnswer(await client.send('HEAD', path), { status: 200, headers: { location: undefined } });
    expectAnswer(await client.send('GET', path, { headers: { 'if-none-match': `"${digest}"` } }), { status: 304 });
    expectAnswer(await client.send('GET', path.replace(digest, digestOf('other'))), { status: 404, code: 'BLOB_UNKNOWN' });
    expectAnswer(await client.send('GET', path.replace('team/app', 'team/other')), { status: 404 });
  });
}

test('who is sent to the service is decided by the address of the client, and where to by what it can reach', async (t) => {
  const [gateway] = services;
  if (gateway === undefined || requirePrograms(t, ...gateway.programs) === undefined) return;
  const { client } = await registryOn(t, gateway, {
    LONGSHORE_STORE_REDIRECT: 'on',
    LONGSHORE_STORE_REDIRECT_CLIENTS: '10.0.0.0/8,fd00::/8',
    LONGSHORE_STORE_REDIRECT_EXCEPT: '10.9.0.0/16',
    LONGSHORE_STORE_REDIRECT_ENDPOINT: 'https://s3.example',
    LONGSHORE_STORE_REDIRECT_SECONDS: '77',
  });
  for (const [address, status] of [
    ['10.1.2.3', 307],
    ['fd00::1', 307],
    ['10.9.2.3', 200],
    ['192.168.0.1', 200],
  ] as const) {
    const answer = expectAnswer(await client.send('GET', path, { headers: { 'x-forwarded-for': address } }), { status }, address);
    if (status === 200) assert.ok(answer.body.equals(content));
    else assert.match(answer.headers.location ?? '', /^https:\/\/s3\.example\/longshore-.*X-Amz-Expires=77&/);
  }
  expectAnswer(await client.send('GET', path), { status: 200, body: content });
});

test('a project that is closed to some addresses hands out nothing that is of use from there', async (t) => {
  const [gateway] = services;
  if (gateway === undefined || requirePrograms(t, ...gateway.programs) === undefined) return;
  const { addUser, client } = await registryOn(t, gateway, { LONGSHORE_STORE_REDIRECT: 'on' });
  const owner = await addUser('owner', { team: 'owner' });
  const close = async (deniedAddresses: readonly string[]) => {
    const headers = { 'content-type': 'application/json', 'if-match': '*' };
    const body = JSON.stringify({ deniedAddresses });
    expectAnswer(await client.send('PATCH', '/api/v1/projects/team', { authorization: owner.basic, headers, body }), { status: 200 });
  };
  const get = () => client.send('GET', path, { headers: { 'x-forwarded-for': '10.1.2.3' } });
  await close(['203.0.113.0/24']);
  expectAnswer(await get(), { status: 200, body: content, headers: { location: undefined } });
  await close([]);
  expectAnswer(await get(), { status: 307 });
});

test('what the service serves counts against what a project may serve on one day, and no link is given beyond that', async (t) => {
  const [gateway] = services;
  if (gateway === undefined || requirePrograms(t, ...gateway.programs) === undefined) return;
  await withinOneDay();
  const { client, metadata } = await registryOn(t, gateway, { LONGSHORE_STORE_REDIRECT: 'on' });
  expectAnswer(await client.send('GET', path), { status: 307 });
  expectAnswer(await client.send('GET', path, { headers: { range: 'bytes=0-99' } }), { status: 307 });
  expectAnswer(await client.send('HEAD', path), { status: 200 });
  const pulled = async () => (await metadata.findQuota('team', Math.floor(Date.now() / 86_400_000)))?.pulledBytes;
  await until(async () => (await pulled()) === content.length + 100);
  const limits = { pullBytesPerDay: content.length + 100 };
  await metadata.setQuota({ project: 'team', limits, version: 'any', by: systemAgent('test'), at: Date.now() });
  // The process hears of the limit when it has taken notes the next time.
  await until(async () => (await client.send('GET', path, { headers: { range: 'bytes=0-0' } })).status === 403);
  const refused = expectAnswer(await client.send('GET', path), { status: 403, code: 'DENIED', headers: { location: undefined } });
  assert.ok(Number(refused.headers['retry-after']) > 0);
});

test('neither a link nor a key is written to the log', async (t) => {
  const [gateway] = services;
  if (gateway === undefined || requirePrograms(t, ...gateway.programs) === undefined) return;
  const bucket = await gateway.newBucket();
  const env = { ...bucketVariables(bucket), LONGSHORE_STORE_REDIRECT: 'on' };
  const server = await startLongshore({ env, args: ['--anonymous', 'push', '--log-level', 'debug', '--log-requests', 'all'] });
  t.after(() => server.stop());
  const client = new HttpClient(server.url);
  t.after(() => client.close());
  await pushBlob({ client, repository: 'team/app' }, content);
  const { headers } = expectAnswer(await client.send('GET', path), { status: 307 });
  await server.stop();
  const log = server.output();
  assert.match(log, new RegExp(`${digest}.*307|307.*${digest}`));
  const signature = new URL(headers.location ?? '').searchParams.get('X-Amz-Signature') ?? assert.fail();
  for (const secret of [signature, 'X-Amz-', bucket.secretAccessKey ?? '']) assert.ok(!log.includes(secret), `${secret} in:\n${log}`);
});
