import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { mediaTypes } from '@longshore/oci';
import { expectAnswer, jsonOf } from '../protocol/expected-answer.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { descriptorOf, digestOf, imageOf, pushBlob, pushImage, putManifest, startUpload } from '../protocol/sample-content.ts';

const registry = await startRegistry();
after(() => registry.stop());
const { client, data } = registry;
const repository = 'hostile/app';
const place = { client, repository };
const { digest, bytes } = await pushImage(place, 'latest');
await writeFile(join(data, 'bait'), 'bait');

const ascents = [
  '../bait',
  '..%2fbait',
  '%2e%2e/bait',
  '%2e%2e%2fbait',
  '..%5cbait',
  '....//bait',
  '%252e%252e%252fbait',
  '..%c0%afbait',
  '/bait',
  '%00',
  '..',
];
const targets: readonly (readonly [string, (text: string) => string])[] = [
  ['a repository name', (text) => `/v2/${text}/blobs/${digest}`],
  ['the end of a name', (text) => `/v2/hostile/${text}/manifests/latest`],
  ['a reference', (text) => `/v2/${repository}/manifests/${text}`],
  ['a digest', (text) => `/v2/${repository}/blobs/${text}`],
  ['the hex of a digest', (text) => `/v2/${repository}/blobs/sha256:${text}`],
  ['the algorithm of a digest', (text) => `/v2/${repository}/blobs/${text}:${'0'.repeat(64)}`],
  ['an upload id', (text) => `/v2/${repository}/blobs/uploads/${text}`],
  ['a subject', (text) => `/v2/${repository}/referrers/${text}`],
  ['last', (text) => `/v2/${repository}/tags/list?last=${text}`],
  ['ns', (text) => `/v2/${repository}/tags/list?ns=${text}`],
  ['artifactType', (text) => `/v2/${repository}/referrers/${digest}?artifactType=${text}`],
];
for (const [title, pathOf] of targets) {
  test(`path traversal by ${title} leads nowhere`, async () => {
    for (const ascent of ascents) {
      for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'POST']) {
        const answer = await client.send(method, pathOf(ascent));
        assert.ok(
          answer.status < 500 && !answer.body.includes('bait\n') && answer.body.toString() !== 'bait',
          `${method} ${pathOf(ascent)}: ${answer.status}`,
        );
      }
    }
    assert.ok((await readdir(data)).includes('bait'));
  });
}

test('path traversal by the digest of an upload, a mount and its source leads nowhere', async () => {
  const location = await startUpload(place);
  for (const ascent of ascents) {
    // No query may hold U+0000, whatever it is for.
    const codeOf = (usual: 'DIGEST_INVALID' | 'NAME_INVALID') => (ascent.includes('%00') ? 'UNSUPPORTED' : usual);
    for (const query of [
      `digest=${ascent}`,
      `digest=sha256:${ascent}`,
      `mount=${ascent}&from=${repository}`,
      `digest-algorithm=${ascent}`,
    ]) {
      expectAnswer(await client.send('POST', `/v2/${repository}/blobs/uploads/?${query}`, { body: 'x' }), { status: 400 }, query);
    }
    expectAnswer(
      await client.send('PUT', `${location}?digest=sha256:${ascent}`, { body: 'x' }),
      { status: 400, code: codeOf('DIGEST_INVALID') },
      ascent,
    );
    const mount = await client.send('POST', `/v2/${repository}/blobs/uploads/?mount=${digestOf('{}')}&from=${ascent}`);
    expectAnswer(mount, { status: 400, code: codeOf('NAME_INVALID') }, ascent);
  }
});

const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);
const bombs: readonly (readonly [string, string])[] = [
  ['lists in lists', `{"mediaType":"application/vnd.example","a":${nested(1_000_000, '[', ']')}}`],
  ['objects in objects', `{"mediaType":"application/vnd.example","a":${nested(600_000, '{"a":', '}').replace(':}', ':0}')}}`],
  ['lists that never close', '['.repeat(4_000_000)],
  ['a million layers', JSON.stringify({ ...imageOf([]), layers: Array.from({ length: 30_000 }, () => descriptorOf('x')) })],
  ['a million keys', `{${Array.from({ length: 300_000 }, (_, index) => `"${index}":0`).join(',')}}`],
  ['a number of a million digits', `{"mediaType":"application/vnd.example","schemaVersion":${'9'.repeat(1_000_000)}}`],
];
for (const [title, body] of bombs) {
  test(`JSON bomb: ${title} are answered soon, and others are served meanwhile`, async () => {
    const pushed = putManifest(place, 'bomb', body, mediaTypes.ociManifest);
    expectAnswer(await client.send('GET', `/v2/${repository}/manifests/latest`), { status: 200, body: bytes });
    expectAnswer(await pushed, { status: 400, code: 'MANIFEST_INVALID' });
  });
}

test('a manifest that misses thousands of blobs is not answered with thousands of digests', async () => {
  const layers = Array.from({ length: 9_000 }, (_, index) => `missing ${index}`);
  const answer = expectAnswer(await putManifest(place, 'missing', imageOf(layers)), { status: 404, code: 'MANIFEST_BLOB_UNKNOWN' });
  assert.ok(answer.body.length < 64 * 1024, `${answer.body.length} bytes`);
});

test('CVE-2017-11468: a manifest body is read up to its limit only', async () => {
  const pieces = Array.from({ length: 6 }, () => Buffer.alloc(1024 * 1024, ' '));
  const answer = await client.send('PUT', `/v2/${repository}/manifests/large`, {
    headers: { 'content-type': mediaTypes.ociManifest },
    pieces,
  });
  expectAnswer(answer, { status: 413, code: 'SIZE_INVALID' });
});

test('CVE-2021-41190: a body that can be read as image and as index is refused, under any Content-Type', async () => {
  const child = descriptorOf(bytes, mediaTypes.ociManifest);
  const both = { ...imageOf([]), mediaType: undefined, manifests: [child] };
  const types = [mediaTypes.ociManifest, mediaTypes.ociIndex, mediaTypes.dockerManifest, mediaTypes.dockerManifestList];
  for (const type of types) {
    expectAnswer(await putManifest(place, 'both', JSON.stringify(both), type), { status: 400, code: 'MANIFEST_INVALID' }, type);
    for (const own of types) {
      if (own === type) continue;
      const isImage = own === mediaTypes.ociManifest || own === mediaTypes.dockerManifest;
      const body = isImage ? { ...imageOf([]), mediaType: own } : { schemaVersion: 2, mediaType: own, manifests: [child] };
      expectAnswer(
        await putManifest(place, 'other', JSON.stringify(body), type),
        { status: 400, code: 'MANIFEST_INVALID' },
        `${own} as ${type}`,
      );
    }
  }
  expectAnswer(await client.send('GET', `/v2/${repository}/manifests/latest`, { headers: { accept: mediaTypes.ociIndex } }), {
    status: 200,
    headers: { 'content-type': mediaTypes.ociManifest },
    body: bytes,
  });
});

test('CVE-2023-2253: a huge n costs nothing', async () => {
  for (const n of ['999999999999999', '2147483648', '4294967296']) {
    for (const path of ['/v2/_catalog', `/v2/${repository}/tags/list`])
      expectAnswer(await client.send('GET', `${path}?n=${n}`), { status: 200 });
  }
  expectAnswer(await client.send('GET', '/v2/_catalog?n=99999999999999999999'), { status: 400, code: 'PAGINATION_NUMBER_INVALID' });
});

test('CVE-2026-110697: signs of LIKE match nothing but themselves', async () => {
  await pushImage({ client, repository: 'hostile/a_b' }, 'v_1');
  await pushImage({ client, repository: 'hostile/axb' }, 'vx1');
  expectAnswer(await client.send('GET', '/v2/hostile/a_b/tags/list'), { status: 200, json: { name: 'hostile/a_b', tags: ['v_1'] } });
  expectAnswer(await client.send('GET', '/v2/hostile/axb/manifests/v_1'), { status: 404 });
  const type = await client.send('GET', `/v2/${repository}/referrers/${digest}?artifactType=%25`);
  assert.deepEqual(jsonOf<{ manifests: unknown[] }>(type).manifests, []);
});

test('what a client sends does not become a header', async () => {
  const lines = '%0d%0aX-Injected:%20yes';
  const paths = [
    `/v2/${repository}/tags/list?n=1&last=${lines}`,
    `/v2/${repository}/tags/list?ns=${lines}`,
    `/v2/${repository}/referrers/${digest}?artifactType=${lines}`,
    `/v2/${repository}/manifests/${lines}`,
    `/auth/token?service=${lines}&scope=${lines}`,
    `/v2/${lines}/tags/list`,
  ];
  for (const path of paths) {
    const answer = await client.send('GET', path);
    assert.ok(answer.status < 500 && answer.headers['x-injected'] === undefined, `${path}: ${answer.status}`);
  }
  await pushBlob(place, 'still working');
});

test('zot #3980: no answer invites the scripts of other sites', async () => {
  const headers = { origin: 'https://evil.example', 'access-control-request-method': 'GET' };
  for (const path of ['/v2/', `/v2/${repository}/tags/list`, '/auth/token', '/auth/keys', '/v2/nothing', '/metrics']) {
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await client.send(method, path, { headers });
      assert.deepEqual(
        Object.keys(answer.headers).filter((name) => name.startsWith('access-control-')),
        [],
        `${method} ${path}`,
      );
    }
  }
});

test('CVE-2026-32590: the address of an upload is random and holds no state', async () => {
  const locations = await Promise.all(Array.from({ length: 20 }, () => startUpload(place)));
  for (const location of locations) assert.match(location, /^\/v2\/hostile\/app\/blobs\/uploads\/[A-Za-z0-9_-]{24}$/);
  assert.equal(new Set(locations).size, locations.length);
});
