import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { type Expected, expectAnswer } from './expected-answer.ts';
import { startRegistry } from './registry-fixture.ts';
import { digestOf, pushBlob } from './sample-content.ts';

const registry = await startRegistry();
after(() => registry.stop());
const { client } = registry;
const repository = 'reads/app';
// Longer than one read of the store, so that a range may span reads.
const content = randomBytes(700_001);
const digest = await pushBlob({ client, repository }, content);
const path = `/v2/${repository}/blobs/${digest}`;
const etag = `"${digest}"`;

test('HEAD tells size and digest, GET sends the same with the bytes (end-2)', async () => {
  const headers = {
    'content-length': String(content.length),
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    etag,
    'accept-ranges': 'bytes',
  };
  expectAnswer(await client.send('HEAD', path), { status: 200, headers, body: '' });
  expectAnswer(await client.send('GET', path), { status: 200, headers, body: content });
});

for (const method of ['HEAD', 'GET']) {
  test(`${method} of what is not there`, async () => {
    for (const absent of [`/v2/${repository}/blobs/${digestOf('absent')}`, `/v2/reads/other/blobs/${digest}`]) {
      const answer = await client.send(method, absent);
      expectAnswer(answer, { status: 404, ...(method === 'GET' ? { code: 'BLOB_UNKNOWN' } : { body: '' }) }, absent);
    }
    expectAnswer(await client.send(method, `/v2/${repository}/blobs/sha256:abc`), { status: 400 });
  });
}

test('If-None-Match: 304 without a body when the client has it', async () => {
  for (const has of [etag, `"x", ${etag}`, `W/${etag}`, '*']) {
    expectAnswer(
      await client.send('GET', path, { headers: { 'if-none-match': has } }),
      { status: 304, headers: { etag, 'docker-content-digest': digest }, body: '' },
      has,
    );
  }
  expectAnswer(await client.send('GET', path, { headers: { 'if-none-match': '"x"' } }), { status: 200 });
  expectAnswer(await client.send('HEAD', path, { headers: { 'if-none-match': etag } }), { status: 304, headers: { etag }, body: '' });
  const absent = digestOf('absent');
  const answer = await client.send('GET', `/v2/${repository}/blobs/${absent}`, { headers: { 'if-none-match': `"${absent}"` } });
  expectAnswer(answer, { status: 404 }, 'having what is not here');
});

const last = content.length - 1;
const ranges: readonly (readonly [string, number, number])[] = [
  ['bytes=0-0', 0, 0],
  ['bytes=0-99', 0, 99],
  ['bytes=262143-262145', 262143, 262145],
  ['bytes=100-', 100, last],
  ['bytes=-1', last, last],
  ['bytes=-9999999', 0, last],
  [`bytes=${last}-99999999`, last, last],
];
for (const [range, start, end] of ranges) {
  test(`Range: ${range}`, async () => {
    const headers = { 'content-range': `bytes ${start}-${end}/${content.length}`, 'content-length': String(end - start + 1), etag };
    expectAnswer(await client.send('GET', path, { headers: { range } }), { status: 206, headers, body: content.subarray(start, end + 1) });
  });
}

const unsatisfiable: Expected = { status: 416, code: 'RANGE_INVALID', headers: { 'content-range': `bytes */${content.length}` } };
const seventeen = `bytes=${Array.from({ length: 17 }, (_, index) => `${index * 2}-${index * 2}`).join(',')}`;
for (const range of [`bytes=${content.length}-`, 'bytes=-0', seventeen]) {
  test(`Range: ${range.slice(0, 20)} is not satisfiable`, async () => {
    expectAnswer(await client.send('GET', path, { headers: { range } }), unsatisfiable);
  });
}

test('what is not a byte range is ignored', async () => {
  for (const range of ['items=0-1', 'bytes=a-b', 'bytes'])
    expectAnswer(await client.send('GET', path, { headers: { range } }), { status: 200 }, range);
});

test('up to sixteen ranges come as multipart/byteranges, in the order asked for', async () => {
  const spans = Array.from({ length: 16 }, (_, index) => ({
    start: 600_000 - index * 30_000,
    end: 600_000 - index * 30_000 + 400 * index,
  }));
  const range = `bytes=${spans.map(({ start, end }) => `${start}-${end}`).join(', ')}`;
  const answer = await client.send('GET', path, { headers: { range } });
  expectAnswer(answer, { status: 206, headers: { 'content-range': undefined, 'content-length': String(answer.body.length), etag } });
  const boundary = /^multipart\/byteranges; boundary=([a-f0-9]+)$/.exec(answer.headers['content-type'] ?? '')?.[1];
  assert.ok(boundary !== undefined);
  const expected = spans.flatMap(({ start, end }) => [
    Buffer.from(
      `\r\n--${boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ${start}-${end}/${content.length}\r\n\r\n`,
    ),
    content.subarray(start, end + 1),
  ]);
  assert.ok(answer.body.equals(Buffer.concat([...expected, Buffer.from(`\r\n--${boundary}--\r\n`)])));
});

test('If-Range: the range only of the very same content', async () => {
  const send = (ifRange: string) => client.send('GET', path, { headers: { range: 'bytes=0-9', 'if-range': ifRange } });
  expectAnswer(await send(etag), { status: 206, body: content.subarray(0, 10) });
  for (const other of ['"x"', `W/${etag}`, 'Wed, 21 Oct 2015 07:28:00 GMT'])
    expectAnswer(await send(other), { status: 200, body: content }, other);
});

for (const size of [0, 5000, 64 * 1024 + 1, 256 * 1024]) {
  test(`a blob of ${size} bytes that is read again, and then from memory, is answered as before`, async () => {
    const small = content.subarray(0, size);
    const own = await pushBlob({ client, repository }, small);
    const read = (method: string, headers = {}) => client.send(method, `/v2/${repository}/blobs/${own}`, { headers });
    for (let round = 1; round <= 3; round += 1) {
      const headers = { 'content-length': String(size), 'docker-content-digest': own, etag: `"${own}"` };
      expectAnswer(await read('GET'), { status: 200, headers, body: small }, `read ${round}`);
      expectAnswer(await read('HEAD'), { status: 200, headers, body: '' });
      expectAnswer(await read('GET', { 'if-none-match': `"${own}"` }), { status: 304, body: '' });
      if (size === 0) continue;
      const all = await Promise.all([1, 100, size].map((length) => read('GET', { range: `bytes=-${length}` })));
      for (const [index, length] of [1, 100, size].entries())
        expectAnswer(all[index] as (typeof all)[0], { status: 206, body: small.subarray(size - length) }, `last ${length}`);
      const two = expectAnswer(await read('GET', { range: 'bytes=0-9,4000-4999' }), { status: 206 });
      assert.ok(two.body.includes(small.subarray(0, 10)) && two.body.includes(small.subarray(4000, 5000)));
      expectAnswer(await read('GET', { range: `bytes=${size}-` }), { status: 416, code: 'RANGE_INVALID' });
    }
  });
}

test('a HEAD is never partial', async () => {
  expectAnswer(await client.send('HEAD', path, { headers: { range: 'bytes=0-9' } }), {
    status: 200,
    headers: { 'content-length': String(content.length) },
  });
});

test('deletion is at once, for this repository only (end-10)', async () => {
  const own = await pushBlob({ client, repository }, 'deleted');
  await pushBlob({ client, repository: 'reads/other' }, 'deleted');
  expectAnswer(await client.send('DELETE', `/v2/${repository}/blobs/${own}`), { status: 202, headers: { 'content-length': '0' } });
  for (const method of ['HEAD', 'GET', 'DELETE'])
    expectAnswer(await client.send(method, `/v2/${repository}/blobs/${own}`), { status: 404 }, method);
  expectAnswer(await client.send('GET', `/v2/reads/other/blobs/${own}`), { status: 200, body: 'deleted' });
});
