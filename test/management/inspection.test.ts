import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { mediaTypes } from '@longshore/oci';
import { type ApiProblem, createApiClient } from '../../packages/api-client/src/index.ts';
import { archiveOf } from '../../packages/oci/src/layers/testing/archive.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { descriptorOf, digestOf, type Json, pushBlob, putManifest } from '../protocol/sample-content.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const alice = await registry.addUser('alice', { team: 'maintainer' });
const bob = await registry.addUser('bob', { other: 'maintainer' });
const as = ({ user, password }: typeof alice) => createApiClient({ baseUrl: registry.url, credential: { name: user.name, password } });
const [api, stranger] = [as(alice), as(bob)];
const repository = 'team/app';
const place = { client: registry.client, authorization: alice.basic, repository };
const path = { repository };

const page = '<html><script>alert(document.domain)</script></html>';
const base = gzipSync(
  archiveOf([
    { name: 'etc/os-release', body: 'ID=debian' },
    { name: 'etc/removed', body: 'old' },
    { name: 'bin/tool', body: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), mode: 0o755 },
  ]),
);
const upper = gzipSync(
  archiveOf([
    { name: 'etc/.wh.removed', body: '' },
    { name: 'srv/page.html', body: page },
    { name: 'srv/second.html', type: '1', link: 'srv/page.html' },
    { name: 'bin/other', type: '1', link: 'bin/tool' },
    { name: 'srv/large.txt', body: 'x'.repeat(1024 * 1024 + 1) },
    { name: "srv/odd 'name'\n.txt", body: 'odd' },
  ]),
);
const config = JSON.stringify({
  os: 'linux',
  architecture: 'amd64',
  config: { Env: ['PATH=/bin'], Cmd: ['tool'], Labels: { 'org.example': 'yes' } },
  history: [
    { created_by: '/bin/sh -c #(nop) ADD file:1 in / ' },
    { created_by: 'ENV PATH=/bin', empty_layer: true },
    { created_by: 'COPY srv /srv # buildkit' },
  ],
});

for (const blob of [base, upper, config, '{}']) await pushBlob(place, blob);
const manifest = {
  schemaVersion: 2,
  mediaType: mediaTypes.ociManifest,
  config: descriptorOf(config, mediaTypes.ociConfig),
  layers: [descriptorOf(base, mediaTypes.ociLayerGzip), descriptorOf(upper, mediaTypes.ociLayerGzip)],
};
const push = async (reference: string | undefined, body: Json) => {
  const text = JSON.stringify(body);
  assert.equal((await putManifest(place, reference ?? digestOf(text), text, String(body['mediaType']))).status, 201);
  return { mediaType: body['mediaType'], digest: digestOf(text), size: Buffer.byteLength(text) };
};
const image = await push(undefined, manifest);
await push('1.0', {
  schemaVersion: 2,
  mediaType: mediaTypes.ociIndex,
  manifests: [{ ...image, platform: { os: 'linux', architecture: 'amd64' } }],
});
const attached = (subject: Json, artifactType: string) => ({
  schemaVersion: 2,
  mediaType: mediaTypes.ociManifest,
  artifactType,
  config: descriptorOf('{}', mediaTypes.ociEmpty),
  layers: [],
  subject,
});
const sbom = await push(undefined, attached(image, 'application/spdx+json'));
const signature = await push(undefined, attached(sbom, 'application/x-signature'));

const imagePath = '/api/v1/repositories/{repository}/images/{reference}';
const ofImage = { ...path, digest: image.digest };
const [lower, top] = [digestOf(base), digestOf(upper)];

/** Asks again while layers are being read. */
async function settled<T extends { response: Response }>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer.response.status !== 202) return answer;
  }
}

async function filesOf(directory: string, limit = 50) {
  const query = { path: directory, limit };
  const { data } = await settled(() =>
    api.GET('/api/v1/repositories/{repository}/images/{digest}/files', { params: { path: ofImage, query } }),
  );
  assert.ok(data && 'items' in data);
  return data.items;
}

async function fileOf(file: string) {
  const params = { path: ofImage, query: { path: file } };
  const { data } = await settled(() => api.GET('/api/v1/repositories/{repository}/images/{digest}/file', { params }));
  assert.ok(data && 'content' in data);
  return data;
}

const send = (url: string, method = 'GET', authorization = alice.basic) => registry.client.send(method, url, { authorization });
const downloadUrl = (file: string) => `/api/v1/repositories/team%2Fapp/images/${image.digest}/download?path=${encodeURIComponent(file)}`;

test('an index shows its platforms, and by platform its image with config, history and layers', async () => {
  const index = await api.GET(imagePath, { params: { path: { ...path, reference: '1.0' } } });
  assert.deepEqual([index.data?.kind, index.data?.platforms.map(({ platform }) => platform)], ['index', ['linux/amd64']]);
  const { data } = await api.GET(imagePath, { params: { path: { ...path, reference: '1.0' }, query: { platform: 'linux/amd64' } } });
  assert.deepEqual([data?.kind, data?.digest, data?.index, data?.platform], ['image', image.digest, index.data?.digest, 'linux/amd64']);
  assert.deepEqual(data?.config?.environment, ['PATH=/bin']);
  assert.deepEqual(
    data?.history.map(({ instruction, layer }) => [instruction, layer]),
    [
      ['ADD file:1 in /', lower],
      ['ENV PATH=/bin', undefined],
      ['COPY srv /srv', top],
    ],
  );
  const total = image.size + Buffer.byteLength(config) + base.length + upper.length;
  assert.deepEqual([data?.totalBytes, index.data?.platforms[0]?.totalBytes], [total, total]);
  const absent = api.GET(imagePath, { params: { path: { ...path, reference: '1.0' }, query: { platform: 'linux/s390x' } } });
  await assert.rejects(absent, { status: 404 });
});

test('referrers are shown with theirs', async () => {
  const { data } = await api.GET('/api/v1/repositories/{repository}/manifests/{digest}/referrers', { params: { path: ofImage } });
  assert.deepEqual(
    data?.referrers.map(({ subject, digest }) => [subject, digest]),
    [
      [image.digest, sbom.digest],
      [sbom.digest, signature.digest],
    ],
  );
  assert.equal(data?.isCut, false);
});

test('the files of an image are those of its layers, one over the other', async () => {
  assert.deepEqual(
    (await filesOf('')).map(({ path: at, kind }) => [at, kind]),
    [
      ['bin', 'directory'],
      ['etc', 'directory'],
      ['srv', 'directory'],
    ],
  );
  assert.deepEqual(
    (await filesOf('/etc/')).map(({ path: at, layer }) => [at, layer]),
    [['etc/os-release', lower]],
  );
  const { data } = await api.GET('/api/v1/repositories/{repository}/layers/{digest}/files', {
    params: { path: { ...path, digest: top }, query: { path: 'etc' } },
  });
  assert.ok(data && 'items' in data);
  assert.deepEqual(
    data.items.map(({ path: at, kind }) => [at, kind]),
    [['etc/removed', 'whiteout']],
  );
});

test('a directory comes page by page', async () => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { path: 'srv', limit: 1, ...(cursor !== undefined && { cursor }) };
    const { data } = await api.GET('/api/v1/repositories/{repository}/images/{digest}/files', { params: { path: ofImage, query } });
    assert.ok(data && 'items' in data);
    seen.push(...data.items.map(({ name }) => name));
    cursor = data.next;
  } while (cursor !== undefined);
  assert.deepEqual(seen, ['large.txt', "odd 'name'\n.txt", 'page.html', 'second.html']);
});

test('text is shown, and what is none or too large is not', async () => {
  assert.deepEqual([(await fileOf('etc/os-release')).text, (await fileOf('srv/second.html')).text], ['ID=debian', page]);
  for (const [file, content] of [
    ['bin/tool', 'binary'],
    ['bin/other', 'binary'],
    ['srv/large.txt', 'too-large'],
    ['srv', 'none'],
  ] as const) {
    const shown = await fileOf(file);
    assert.deepEqual([shown.content, shown.text], [content, undefined], file);
  }
  await assert.rejects(fileOf('etc/removed'), { status: 404 });
  await assert.rejects(fileOf('../etc/os-release'), { status: 404 });
});

test('a page in an image is bytes to be kept, and never a page of this origin', async () => {
  const answer = await send(downloadUrl('srv/page.html'));
  assert.deepEqual([answer.status, answer.body.toString()], [200, page]);
  const { headers } = answer;
  assert.equal(headers['content-type'], 'application/octet-stream');
  assert.equal(headers['content-length'], String(page.length));
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['content-disposition'], "attachment; filename*=UTF-8''page.html");
  assert.equal(headers['content-security-policy'], "sandbox; default-src 'none'");
  const odd = await send(downloadUrl("srv/odd 'name'\n.txt"));
  assert.equal(odd.headers['content-disposition'], "attachment; filename*=UTF-8''odd%20%27name%27%0A.txt");
  assert.equal((await send(downloadUrl('srv/large.txt'))).body.length, 1024 * 1024 + 1);
  assert.deepEqual([(await send(downloadUrl('srv/large.txt'), 'HEAD')).status, (await send(downloadUrl('srv'))).status], [200, 404]);
});

test('CVE-2024-39897: whoever may not pull an image looks into nothing of it, and into no layer through another repository', async () => {
  const hidden = (answer: Promise<unknown>) => assert.rejects(answer, (error: ApiProblem) => error.status === 404);
  await hidden(stranger.GET(imagePath, { params: { path: { ...path, reference: '1.0' } } }));
  await hidden(stranger.GET('/api/v1/repositories/{repository}/manifests/{digest}/referrers', { params: { path: ofImage } }));
  for (const what of ['files', 'file', 'download'] as const) {
    const query = { path: 'etc/os-release' };
    await hidden(stranger.GET(`/api/v1/repositories/{repository}/images/{digest}/${what}`, { params: { path: ofImage, query } }));
    // The index of this layer is here already; the repository does not have it.
    const elsewhere = { repository: 'other/app', digest: lower };
    await hidden(stranger.GET(`/api/v1/repositories/{repository}/layers/{digest}/${what}`, { params: { path: elsewhere, query } }));
  }
});

test('a blob that is no archive says so', async () => {
  const digest = await pushBlob(place, 'no archive at all'.repeat(100));
  const refused = api.GET('/api/v1/repositories/{repository}/layers/{digest}', { params: { path: { ...path, digest } } });
  await assert.rejects(refused, (error: ApiProblem) => error.status === 409 && /cannot be looked into/.test(error.message));
});
