import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { expectAnswer } from '../protocol/expected-answer.ts';
import { startRegistry, type TestRegistry } from '../protocol/registry-fixture.ts';
import { digestOf, pushBlob } from '../protocol/sample-content.ts';
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
