import { test } from 'node:test';
import { mediaTypes } from '@longshore/oci';
import { type Expected, expectAnswer } from './expected-answer.ts';
import { startRegistry } from './registry-fixture.ts';
import { descriptorOf, digestOf, pushBlob, pushImage, putManifest } from './sample-content.ts';

const repository = 'deletion/app';

test('a tag is deleted alone, a digest with every tag (end-9)', async () => {
  await using registry = await startRegistry();
  const { client } = registry;
  const { digest } = await pushImage({ client, repository }, 'one');
  await pushImage({ client, repository }, 'two');
  expectAnswer(await client.send('DELETE', `/v2/${repository}/manifests/one`), { status: 202 });
  expectAnswer(await client.send('DELETE', `/v2/${repository}/manifests/one`), { status: 404, code: 'MANIFEST_UNKNOWN' });
  expectAnswer(await client.send('GET', `/v2/${repository}/tags/list`), { status: 200, json: { name: repository, tags: ['two'] } });
  for (const [reference, expected] of [
    ['one', 404],
    ['two', 200],
    [digest, 200],
  ] as const) {
    expectAnswer(await client.send('HEAD', `/v2/${repository}/manifests/${reference}`), { status: expected }, reference);
  }
  expectAnswer(await client.send('DELETE', `/v2/${repository}/manifests/${digest}`), { status: 202 });
  for (const reference of ['two', digest])
    expectAnswer(await client.send('HEAD', `/v2/${repository}/manifests/${reference}`), { status: 404 }, reference);
  expectAnswer(await client.send('DELETE', `/v2/${repository}/manifests/${digest}`), { status: 404, code: 'MANIFEST_UNKNOWN' });
});

test('what something still needs is not deleted: a blob of an image, an image of an index', async () => {
  await using registry = await startRegistry();
  const { client } = registry;
  const place = { client, repository };
  const { digest, bytes } = await pushImage(place, undefined);
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [descriptorOf(bytes, mediaTypes.ociManifest)] };
  expectAnswer(await putManifest(place, 'index', index), { status: 201 });
  const inUse: Expected = { status: 409, code: 'DENIED' };
  expectAnswer(await client.send('DELETE', `/v2/${repository}/blobs/${digestOf('{}')}`), inUse);
  expectAnswer(await client.send('DELETE', `/v2/${repository}/manifests/${digest}`), inUse);
  expectAnswer(await client.send('DELETE', `/v2/${repository}/manifests/${digestOf(JSON.stringify(index))}`), { status: 202 });
  expectAnswer(await client.send('DELETE', `/v2/${repository}/manifests/${digest}`), { status: 202 });
  expectAnswer(await client.send('DELETE', `/v2/${repository}/blobs/${digestOf('{}')}`), { status: 202 });
});

test('where deletion is disabled every DELETE of content answers 405, and an upload can still be cancelled', async () => {
  await using registry = await startRegistry({ flags: ['--anonymous', 'push', '--deletion-enabled', 'false'] });
  const { client } = registry;
  const { digest } = await pushImage({ client, repository }, 'kept');
  const blob = await pushBlob({ client, repository }, 'kept');
  const rows = [
    ['manifests/kept', 'GET, HEAD, PUT'],
    [`manifests/${digest}`, 'GET, HEAD, PUT'],
    [`blobs/${blob}`, 'GET, HEAD'],
  ] as const;
  for (const [path, allow] of rows) {
    expectAnswer(await client.send('DELETE', `/v2/${repository}/${path}`), { status: 405, code: 'UNSUPPORTED', headers: { allow } }, path);
    expectAnswer(await client.send('HEAD', `/v2/${repository}/${path}`), { status: 200 }, path);
  }
  const started = await client.send('POST', `/v2/${repository}/blobs/uploads/`);
  expectAnswer(await client.send('DELETE', String(started.headers.location)), { status: 204 });
});
