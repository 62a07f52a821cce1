import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { type Expected, expectAnswer } from './expected-answer.ts';
import { startRegistry } from './registry-fixture.ts';
import { digestOf, octets, startUpload } from './sample-content.ts';

const registry = await startRegistry();
after(() => registry.stop());
const { client } = registry;
const place = { client, repository: 'uploads/app' };
const content = randomBytes(3000);
const digest = digestOf(content);
const whole: Expected = {
  status: 201,
  headers: { location: `/v2/uploads/app/blobs/${digest}`, 'docker-content-digest': digest, 'content-length': '0' },
};
const chunk = (start: number, end: number) => ({
  headers: { ...octets, 'content-range': `${start}-${end - 1}` },
  body: content.subarray(start, end),
});

async function expectStored(stored = digest, bytes: Uint8Array = content): Promise<void> {
  expectAnswer(await client.send('GET', `/v2/uploads/app/blobs/${stored}`), { status: 200, body: bytes });
}

async function remove(): Promise<void> {
  expectAnswer(await client.send('DELETE', `/v2/uploads/app/blobs/${digest}`), { status: 202 });
}

test('POST begins a session with a location, a range and an id (end-4a)', async () => {
  const answer = await client.send('POST', '/v2/uploads/app/blobs/uploads/');
  const id = String(answer.headers['docker-upload-uuid']);
  const headers = { location: `/v2/uploads/app/blobs/uploads/${id}`, range: '0-0', 'content-length': '0' };
  expectAnswer(answer, { status: 202, headers });
  assert.match(id, /^[A-Za-z0-9_-]{20,}$/);
});

test('POST then PUT (end-6)', async () => {
  const location = await startUpload(place);
  expectAnswer(await client.send('PUT', `${location}?digest=${digest}`, { headers: octets, body: content }), whole);
  await expectStored();
  expectAnswer(await client.send('GET', location), { status: 404, code: 'BLOB_UPLOAD_UNKNOWN' });
  await remove();
});

test('a single POST (end-4b)', async () => {
  const answer = await client.send('POST', `/v2/uploads/app/blobs/uploads/?digest=${digest}`, { headers: octets, body: content });
  expectAnswer(answer, whole);
  await expectStored();
  await remove();
});

test('PATCH in chunks, each acknowledged, with the last one in the PUT (end-5)', async () => {
  const location = await startUpload(place);
  expectAnswer(await client.send('PATCH', location, chunk(0, 1000)), { status: 202, headers: { range: '0-999', location } });
  expectAnswer(await client.send('PATCH', location, chunk(1000, 2000)), { status: 202, headers: { range: '0-1999', location } });
  expectAnswer(await client.send('GET', location), { status: 204, headers: { range: '0-1999', location, 'content-length': undefined } });
  expectAnswer(await client.send('PUT', `${location}?digest=${digest}`, chunk(2000, 3000)), whole);
  await expectStored();
  await remove();
});

test('PATCH as a stream without range and length, ended by an empty PUT', async () => {
  const location = await startUpload(place);
  const pieces = [content.subarray(0, 1), content.subarray(1, 2999), content.subarray(2999)];
  expectAnswer(await client.send('PATCH', location, { headers: octets, pieces }), { status: 202, headers: { range: '0-2999' } });
  expectAnswer(await client.send('PUT', `${location}?digest=${digest}`), whole);
  await expectStored();
  await remove();
});

test('a chunk out of order is refused with where to continue, and changes nothing', async () => {
  const location = await startUpload(place);
  expectAnswer(await client.send('PATCH', location, chunk(1000, 2000)), { status: 416, headers: { location, range: '0-0' } });
  expectAnswer(await client.send('PATCH', location, chunk(0, 1000)), { status: 202 });
  const refused: Expected = { status: 416, code: 'RANGE_INVALID', headers: { location, range: '0-999' } };
  expectAnswer(await client.send('PATCH', location, chunk(0, 1000)), refused, 'the same chunk again');
  expectAnswer(await client.send('PATCH', location, chunk(1500, 2000)), refused, 'a gap');
  expectAnswer(await client.send('PATCH', location, chunk(500, 1500)), refused, 'an overlap');
  expectAnswer(await client.send('PUT', `${location}?digest=${digest}`, chunk(2000, 3000)), refused, 'the final PUT');
  expectAnswer(await client.send('PATCH', location, chunk(1000, 2000)), { status: 202 });
  expectAnswer(await client.send('PUT', `${location}?digest=${digest}`, chunk(2000, 3000)), whole);
  await expectStored();
  await remove();
});

test('a chunk that is not as long as its range says is refused and forgotten', async () => {
  const location = await startUpload(place);
  for (const claimed of ['0-998', '0-1000', '0-0']) {
    const answer = await client.send('PATCH', location, {
      headers: { ...octets, 'content-range': claimed },
      body: content.subarray(0, 1000),
    });
    expectAnswer(answer, { status: 400, code: 'SIZE_INVALID' }, claimed);
    expectAnswer(await client.send('GET', location), { status: 204, headers: { range: '0-0' } });
  }
  expectAnswer(await client.send('PUT', `${location}?digest=${digest}`, { headers: octets, body: content }), whole);
  await remove();
});

for (const range of ['x', '5', '5-4', '-', '0-', '-1', '0-1,2-3', '0-99999999999999999999']) {
  test(`Content-Range: ${range} is refused`, async () => {
    const location = await startUpload(place);
    const answer = await client.send('PATCH', location, { headers: { ...octets, 'content-range': range }, body: 'x' });
    expectAnswer(answer, { status: 416, code: 'RANGE_INVALID', headers: { location, range: '0-0' } });
  });
}

test('a cancelled upload is gone (end-14)', async () => {
  const location = await startUpload(place);
  expectAnswer(await client.send('PATCH', location, chunk(0, 1000)), { status: 202 });
  expectAnswer(await client.send('DELETE', location), { status: 204, headers: { 'content-length': undefined } });
  const gone: Expected = { status: 404, code: 'BLOB_UPLOAD_UNKNOWN' };
  expectAnswer(await client.send('GET', location), gone);
  expectAnswer(await client.send('PATCH', location, chunk(1000, 2000)), gone);
  expectAnswer(await client.send('PUT', `${location}?digest=${digest}`), gone);
  expectAnswer(await client.send('DELETE', location), gone);
});

test('sha512 by ?digest-algorithm=, by the digest of a POST, and decided only at the final PUT', async () => {
  const sha512 = digestOf(content, 'sha512');
  const stored: Expected = { status: 201, headers: { 'docker-content-digest': sha512 } };
  const ways = [
    async () =>
      client.send('PUT', `${await startUpload(place, '?digest-algorithm=sha512')}?digest=${sha512}`, { headers: octets, body: content }),
    async () => client.send('POST', `/v2/uploads/app/blobs/uploads/?digest=${sha512}`, { headers: octets, body: content }),
    async () => client.send('PUT', `${await startUpload(place)}?digest=${sha512}`, { headers: octets, body: content }),
    async () => {
      const location = await startUpload(place);
      expectAnswer(await client.send('PATCH', location, chunk(0, 2000)), { status: 202 });
      return client.send('PUT', `${location}?digest=${sha512}`, chunk(2000, 3000));
    },
  ];
  for (const [index, way] of ways.entries()) {
    expectAnswer(await way(), stored, `way ${index}`);
    await expectStored(sha512);
    expectAnswer(await client.send('DELETE', `/v2/uploads/app/blobs/${sha512}`), { status: 202 });
  }
});

for (const wrong of ['md5', 'SHA256', '', 'sha256,sha512']) {
  test(`digest-algorithm=${wrong} is refused`, async () => {
    const answer = await client.send('POST', `/v2/uploads/app/blobs/uploads/?digest-algorithm=${wrong}`);
    expectAnswer(answer, { status: 400, code: 'DIGEST_INVALID' });
  });
}

const malformed = [
  'sha256:abc',
  `md5:${'0'.repeat(32)}`,
  `sha256:${'A'.repeat(64)}`,
  'latest',
  '',
  `sha256:${'0'.repeat(128)}`,
  'sha256:..%2F..',
];
for (const wrong of malformed) {
  test(`?digest=${wrong.slice(0, 20)} is refused and the upload stays`, async () => {
    const location = await startUpload(place);
    const refused: Expected = { status: 400, code: 'DIGEST_INVALID' };
    expectAnswer(await client.send('PUT', `${location}?digest=${wrong}`, { headers: octets, body: content }), refused);
    expectAnswer(await client.send('POST', `/v2/uploads/app/blobs/uploads/?digest=${wrong}`, { headers: octets, body: content }), refused);
    expectAnswer(await client.send('GET', location), { status: 204 });
  });
}

test('without a digest the PUT is refused', async () => {
  expectAnswer(await client.send('PUT', await startUpload(place), { headers: octets, body: content }), {
    status: 400,
    code: 'DIGEST_INVALID',
  });
});

test('content that is not what its digest says is refused and leaves nothing', async () => {
  const other = digestOf('other');
  const refused: Expected = { status: 400, code: 'DIGEST_INVALID' };
  const location = await startUpload(place);
  expectAnswer(await client.send('PUT', `${location}?digest=${other}`, { headers: octets, body: content }), refused);
  expectAnswer(await client.send('GET', location), { status: 404 });
  expectAnswer(await client.send('POST', `/v2/uploads/app/blobs/uploads/?digest=${other}`, { headers: octets, body: content }), refused);
  for (const absent of [other, digest]) expectAnswer(await client.send('HEAD', `/v2/uploads/app/blobs/${absent}`), { status: 404 });
});

test('the empty blob', async () => {
  const empty = digestOf('');
  const location = await startUpload(place);
  expectAnswer(await client.send('PUT', `${location}?digest=${empty}`, { headers: octets }), { status: 201 });
  expectAnswer(await client.send('GET', `/v2/uploads/app/blobs/${empty}`), { status: 200, headers: { 'content-length': '0' }, body: '' });
  const answer = await client.send('POST', `/v2/uploads/app/blobs/uploads/?digest=${empty}`, { headers: octets });
  expectAnswer(answer, { status: 201 }, 'a second time');
});

test('a blob that exists can be pushed again', async () => {
  for (const time of ['first', 'second']) {
    const answer = await client.send('POST', `/v2/uploads/app/blobs/uploads/?digest=${digest}`, { headers: octets, body: content });
    expectAnswer(answer, { status: 201 }, time);
  }
  await expectStored();
  await remove();
});
