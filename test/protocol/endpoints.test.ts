import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { errorCodes } from '@longshore/oci';
import { expectAnswer, jsonOf } from './expected-answer.ts';
import { startRegistry, usualTransport } from './registry-fixture.ts';
import { digestOf, pushBlob, pushImage } from './sample-content.ts';

const registry = await startRegistry({ flags: ['--anonymous', 'push', '--public-url', 'https://registry.example'] });
after(() => registry.stop());
const { client } = registry;
const repository = 'endpoints/app';
const { bytes, digest } = await pushImage({ client, repository }, 'latest');
const blob = await pushBlob({ client, repository }, 'blob');

test('GET /v2/ and /v2 say that the API is here (end-1)', async () => {
  for (const path of ['/v2/', '/v2']) {
    expectAnswer(await client.send('GET', path), { status: 200, headers: { 'content-type': 'application/json' }, json: {} });
    expectAnswer(await client.send('HEAD', path), { status: 200, body: '' });
  }
});

test('every answer says what Docker looks for, and by which id the log knows the request', async () => {
  const paths = [
    '/v2/',
    '/v2/_catalog',
    `/v2/${repository}/blobs/${blob}`,
    `/v2/${repository}/manifests/absent`,
    '/v2/nothing',
    '/v2/A/tags/list',
  ];
  for (const path of paths) {
    const { headers } = await client.send('GET', path);
    assert.equal(headers['docker-distribution-api-version'], 'registry/2.0', path);
    assert.match(String(headers['x-request-id']), /^[A-Za-z0-9_-]{12}$/, path);
  }
});

test('errors are JSON with a code of the specification, a message and a detail; to HEAD without the body', async () => {
  const answer = await client.send('GET', `/v2/${repository}/manifests/absent`);
  const { errors } = jsonOf<{ errors: Record<string, unknown>[] }>(answer);
  assert.deepEqual(errors, [{ code: 'MANIFEST_UNKNOWN', message: errorCodes.MANIFEST_UNKNOWN.message, detail: { tag: 'absent' } }]);
  assert.equal(answer.headers['content-type'], 'application/json');
  const head = await client.send('HEAD', `/v2/${repository}/manifests/absent`);
  expectAnswer(head, { status: 404, body: '', headers: { 'content-length': String(answer.body.length) } });
});

const upload = String((await client.send('POST', `/v2/${repository}/blobs/uploads/`)).headers.location);
const allowed: readonly (readonly [string, string])[] = [
  ['/v2/', 'GET, HEAD'],
  ['/v2/_catalog', 'GET, HEAD'],
  ['/v2/_oci/ext/discover', 'GET, HEAD'],
  [`/v2/${repository}/_oci/ext/discover`, 'GET, HEAD'],
  [`/v2/${repository}/tags/list`, 'GET, HEAD'],
  [`/v2/${repository}/referrers/${digest}`, 'GET, HEAD'],
  [`/v2/${repository}/manifests/latest`, 'GET, HEAD, PUT, DELETE'],
  [`/v2/${repository}/blobs/${blob}`, 'GET, HEAD, DELETE'],
  [`/v2/${repository}/blobs/uploads/`, 'POST'],
  [upload, 'GET, PATCH, PUT, DELETE'],
];
for (const [path, allow] of allowed) {
  test(`${path.replace(upload, '(upload)')} takes ${allow}; anything else is 405`, async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'M-SEARCH']) {
      if (allow.split(', ').includes(method)) continue;
      expectAnswer(
        await client.send(method, path),
        { status: 405, headers: { allow }, ...(method === 'HEAD' ? { body: '' } : { code: 'UNSUPPORTED' }) },
        method,
      );
    }
    expectAnswer(await client.send('OPTIONS', path), { status: 204, headers: { allow } });
  });
}

test('extensions can be asked for: there are none', async () => {
  for (const path of ['/v2/_oci/ext/discover', `/v2/${repository}/_oci/ext/discover`]) {
    expectAnswer(await client.send('GET', path), { status: 200, json: { extensions: [] } });
  }
});

test('names may hold words of the API', async () => {
  for (const name of ['blobs/uploads', 'manifests/latest', 'tags/list', 'a/blobs/uploads/b', 'a/referrers/b', 'v2/v2']) {
    const pushed = await pushImage({ client, repository: name }, 'uploads');
    expectAnswer(await client.send('GET', `/v2/${name}/manifests/uploads`), { status: 200, body: pushed.bytes }, name);
    expectAnswer(await client.send('GET', `/v2/${name}/tags/list`), { status: 200, json: { name, tags: ['uploads'] } }, name);
    expectAnswer(await client.send('GET', `/v2/${name}/blobs/${digestOf('{}')}`), { status: 200, body: '{}' }, name);
  }
});

for (const name of ['A', 'a//b', '-a', 'a-', 'a___b', 'a..b', `${'a/'.repeat(127)}ab`, 'a%2Fb', 'a%00', 'a%ff', '%2e%2e']) {
  test(`the name ${name.slice(0, 20)} is refused`, async () => {
    for (const path of [`/v2/${name}/tags/list`, `/v2/${name}/blobs/${blob}`])
      expectAnswer(await client.send('GET', path), { status: 400, code: 'NAME_INVALID' });
    expectAnswer(await client.send('POST', `/v2/${name}/blobs/uploads/`), { status: 400, code: 'NAME_INVALID' });
  });
}

// HTTP/2 has no such form.
const testHttp1 = usualTransport === 'h2' ? test.skip : test;
testHttp1('a request to us as to a proxy is a request to us (RFC 9112 section 3.2.2)', async () => {
  expectAnswer(await client.send('GET', `http://registry.example/v2/${repository}/manifests/latest`), { status: 200, body: bytes });
  expectAnswer(await client.send('GET', 'http://registry.example'), { status: 404 });
});

test('what is not of the API is 404', async () => {
  for (const path of ['/v2/nothing', '/v2/a/b/c', '/v2/app/manifests/', '/v1/', '/', '/auth', '/V2/'])
    expectAnswer(await client.send('GET', path), { status: 404 }, path);
});

test('?ns= with our own name is local content, with any other name nothing at all', async () => {
  const paths = [
    `/v2/${repository}/manifests/latest`,
    `/v2/${repository}/blobs/${blob}`,
    `/v2/${repository}/tags/list`,
    `/v2/${repository}/referrers/${digest}`,
  ];
  for (const path of paths) {
    expectAnswer(
      await client.send('GET', `${path}?ns=registry.example`),
      { status: 200, headers: { 'oci-namespace': 'registry.example' } },
      path,
    );
    for (const foreign of ['docker.io', 'registry.example.evil', '', 'registry.example/x']) {
      expectAnswer(
        await client.send('GET', `${path}?ns=${foreign}`),
        { status: 404, code: 'NAME_UNKNOWN', headers: { 'oci-namespace': undefined } },
        foreign,
      );
    }
  }
  expectAnswer(await client.send('GET', `/v2/${repository}/manifests/latest?ns=registry.example`), { status: 200, body: bytes });
});

test('without a public URL the name in the request is ours', async () => {
  await using own = await startRegistry();
  await pushImage({ client: own.client, repository }, 'latest');
  expectAnswer(await own.client.send('GET', `/v2/${repository}/tags/list?ns=${own.host}`), {
    status: 200,
    headers: { 'oci-namespace': own.host },
  });
  expectAnswer(await own.client.send('GET', `/v2/${repository}/tags/list?ns=docker.io`), { status: 404 });
});
