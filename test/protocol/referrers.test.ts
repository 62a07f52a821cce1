import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { mediaTypes, nextLink } from '@longshore/oci';
import { expectAnswer, jsonOf } from './expected-answer.ts';
import { startRegistry } from './registry-fixture.ts';
import { descriptorOf, digestOf, imageOf, type Json, pushBlob, pushImage, putManifest } from './sample-content.ts';

const registry = await startRegistry();
after(() => registry.stop());
const { client } = registry;
const repository = 'referrers/app';
const place = { client, repository };
const { bytes, digest } = await pushImage(place, 'subject');
const subject = descriptorOf(bytes, mediaTypes.ociManifest);
const path = `/v2/${repository}/referrers/${digest}`;
const emptyConfig = descriptorOf('{}', mediaTypes.ociEmpty);

type Referrers = { manifests: (Json & { digest: string })[] };
const indexOf = (manifests: readonly Json[]) => ({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests });

/** Attaches an artifact; returns the descriptor that a list should hold. */
async function attach(artifactType: string | undefined, more: Json = {}, to: Json = subject): Promise<Json> {
  const manifest = imageOf([], { subject: to, ...(artifactType === undefined ? {} : { artifactType, config: emptyConfig }), ...more });
  const body = JSON.stringify(manifest);
  expectAnswer(await putManifest(place, digestOf(body), body), { status: 201, headers: { 'oci-subject': String(to['digest']) } });
  const annotations = more['annotations'] === undefined ? {} : { annotations: more['annotations'] };
  return { ...descriptorOf(body, mediaTypes.ociManifest), artifactType: artifactType ?? mediaTypes.ociConfig, ...annotations };
}

const byDigest = (a: Json, b: Json) => (String(a['digest']) < String(b['digest']) ? -1 : 1);

test('an index, also when there are none (end-12a)', async () => {
  const headers = { 'content-type': mediaTypes.ociIndex, 'oci-filters-applied': undefined };
  for (const none of [digestOf('absent'), digestOf('absent', 'sha512')]) {
    expectAnswer(await client.send('GET', `/v2/${repository}/referrers/${none}`), { status: 200, headers, json: indexOf([]) });
    expectAnswer(await client.send('GET', `/v2/referrers/nothing/referrers/${none}`), { status: 200, headers, json: indexOf([]) });
  }
  for (const wrong of ['sha256:abc', 'latest']) {
    expectAnswer(await client.send('GET', `/v2/${repository}/referrers/${wrong}`), { status: 400, code: 'DIGEST_INVALID' });
  }
});

test('descriptors with type and annotations, filtered when asked for, in pages when asked for', async () => {
  const annotations = { 'org.example.key': 'value', ü: 'ß' };
  const sbom = await attach('application/spdx+json', { annotations });
  const signature = await attach('application/vnd.example.signature');
  const second = await attach('application/vnd.example.signature', { annotations: { second: '' } });
  const plain = await attach(undefined);
  const all = [sbom, signature, second, plain].toSorted(byDigest);
  expectAnswer(await client.send('GET', path), {
    status: 200,
    json: indexOf(all),
    headers: { 'oci-filters-applied': undefined, link: undefined },
  });

  const headers = { 'oci-filters-applied': 'artifactType' };
  const filtered = (type: string, more = '') => client.send('GET', `${path}?artifactType=${encodeURIComponent(type)}${more}`);
  expectAnswer(await filtered('application/spdx+json'), { status: 200, headers, json: indexOf([sbom]) });
  expectAnswer(await filtered(mediaTypes.ociConfig), { status: 200, headers, json: indexOf([plain]) });
  expectAnswer(await filtered('application/none'), { status: 200, headers, json: indexOf([]) });

  const first = await filtered('application/vnd.example.signature', '&n=1');
  const next = nextLink(first.headers.link?.toString());
  assert.ok(next?.includes('artifactType=application%2Fvnd.example.signature'), next);
  const rest = expectAnswer(await client.send('GET', next ?? ''), { status: 200, headers: { ...headers, link: undefined } });
  const paged = [...jsonOf<Referrers>(first).manifests, ...jsonOf<Referrers>(rest).manifests];
  assert.deepEqual(paged, [signature, second].toSorted(byDigest));
});

test('what was attached before its subject came is there when it comes, and goes when it is deleted', async () => {
  const later = JSON.stringify(imageOf([], { annotations: { comes: 'later' } }));
  await pushBlob(place, '{}');
  const early = await attach('application/early', {}, descriptorOf(later, mediaTypes.ociManifest));
  const list = `/v2/${repository}/referrers/${digestOf(later)}`;
  expectAnswer(await client.send('GET', list), { status: 200, json: indexOf([early]) });
  expectAnswer(await putManifest(place, digestOf(later), later), { status: 201 });
  expectAnswer(await client.send('GET', list), { status: 200, json: indexOf([early]) });
  expectAnswer(await client.send('DELETE', `/v2/${repository}/manifests/${String(early['digest'])}`), { status: 202 });
  expectAnswer(await client.send('GET', list), { status: 200, json: indexOf([]) });
});

test('an index is a referrer too', async () => {
  const to = descriptorOf('of an index', mediaTypes.ociManifest);
  const body = JSON.stringify({ ...indexOf([]), artifactType: 'application/vnd.example.set', subject: to });
  expectAnswer(await putManifest(place, digestOf(body), body, mediaTypes.ociIndex), { status: 201 });
  const expected = { ...descriptorOf(body, mediaTypes.ociIndex), artifactType: 'application/vnd.example.set' };
  expectAnswer(await client.send('GET', `/v2/${repository}/referrers/${String(to['digest'])}`), { status: 200, json: indexOf([expected]) });
});

test('what a client also attached by the tag schema is among the referrers, once', async () => {
  const target = JSON.stringify(imageOf([], { annotations: { attached: 'by tag' } }));
  expectAnswer(await putManifest(place, digestOf(target), target), { status: 201 });
  const attached = await attach('application/by-tag', {}, descriptorOf(target, mediaTypes.ociManifest));
  expectAnswer(await putManifest(place, digestOf(target).replace(':', '-'), indexOf([attached])), { status: 201 });
  expectAnswer(await client.send('GET', `/v2/${repository}/referrers/${digestOf(target)}`), { status: 200, json: indexOf([attached]) });
});
