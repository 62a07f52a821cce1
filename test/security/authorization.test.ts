import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { type Expected, expectAnswer, jsonOf } from '../protocol/expected-answer.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { digestOf, imageOf, octets, pushBlob, pushImage, putManifest, startUpload } from '../protocol/sample-content.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const { client, metadata } = registry;
const alice = await registry.addUser('alice', { secret: 'maintainer', shared: 'maintainer' });
const mallory = await registry.addUser('mallory', { evil: 'maintainer', shared: 'reader' });
const secret = { client, repository: 'secret/app', authorization: alice.basic };
const image = await pushImage(secret, 'latest');
const layer = await pushBlob(secret, 'a secret layer');
const asMallory = { authorization: mallory.basic };

const uploadFollows: Expected = { status: 202, headers: { location: /\/blobs\/uploads\// } };

/** The token that the token service gives for these scopes. */
async function tokenFor(scopes: readonly string[], authorization?: string): Promise<string> {
  const query = scopes.map((scope) => `scope=${encodeURIComponent(scope)}`).join('&');
  const answer = expectAnswer(await client.send('GET', `/auth/token?${query}`, { authorization }), { status: 200 });
  return `Bearer ${jsonOf<{ token: string }>(answer).token}`;
}

test('CVE-2024-39897: a blob is readable only by a link of the repository it is asked of', async () => {
  await pushImage({ client, repository: 'evil/app', authorization: mallory.basic }, 'latest');
  for (const method of ['GET', 'HEAD']) {
    expectAnswer(await client.send(method, `/v2/evil/app/blobs/${layer}`, asMallory), { status: 404 }, method);
    expectAnswer(await client.send(method, `/v2/evil/app/manifests/${image.digest}`, asMallory), { status: 404 }, method);
  }
  expectAnswer(await putManifest({ client, repository: 'evil/app', authorization: mallory.basic }, 'x', imageOf(['a secret layer'])), {
    status: 404,
    code: 'MANIFEST_BLOB_UNKNOWN',
  });
});

test('harbor#23270: a mount without read access to its source is an upload, and links nothing', async () => {
  for (const query of [`mount=${layer}&from=secret/app`, `mount=${layer}`, `mount=${layer}&from=`]) {
    expectAnswer(await client.send('POST', `/v2/evil/app/blobs/uploads/?${query}`, asMallory), uploadFollows, query);
    expectAnswer(await client.send('GET', `/v2/evil/app/blobs/${layer}`, asMallory), { status: 404 }, query);
  }
  const absent = await client.send('POST', `/v2/evil/app/blobs/uploads/?mount=${digestOf('absent')}&from=secret/app`, asMallory);
  expectAnswer(absent, uploadFollows, 'a blob that is there and one that is not look the same');
});

test('CVE-2026-27771: an anonymous token reads nothing private, whatever it asked for', async () => {
  const ghost = await tokenFor(['repository:secret/app:pull,push,delete', 'registry:catalog:*']);
  for (const path of [`manifests/latest`, `blobs/${layer}`, 'tags/list', `referrers/${image.digest}`]) {
    expectAnswer(await client.send('GET', `/v2/secret/app/${path}`, { authorization: ghost }), { status: 401 }, path);
  }
  expectAnswer(await client.send('GET', '/v2/_catalog', { authorization: ghost }), { status: 401 });
});

test('CVE-2026-117685: a token without the source does not mount from it, although its user may read it', async () => {
  const narrow = await tokenFor(['repository:shared/app:pull,push'], alice.basic);
  for (const query of [`mount=${layer}&from=secret/app`, `mount=${layer}`]) {
    const answer = await client.send('POST', `/v2/shared/app/blobs/uploads/?${query}`, { authorization: narrow });
    assert.ok(answer.status === 401 || answer.status === 202, `${query}: ${answer.status}`);
    expectAnswer(await client.send('GET', `/v2/shared/app/blobs/${layer}`, { authorization: alice.basic }), { status: 404 });
  }
});

test('CVE-2026-32589: an upload session is not there for another user or another repository', async () => {
  const location = await startUpload(secret);
  const id = location.slice(location.lastIndexOf('/') + 1);
  const strangers = [
    { path: `/v2/evil/app/blobs/uploads/${id}`, ...asMallory },
    { path: `/v2/shared/app/blobs/uploads/${id}`, authorization: alice.basic },
  ];
  const colleague = await registry.addUser('colleague', { secret: 'maintainer' });
  strangers.push({ path: location, authorization: colleague.basic });
  for (const { path, authorization } of strangers) {
    const gone: Expected = { status: 404, code: 'BLOB_UPLOAD_UNKNOWN' };
    expectAnswer(await client.send('GET', path, { authorization }), gone);
    expectAnswer(await client.send('PATCH', path, { authorization, headers: octets, body: 'x' }), gone);
    expectAnswer(await client.send('PUT', `${path}?digest=${digestOf('x')}`, { authorization, headers: octets, body: 'x' }), gone);
    expectAnswer(await client.send('DELETE', path, { authorization }), gone);
  }
  expectAnswer(await client.send('GET', location, { authorization: alice.basic }), { status: 204, headers: { range: '0-0' } });
});

test('CVE-2026-31801: writing a tag that exists is an update, which a creator may not, latest or not', async () => {
  const creator = await registry.addUser('creator', { shared: 'creator' });
  const place = { client, repository: 'shared/tags', authorization: creator.basic };
  for (const tag of ['latest', 'v1']) {
    const first = await pushImage(place, tag, { annotations: { tag } });
    expectAnswer(await putManifest(place, tag, first.bytes), { status: 201 }, 'the same again changes nothing');
    const other = JSON.stringify(imageOf([], { annotations: { tag, other: '' } }));
    expectAnswer(await putManifest(place, tag, other), { status: 403, code: 'DENIED' });
    const named = `${digestOf(other)}?tag=new-${tag}&tag=${tag}`;
    expectAnswer(await putManifest(place, named, other), { status: 403, code: 'DENIED' }, 'by ?tag=');
    expectAnswer(await client.send('HEAD', `/v2/shared/tags/manifests/new-${tag}`, { authorization: creator.basic }), { status: 404 });
    expectAnswer(await client.send('GET', `/v2/shared/tags/manifests/${tag}`, { authorization: creator.basic }), {
      status: 200,
      body: first.bytes,
    });
    expectAnswer(await putManifest({ ...place, authorization: alice.basic }, tag, other), { status: 201 }, 'who may update');
  }
});

test('CVE-2026-31801: of creators who write one tag at once, one creates it', async () => {
  const creator = await registry.addUser('racer', { shared: 'creator' });
  const place = { client, repository: 'shared/raced', authorization: creator.basic };
  await pushBlob(place, '{}');
  const pushes = Array.from({ length: 8 }, (_, index) => putManifest(place, 'latest', imageOf([], { annotations: { index: `${index}` } })));
  const statuses = (await Promise.all(pushes)).map(({ status }) => status);
  assert.deepEqual(statuses.toSorted(), [201, ...Array.from({ length: 7 }, () => 403)]);
});

test('CVE-2026-61833: push does not delete, neither as a role nor as a token', async () => {
  const writer = await registry.addUser('writer', { shared: 'writer' });
  const place = { client, repository: 'shared/kept', authorization: writer.basic };
  const { digest } = await pushImage(place, 'latest');
  const pushToken = await tokenFor(['repository:shared/kept:pull,push'], alice.basic);
  const attempts = [
    [writer.basic, 403],
    [await tokenFor(['repository:shared/kept:pull,push,delete'], writer.basic), 403],
    [pushToken, 401],
  ] as const;
  for (const [authorization, status] of attempts) {
    for (const path of ['manifests/latest', `manifests/${digest}`, `blobs/${digestOf('{}')}`]) {
      expectAnswer(await client.send('DELETE', `/v2/shared/kept/${path}`, { authorization }), { status }, path);
    }
  }
  const deleteToken = await tokenFor(['repository:shared/kept:delete'], alice.basic);
  expectAnswer(
    await client.send('GET', '/v2/shared/kept/manifests/latest', { authorization: deleteToken }),
    { status: 401 },
    'delete is not pull',
  );
  expectAnswer(await client.send('DELETE', '/v2/shared/kept/manifests/latest', { authorization: deleteToken }), { status: 202 });
});

test('not found and not allowed look the same to someone without read access', async () => {
  const paths = (name: string) => [
    `/v2/${name}/manifests/latest`,
    `/v2/${name}/manifests/${image.digest}`,
    `/v2/${name}/blobs/${layer}`,
    `/v2/${name}/tags/list`,
    `/v2/${name}/referrers/${image.digest}`,
  ];
  const absent = paths('secret/aaa');
  for (const [index, path] of paths('secret/app').entries()) {
    for (const method of ['GET', 'HEAD', 'DELETE', 'PUT']) {
      for (const authorization of [undefined, mallory.basic]) {
        const there = await client.send(method, path, { authorization });
        const notThere = await client.send(method, absent[index] ?? '', { authorization });
        const shape = ({ status, headers, body }: typeof there) => ({
          status,
          challenge: headers['www-authenticate']?.replaceAll('secret/app', 'secret/aaa'),
          body: body.toString().replaceAll('secret/app', 'secret/aaa'),
          names: Object.keys(headers).sort(),
        });
        assert.deepEqual(shape(there), shape(notThere), `${method} ${path}`);
      }
    }
  }
});

test('a project that is not there looks like one that is closed to the caller', async () => {
  const send = (project: string) => client.send('GET', `/v2/${project}/app/tags/list`, asMallory);
  const closed = await send('secret');
  const absent = await send('zecret');
  assert.equal(closed.status, absent.status);
  assert.equal(closed.body.toString().replaceAll('secret', '*'), absent.body.toString().replaceAll('zecret', '*'));
});

test('CVE-2026-35172: what was deleted is gone at once, through every door', async () => {
  const place = { client, repository: 'shared/deleted', authorization: alice.basic };
  const { digest } = await pushImage(place, 'latest');
  const read = (reference: string) => client.send('GET', `/v2/shared/deleted/${reference}`, { authorization: alice.basic });
  for (const reference of ['manifests/latest', `manifests/${digest}`, `blobs/${digestOf('{}')}`])
    expectAnswer(await read(reference), { status: 200 });
  expectAnswer(await client.send('DELETE', `/v2/shared/deleted/manifests/${digest}`, { authorization: alice.basic }), { status: 202 });
  for (const reference of ['manifests/latest', `manifests/${digest}`]) expectAnswer(await read(reference), { status: 404 });
  expectAnswer(await client.send('DELETE', `/v2/shared/deleted/blobs/${digestOf('{}')}`, { authorization: alice.basic }), { status: 202 });
  expectAnswer(await read(`blobs/${digestOf('{}')}`), { status: 404 });
  expectAnswer(
    await client.send('POST', `/v2/shared/copy/blobs/uploads/?mount=${digestOf('{}')}&from=shared/deleted`, { authorization: alice.basic }),
    uploadFollows,
  );
});

test('CVE-2026-35172: what is in memory is given only where it is linked, and to whom it is open', async () => {
  const [authorization, bytes] = [alice.basic, 'small, and read again and again'];
  const digest = await pushBlob({ client, repository: 'shared/cached', authorization }, bytes);
  await pushBlob({ client, repository: 'shared/other', authorization }, bytes);
  const read = (repository: string, by = authorization) => client.send('GET', `/v2/${repository}/blobs/${digest}`, { authorization: by });
  for (let round = 0; round < 3; round += 1) expectAnswer(await read('shared/cached'), { status: 200, body: bytes });
  const folder = join(registry.data, 'blobs', 'sha256', digest.slice(7, 9));
  for (const file of await readdir(folder)) if (file.startsWith(digest.slice(7))) await rm(join(folder, file));
  expectAnswer(await read('shared/cached'), { status: 200, body: bytes }, 'it is in memory: its file is gone');
  expectAnswer(await read('shared/app'), { status: 404, code: 'BLOB_UNKNOWN' });
  const stranger = await registry.addUser('stranger');
  expectAnswer(await read('shared/cached', stranger.basic), { status: 403, code: 'DENIED' });
  expectAnswer(await client.send('DELETE', `/v2/shared/cached/blobs/${digest}`, { authorization }), { status: 202 });
  expectAnswer(await read('shared/cached'), { status: 404, code: 'BLOB_UNKNOWN' });
  expectAnswer(await read('shared/other'), { status: 200, body: bytes });
});

test('a change of grants counts at the next request, also for tokens that were issued before', async () => {
  const token = await tokenFor(['repository:shared/app:pull,push'], alice.basic);
  expectAnswer(await client.send('POST', '/v2/shared/app/blobs/uploads/', { authorization: token }), { status: 202 });
  await metadata.setProjectRole({ userId: alice.user.id, project: 'shared', role: 'reader', by: systemAgent('test'), at: Date.now() });
  expectAnswer(await client.send('POST', '/v2/shared/app/blobs/uploads/', { authorization: token }), { status: 403 });
  await metadata.setProjectRole({ userId: alice.user.id, project: 'shared', role: 'maintainer', by: systemAgent('test'), at: Date.now() });
});

test('harbor#22900: tokens and password of a user who was deleted and made again are refused', async () => {
  const first = await registry.addUser('phoenix', { shared: 'maintainer' });
  const token = await tokenFor(['repository:shared/app:pull,push'], first.basic);
  const location = await startUpload({ client, repository: 'shared/app', authorization: token });
  await metadata.deleteUser({ id: first.user.id });
  expectAnswer(await client.send('GET', '/v2/', { authorization: first.basic }), { status: 401 });
  const second = await registry.addUser('phoenix', { shared: 'maintainer' });
  assert.notEqual(second.user.id, first.user.id);
  expectAnswer(await client.send('GET', location, { authorization: token }), { status: 401 });
  expectAnswer(
    await client.send('GET', location, { authorization: second.basic }),
    { status: 404 },
    'nor is an upload of the first theirs',
  );
});
