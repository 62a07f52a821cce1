import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { requireDigest } from '../digest.ts';
import { mediaTypes } from '../media-types.ts';
import { requireRepositoryName, requireTag } from '../reference.ts';
import { indexBodyOf, referrersTag } from '../referrers.ts';
import type { Step } from '../testing/scripted-fetch.ts';
import { scriptedFetch } from '../testing/scripted-fetch.ts';
import type { RegistryClient } from './client.ts';
import { createRegistryClient } from './client.ts';
import { RegistryClientError } from './error.ts';

const base = 'https://r.example';
const api = `${base}/v2/team/app`;
const name = requireRepositoryName('team/app');
const tag = requireTag('v1');
const encode = (text: string) => new TextEncoder().encode(text);
const hash = (text: string, algorithm = 'sha256') => requireDigest(`${algorithm}:${createHash(algorithm).update(text).digest('hex')}`);
async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const isBroken = (error: unknown) => error instanceof RegistryClientError && error.status === 0;

async function play(steps: readonly Step[], run: (client: RegistryClient) => Promise<unknown>): Promise<void> {
  const { fetch, finish } = scriptedFetch(steps);
  await run(createRegistryClient({ baseUrl: base, fetch, maxManifestBytes: 10_000 }));
  finish();
}

test('a manifest comes with its bytes, and only with the digest it should have', async () => {
  const text = '{"a": 1}';
  for (const algorithm of ['sha256', 'sha512']) {
    const digest = hash(text, algorithm);
    const answer = { 'content-type': `${mediaTypes.ociManifest}; charset=utf-8`, 'docker-content-digest': digest };
    await play([{ request: `GET ${api}/manifests/v1`, answer, answerBody: text }], async (client) => {
      const manifest = await client.getManifest(name, tag);
      assert.deepEqual(manifest, { mediaType: mediaTypes.ociManifest, digest, bytes: encode(text) });
    });
    await play([{ request: `GET ${api}/manifests/v1`, answer, answerBody: `${text} ` }], (client) =>
      assert.rejects(client.getManifest(name, tag), isBroken),
    );
    await play([{ request: `GET ${api}/manifests/${digest}`, answerBody: 'x' }], (client) =>
      assert.rejects(client.getManifest(name, digest), isBroken),
    );
  }
  await play([{ request: `GET ${api}/manifests/v1`, answerBody: text }], async (client) =>
    assert.equal((await client.getManifest(name, tag)).digest, hash(text)),
  );
  await play([{ request: `GET ${api}/manifests/v1`, answerBody: 'x'.repeat(10_001) }], (client) =>
    assert.rejects(client.getManifest(name, tag), isBroken),
  );
  await play([{ request: `GET ${api}/manifests/v1`, status: 404 }], (client) =>
    assert.rejects(client.getManifest(name, tag), (error) => error instanceof RegistryClientError && error.status === 404),
  );
});

test('HEAD says what is there', async () => {
  const digest = hash('x');
  const answer = { 'content-type': 'a/b', 'docker-content-digest': digest, 'content-length': '12' };
  await play([{ request: `HEAD ${api}/manifests/v1`, answer }], async (client) =>
    assert.deepEqual(await client.headManifest(name, tag), { mediaType: 'a/b', digest, sizeBytes: 12 }),
  );
  await play([{ request: `HEAD ${api}/manifests/v1`, status: 404 }], async (client) =>
    assert.equal(await client.headManifest(name, tag), undefined),
  );
  await play([{ request: `HEAD ${api}/blobs/${digest}`, answer }], async (client) =>
    assert.deepEqual(await client.headBlob(name, digest), { sizeBytes: 12 }),
  );
  await play([{ request: `HEAD ${api}/blobs/${digest}`, status: 404 }], async (client) =>
    assert.equal(await client.headBlob(name, digest), undefined),
  );
});

test('deleting says whether there was something', async () => {
  const digest = hash('x');
  await play([{ request: `DELETE ${api}/manifests/v1`, status: 202 }], async (client) =>
    assert.equal(await client.deleteManifest(name, tag), true),
  );
  await play([{ request: `DELETE ${api}/blobs/${digest}`, status: 404 }], async (client) =>
    assert.equal(await client.deleteBlob(name, digest), false),
  );
  await play([{ request: `DELETE ${api}/blobs/${digest}`, status: 405 }], (client) =>
    assert.rejects(client.deleteBlob(name, digest), RegistryClientError),
  );
});

test('a part of a blob is the part that was asked for', async () => {
  const digest = hash('x');
  const request = `GET ${api}/blobs/${digest}`;
  const range = { start: 2, end: 3 };
  const headers = { range: 'bytes=2-3' };
  await play([{ request, headers, status: 206, answer: { 'content-range': 'bytes 2-3/9' }, answerBody: 'cd' }], async (client) =>
    assert.equal((await client.getBlob(name, digest, { range })).partial, true),
  );
  await play([{ request, headers, answerBody: 'abcdefghi' }], async (client) =>
    assert.equal((await client.getBlob(name, digest, { range })).partial, false),
  );
  await play([{ request, headers, status: 206, answer: { 'content-range': 'bytes 0-1/9' } }], (client) =>
    assert.rejects(client.getBlob(name, digest, { range }), isBroken),
  );
});

test('an upload in one piece keeps the query of its location to the letter', async () => {
  const digest = hash('abc');
  const steps: Step[] = [
    { request: `POST ${api}/blobs/uploads/`, status: 202, answer: { location: '/up/1?state=a%2Bb+c' } },
    {
      request: `PUT ${base}/up/1?state=a%2Bb+c&digest=${encodeURIComponent(digest)}`,
      headers: { 'content-length': '3' },
      body: 'abc',
      status: 201,
    },
  ];
  await play(steps, (client) => client.uploadBlob(name, { digest, sizeBytes: 3, content: encode('abc') }));
  await play(steps, (client) => client.uploadBlob(name, { digest, sizeBytes: 3, content: new Blob(['abc']).stream() }));
});

test('a sha512 upload announces it, and a failed one is cancelled', async () => {
  const digest = hash('abc', 'sha512');
  const steps: Step[] = [
    { request: `POST ${api}/blobs/uploads/?digest-algorithm=sha512`, status: 202, answer: { location: '/up/1' } },
    { request: `PUT ${base}/up/1?digest=${encodeURIComponent(digest)}`, status: 400, answerBody: '{"errors":[{"code":"DIGEST_INVALID"}]}' },
    { request: `DELETE ${base}/up/1`, status: 204 },
  ];
  await play(steps, (client) =>
    assert.rejects(
      client.uploadBlob(name, { digest, sizeBytes: 3, content: encode('abc') }),
      (error) => error instanceof RegistryClientError && error.codes[0] === 'DIGEST_INVALID',
    ),
  );
  await play([{ request: `POST ${api}/blobs/uploads/?digest-algorithm=sha512`, status: 202 }], (client) =>
    assert.rejects(client.uploadBlob(name, { digest, sizeBytes: 3, content: encode('abc') }), isBroken),
  );
});

test('chunks are as long as the registry wants, follow the location, and go on after a 416', async () => {
  const digest = hash('abcdefgh');
  const steps: Step[] = [
    { request: `POST ${api}/blobs/uploads/`, status: 202, answer: { location: '/up/1', 'oci-chunk-min-length': '3' } },
    { request: `PATCH ${base}/up/1`, headers: { 'content-range': '0-2' }, body: 'abc', status: 202, answer: { location: '/up/2' } },
    { request: `PATCH ${base}/up/2`, headers: { 'content-range': '3-5' }, body: 'def', status: 416 },
    { request: `GET ${base}/up/2`, status: 204, answer: { location: '/up/3', range: '0-3' } },
    { request: `PATCH ${base}/up/3`, headers: { 'content-range': '4-5' }, body: 'ef', status: 202, answer: { location: '/up/4' } },
    { request: `PATCH ${base}/up/4`, headers: { 'content-range': '6-7' }, body: 'gh', status: 202, answer: { location: '/up/5' } },
    { request: `PUT ${base}/up/5?digest=${encodeURIComponent(digest)}`, headers: { 'content-length': '0' }, body: '', status: 201 },
  ];
  await play(steps, (client) => client.uploadBlob(name, { digest, sizeBytes: 8, content: encode('abcdefgh'), chunkSizeBytes: 2 }));
  const content = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of ['a', 'bcdef', '', 'gh']) controller.enqueue(encode(piece));
      controller.close();
    },
  });
  await play(steps, (client) => client.uploadBlob(name, { digest, sizeBytes: 8, content, chunkSizeBytes: 2 }));
});

test('a mount that becomes an upload is cancelled and reported', async () => {
  const digest = hash('x');
  const steps: Step[] = [
    { request: `POST ${api}/blobs/uploads/?mount=${encodeURIComponent(digest)}`, status: 202, answer: { location: '/up/1' } },
    { request: `DELETE ${base}/up/1`, status: 204 },
  ];
  await play(steps, async (client) => assert.equal(await client.mountBlob(name, digest), false));
});

test('tags and repositories are listed page by page', async () => {
  const steps: Step[] = [
    {
      request: `GET ${api}/tags/list?n=2`,
      answer: { link: '</v2/team/app/tags/list?n=2&last=b>; rel="next"' },
      answerBody: '{"tags":["a","b"]}',
    },
    { request: `GET ${api}/tags/list?n=2&last=b`, answerBody: '{"tags":["c"]}' },
  ];
  await play(steps, async (client) => assert.deepEqual(await collect(client.listTags(name, { pageSize: 2 })), ['a', 'b', 'c']));
  await play([{ request: `GET ${api}/tags/list`, answerBody: '{"tags":null}' }], async (client) =>
    assert.deepEqual(await collect(client.listTags(name)), []),
  );
  await play([{ request: `GET ${base}/v2/_catalog`, answerBody: '{"repositories":["a"]}' }], async (client) =>
    assert.deepEqual(await collect(client.listRepositories()), ['a']),
  );
});

test('a next page on another host, or the same again and again, is refused', async () => {
  const page = (link: string): Step => ({
    request: `GET ${api}/tags/list`,
    answer: { link: `<${link}>; rel="next"` },
    answerBody: '{"tags":[]}',
  });
  await play([page('https://evil.example/')], (client) => assert.rejects(collect(client.listTags(name)), isBroken));
  await play([page(`${api}/tags/list`), page(`${api}/tags/list`)], (client) => assert.rejects(collect(client.listTags(name)), isBroken));
  await play([{ request: `GET ${api}/tags/list`, answerBody: '{"tags":[1]}' }], (client) =>
    assert.rejects(collect(client.listTags(name)), isBroken),
  );
});

const subject = { mediaType: mediaTypes.ociManifest, digest: hash('subject'), size: 7 };
const referrer = { mediaType: mediaTypes.ociManifest, digest: hash('referrer'), size: 8, artifactType: 'a/b' };
const indexText = (...manifests: readonly (typeof referrer)[]) => JSON.stringify(indexBodyOf(manifests));
const oci = { 'content-type': mediaTypes.ociIndex };

test('referrers come from the API, filtered here if not there', async () => {
  const other = { ...referrer, digest: hash('other'), artifactType: 'c/d' };
  const steps: Step[] = [
    {
      request: `GET ${api}/referrers/${subject.digest}?artifactType=a%2Fb`,
      answer: { ...oci, link: `</v2/team/app/referrers/${subject.digest}?p=2>; rel="next"` },
      answerBody: indexText(other),
    },
    { request: `GET ${api}/referrers/${subject.digest}?p=2`, answer: oci, answerBody: indexText(referrer) },
  ];
  await play(steps, async (client) =>
    assert.deepEqual(await client.listReferrers(name, subject.digest, { artifactType: 'a/b' }), [referrer]),
  );
});

test('referrers without end are refused before they fill the memory', async () => {
  const url = `${api}/referrers/${subject.digest}`;
  const answerBody = indexText({ ...referrer, artifactType: 'a'.repeat(9_000) });
  const page = (number: number): Step => ({
    request: `GET ${url}?p=${number}`,
    answer: { ...oci, link: `<${url}?p=${number + 1}>; rel="next"` },
    answerBody,
  });
  // Of eight times the largest manifest, which is 10,000 bytes here.
  const steps = Array.from({ length: 9 }, (_, number) => page(number));
  await play([{ ...page(0), request: `GET ${url}` }, ...steps.slice(1)], (client) =>
    assert.rejects(client.listReferrers(name, subject.digest), (error) => isBroken(error) && /without end/.test(String(error))),
  );
});

test('a refusal of the referrers API is not taken for its absence', async () => {
  await play([{ request: `GET ${api}/referrers/${subject.digest}`, status: 403 }], (client) =>
    assert.rejects(client.listReferrers(name, subject.digest), (error) => error instanceof RegistryClientError && error.status === 403),
  );
});

test('without the API referrers come from the tag, and a missing or useless tag means none', async () => {
  const missing: Step = { request: `GET ${api}/referrers/${subject.digest}`, status: 404 };
  const byTag = (rest: Partial<Step>): Step[] => [
    missing,
    { request: `GET ${api}/manifests/${referrersTag(subject.digest)}`, answer: oci, ...rest },
  ];
  await play(byTag({ answerBody: indexText(referrer) }), async (client) =>
    assert.deepEqual(await client.listReferrers(name, subject.digest), [referrer]),
  );
  await play(byTag({ status: 404 }), async (client) => assert.deepEqual(await client.listReferrers(name, subject.digest), []));
  await play(byTag({ answerBody: 'x' }), async (client) => assert.deepEqual(await client.listReferrers(name, subject.digest), []));
});

test('a pushed manifest with a subject is added to the referrers tag when the registry keeps no referrers', async () => {
  const text = JSON.stringify({
    mediaType: mediaTypes.ociManifest,
    artifactType: 'a/b',
    config: { ...subject, digest: hash('c') },
    layers: [],
    subject,
    annotations: { k: 'v' },
  });
  const digest = hash(text);
  const manifest = { bytes: encode(text), mediaType: mediaTypes.ociManifest };
  const added = { mediaType: mediaTypes.ociManifest, digest, size: text.length, artifactType: 'a/b', annotations: { k: 'v' } };
  const put: Step = { request: `PUT ${api}/manifests/v1`, headers: { 'content-type': mediaTypes.ociManifest }, body: text, status: 201 };
  const tagUrl = `${api}/manifests/${referrersTag(subject.digest)}`;

  await play([{ ...put, answer: { 'oci-subject': subject.digest } }], async (client) =>
    assert.equal((await client.putManifest(name, tag, manifest)).subjectProcessed, true),
  );
  const fresh: Step[] = [
    put,
    { request: `GET ${tagUrl}`, status: 404 },
    { request: `PUT ${tagUrl}`, headers: oci, body: JSON.stringify(indexBodyOf([added as typeof referrer])), status: 201 },
  ];
  await play(fresh, (client) => client.putManifest(name, tag, manifest));
  const more: Step[] = [
    put,
    { request: `GET ${tagUrl}`, answer: oci, answerBody: indexText(referrer) },
    { request: `PUT ${tagUrl}`, body: indexText(referrer, added), status: 201 },
  ];
  await play(more, (client) => client.putManifest(name, tag, manifest));
  await play([put, { request: `GET ${tagUrl}`, answer: oci, answerBody: indexText(added) }], (client) =>
    client.putManifest(name, tag, manifest),
  );
  await play([put, { request: `GET ${tagUrl}`, answerBody: 'something else' }], (client) =>
    assert.rejects(client.putManifest(name, tag, manifest), isBroken),
  );
});

test('tags travel with a push by digest', async () => {
  const text = '{}';
  const digest = hash(text);
  const request = `PUT ${api}/manifests/${digest}?tag=a&tag=b`;
  await play([{ request, status: 201, answer: { 'oci-tag': 'a, b' } }], async (client) => {
    const result = await client.putManifest(name, digest, {
      bytes: encode(text),
      mediaType: 'application/x',
      tags: [requireTag('a'), requireTag('b')],
    });
    assert.deepEqual(result, { subjectProcessed: false, tags: ['a', 'b'] });
  });
});
