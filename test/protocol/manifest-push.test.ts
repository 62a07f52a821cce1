import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { mediaTypes } from '@longshore/oci';
import { type Expected, errorOf, expectAnswer } from './expected-answer.ts';
import { startRegistry } from './registry-fixture.ts';
import { descriptorOf, digestOf, imageOf, type Json, pushBlob, pushImage, putManifest } from './sample-content.ts';

const registry = await startRegistry();
after(() => registry.stop());
const { client } = registry;
const repository = 'manifests/app';
const place = { client, repository };
await pushBlob(place, '{}');
await pushBlob(place, 'layer');
const image = imageOf(['layer']);
const { ociManifest, ociIndex, dockerManifest, dockerManifestList } = mediaTypes;
const child = await pushImage(place, undefined);
const childDescriptor = descriptorOf(child.bytes, ociManifest);
const indexOf = (manifests: readonly Json[], more: Json = {}): Json => ({ schemaVersion: 2, mediaType: ociIndex, manifests, ...more });

test('a manifest comes back byte by byte as it was pushed, by tag and by digest', async () => {
  const odd = `\n {"mediaType":"${ociManifest}" ,"schemaVersion":2,\t"config":${JSON.stringify(image['config'])},"layers":[],"annotations":{"é":"\\u00e9"}} \n`;
  const digest = digestOf(odd);
  const location = `/v2/${repository}/manifests/odd`;
  expectAnswer(await putManifest(place, 'odd', odd), {
    status: 201,
    headers: { location, 'docker-content-digest': digest, 'oci-subject': undefined, 'oci-tag': undefined },
  });
  const headers = {
    'content-type': ociManifest,
    'content-length': String(Buffer.byteLength(odd)),
    'docker-content-digest': digest,
    etag: `"${digest}"`,
  };
  for (const reference of ['odd', digest]) {
    expectAnswer(await client.send('GET', `/v2/${repository}/manifests/${reference}`), { status: 200, headers, body: odd });
    expectAnswer(await client.send('HEAD', `/v2/${repository}/manifests/${reference}`), { status: 200, headers, body: '' });
    for (const method of ['GET', 'HEAD']) {
      const answer = await client.send(method, `/v2/${repository}/manifests/${reference}`, { headers: { 'if-none-match': `"${digest}"` } });
      expectAnswer(answer, { status: 304, headers: { etag: `"${digest}"` }, body: '' }, method);
    }
  }
});

test('what is not there', async () => {
  for (const reference of ['absent', digestOf('absent')]) {
    expectAnswer(await client.send('GET', `/v2/${repository}/manifests/${reference}`), { status: 404, code: 'MANIFEST_UNKNOWN' });
    expectAnswer(await client.send('HEAD', `/v2/${repository}/manifests/${reference}`), { status: 404, body: '' });
  }
  expectAnswer(await client.send('GET', `/v2/manifests/other/manifests/${child.digest}`), { status: 404 }, 'in another repository');
});

const refused: Expected = { status: 400, code: 'MANIFEST_INVALID' };
const accepted: Expected = { status: 201 };
const missing: Expected = { status: 404, code: 'MANIFEST_BLOB_UNKNOWN' };
const rows: readonly (readonly [string, Json | string, string | undefined, Expected])[] = [
  ['an image', image, undefined, accepted],
  ['an image without a mediaType of its own', { ...image, mediaType: undefined }, ociManifest, accepted],
  ['an image with parameters in its Content-Type', image, `${ociManifest}; charset=utf-8`, accepted],
  ['an image without Content-Type', image, '', accepted],
  ['an index', indexOf([childDescriptor]), undefined, accepted],
  ['an index of nothing', indexOf([]), undefined, accepted],
  ['a Docker image', { ...image, mediaType: dockerManifest }, undefined, accepted],
  ['a Docker manifest list', indexOf([childDescriptor], { mediaType: dockerManifestList }), undefined, accepted],
  ['an image with unknown fields', { ...image, 'x-unknown': { a: [1] } }, undefined, accepted],
  [
    'an artifact of an unknown kind',
    { ...image, artifactType: 'application/vnd.example', config: descriptorOf('{}', mediaTypes.ociEmpty) },
    undefined,
    accepted,
  ],
  ['an unknown media type', { mediaType: 'application/vnd.example+json', anything: true }, undefined, accepted],
  ['content in a data field', { ...image, config: { ...(image['config'] as Json), data: 'e30=' } }, undefined, accepted],
  ['another Content-Type than mediaType', image, ociIndex, refused],
  ['a Docker type for an OCI image', image, dockerManifest, refused],
  ['both manifests and layers', { ...image, manifests: [childDescriptor] }, undefined, refused],
  ['both layers and manifests', indexOf([childDescriptor], { layers: [descriptorOf('layer')] }), undefined, refused],
  ['schema 1 by type', { schemaVersion: 1, name: 'x', tag: 'y', fsLayers: [] }, mediaTypes.dockerSchema1Signed, refused],
  ['schema 1 by content', { schemaVersion: 1, fsLayers: [] }, ociManifest, refused],
  ['what is no JSON', 'nonsense', ociManifest, refused],
  ['no body', '', ociManifest, refused],
  ['a list', '[]', ociManifest, refused],
  ['a layer that is missing', imageOf(['layer', 'missing']), undefined, missing],
  ['a child that is missing', indexOf([childDescriptor, descriptorOf('missing', ociManifest)]), undefined, missing],
];
for (const [title, manifest, contentType, expected] of rows) {
  test(`${title} is ${expected.status === 201 ? 'accepted' : 'refused'}`, async () => {
    expectAnswer(await putManifest(place, 'row', manifest, contentType), expected);
  });
}

test('a refusal names what is missing, and nothing of the push is kept', async () => {
  const answer = await putManifest(place, 'refused', imageOf(['layer', 'missing']));
  assert.deepEqual(errorOf(answer)?.detail, { digests: [digestOf('missing')], missing: 1 });
  expectAnswer(await client.send('GET', `/v2/${repository}/manifests/refused`), { status: 404 });
});

test('a layer that may not be distributed need not be there', async () => {
  const foreign = { ...descriptorOf('on another server', mediaTypes.dockerForeignLayer), urls: ['https://example.com/layer'] };
  expectAnswer(await putManifest(place, 'foreign', { ...image, layers: [foreign] }), accepted);
});

test('schema 1 is refused with what to do', async () => {
  const answer = await putManifest(place, 'old', { schemaVersion: 1, fsLayers: [] }, mediaTypes.dockerSchema1);
  assert.match(errorOf(answer)?.message ?? '', /schema 1 is not supported/);
});

test('4 MiB are accepted, one byte more is not', async () => {
  const limit = 4 * 1024 * 1024;
  const sized = (bytes: number) => JSON.stringify(image).padEnd(bytes);
  expectAnswer(await putManifest(place, 'large', sized(limit)), accepted);
  expectAnswer(await putManifest(place, 'large', sized(limit + 1)), { status: 413, code: 'SIZE_INVALID' });
  const pieces = [Buffer.from(sized(limit)), Buffer.from(' ')];
  const streamed = await client.send('PUT', `/v2/${repository}/manifests/large`, { headers: { 'content-type': ociManifest }, pieces });
  expectAnswer(streamed, { status: 413, code: 'SIZE_INVALID' });
});

test('by sha512 digest', async () => {
  const body = JSON.stringify({ ...image, annotations: { of: 'sha512' } });
  const digest = digestOf(body, 'sha512');
  expectAnswer(await putManifest(place, digest, body), { status: 201, headers: { 'docker-content-digest': digest } });
  expectAnswer(await client.send('GET', `/v2/${repository}/manifests/${digest}`), {
    status: 200,
    headers: { 'docker-content-digest': digest },
    body,
  });
});

test('bytes of another digest are refused', async () => {
  expectAnswer(await putManifest(place, digestOf('other'), image), { status: 400, code: 'DIGEST_INVALID' });
  for (const reference of ['sha256:abc', `md5:${'0'.repeat(32)}`])
    expectAnswer(await putManifest(place, reference, image), { status: 400, code: 'DIGEST_INVALID' });
  for (const reference of ['.tag', '-tag', 'a'.repeat(129), 'a%20b'])
    expectAnswer(await putManifest(place, reference, image), { status: 400, code: 'TAG_INVALID' });
});

test('a missing subject is accepted and answered', async () => {
  const subject = descriptorOf('a subject that is not here', ociManifest);
  expectAnswer(await putManifest(place, 'attached', { ...image, subject }), {
    status: 201,
    headers: { 'oci-subject': String(subject['digest']) },
  });
});

test('a push by digest names its tags by ?tag=, answered by OCI-Tag (end-7b)', async () => {
  const body = JSON.stringify({ ...image, annotations: { with: 'tags' } });
  const digest = digestOf(body);
  const names = Array.from({ length: 32 }, (_, index) => `v${index}`);
  const query = (tags: readonly string[]) => tags.map((tag) => `tag=${tag}`).join('&');
  const location = `/v2/${repository}/manifests/${digest}`;
  expectAnswer(await putManifest(place, `${digest}?${query(names)}`, body), {
    status: 201,
    headers: { location, 'oci-tag': names.join(', ') },
  });
  for (const name of ['v0', 'v31']) expectAnswer(await client.send('GET', `/v2/${repository}/manifests/${name}`), { status: 200, body });
  expectAnswer(await putManifest(place, `${digest}?${query([...names, 'v32'])}`, body), { status: 414 });
  expectAnswer(await putManifest(place, `${digest}?tag=a&tag=b&tag=a`, body), { status: 201, headers: { 'oci-tag': 'a, b' } });
  expectAnswer(await putManifest(place, `${digest}?tag=a&tag=.b`, body), { status: 400, code: 'TAG_INVALID' });
  expectAnswer(await putManifest(place, 'c?tag=d', body), { status: 400, code: 'TAG_INVALID' });
  for (const name of ['v32', 'c', 'd'])
    expectAnswer(await client.send('HEAD', `/v2/${repository}/manifests/${name}`), { status: 404 }, name);
});

test('the same push twice is one, and a tag moves', async () => {
  const { digest } = await pushImage(place, 'moving', { annotations: { at: '1' } });
  await pushImage(place, 'moving', { annotations: { at: '1' } });
  const second = await pushImage(place, 'moving', { annotations: { at: '2' } });
  expectAnswer(await client.send('GET', `/v2/${repository}/manifests/moving`), { status: 200, body: second.bytes });
  expectAnswer(await client.send('HEAD', `/v2/${repository}/manifests/${digest}`), { status: 200 }, 'what the tag left');
});

test('tags differ by case', async () => {
  const lower = await pushImage(place, 'case', { annotations: { case: 'lower' } });
  const upper = await pushImage(place, 'CASE', { annotations: { case: 'upper' } });
  expectAnswer(await client.send('GET', `/v2/${repository}/manifests/case`), { status: 200, body: lower.bytes });
  expectAnswer(await client.send('GET', `/v2/${repository}/manifests/CASE`), { status: 200, body: upper.bytes });
});
