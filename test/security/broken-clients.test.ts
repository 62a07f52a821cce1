import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { expectAnswer } from '../protocol/expected-answer.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { digestOf, octets, pushBlob, startUpload } from '../protocol/sample-content.ts';
import { openFilesBelow } from './open-blobs.ts';
import { logOf } from './own-log.ts';
import { RawConnection, requestText } from './raw-connection.ts';
import { until } from './until.ts';

const registry = await startRegistry();
after(() => registry.stop());
const { client, port, data } = registry;
const repository = 'broken/app';
const place = { client, repository };
const mebibyte = 1024 * 1024;
const large = randomBytes(32 * mebibyte);
const digest = await pushBlob(place, large);
const openBlobs = () => openFilesBelow(join(data, 'blobs'));
const openUploads = () => openFilesBelow(join(data, 'uploads'));

test('a client that leaves in the middle of a blob leaves no open file, and is no error in the log', async () => {
  for (const range of [undefined, 'bytes=0-', 'bytes=0-9,100-10000000,20000000-30000000']) {
    const log = await logOf(async () => {
      const connection = await RawConnection.open(port);
      connection.socket.pause();
      connection.send(requestText('GET', `/v2/${repository}/blobs/${digest}`, range === undefined ? {} : { range }));
      await until(() => openBlobs() === 1);
      connection.cut();
      await until(() => openBlobs() === 0);
    });
    assert.equal(log, '');
  }
});

for (const method of ['PATCH', 'PUT']) {
  test(`a ${method} that is cut off leaves the session at its old offset and no error in the log`, async () => {
    const content = randomBytes(3 * mebibyte);
    const location = await startUpload(place);
    expectAnswer(await client.send('PATCH', location, { headers: octets, body: content.subarray(0, 1000) }), { status: 202 });
    const log = await logOf(async () => {
      for (const sent of [0, 10, 2 * mebibyte]) {
        const connection = await RawConnection.open(port);
        connection.send(
          requestText(method, `${location}?digest=${digestOf(content)}`, { ...octets, 'content-length': content.length - 1000 }),
        );
        await new Promise((resolve) => connection.socket.write(content.subarray(1000, 1000 + sent), resolve));
        connection.cut();
        await connection.untilEnd();
        expectAnswer(await client.send('GET', location), { status: 204, headers: { range: '0-999' } });
      }
    });
    assert.equal(log, '');
    const rest = { headers: { ...octets, 'content-range': `1000-${content.length - 1}` }, body: content.subarray(1000) };
    await until(async () => (await client.send('PUT', `${location}?digest=${digestOf(content)}`, rest)).status === 201);
    expectAnswer(await client.send('GET', `/v2/${repository}/blobs/${digestOf(content)}`), { status: 200, body: content });
    await until(() => openUploads() === 0);
  });
}

test('a POST that is cut off leaves no session and no file behind', async () => {
  const connection = await RawConnection.open(port);
  connection.send(requestText('POST', `/v2/${repository}/blobs/uploads/?digest=${digestOf('x')}`, { 'content-length': 5 * mebibyte }));
  connection.send(randomBytes(2 * mebibyte));
  await until(() => openUploads() === 1);
  connection.cut();
  await until(() => openUploads() === 0);
});

test('lying Content-Length: fewer bytes are not stored, more are another request', async () => {
  const short = await RawConnection.open(port);
  const path = `/v2/${repository}/blobs/uploads/?digest=${digestOf('12345')}`;
  short.send(requestText('POST', path, { 'content-length': 10 }, '12345'));
  short.socket.end();
  assert.ok(!/^HTTP\/1.1 201/.test(await short.untilEnd()));
  expectAnswer(await client.send('HEAD', `/v2/${repository}/blobs/${digestOf('12345')}`), { status: 404 });

  const long = await RawConnection.open(port);
  long.send(requestText('POST', path, { 'content-length': 5 }, '12345GARBAGE\r\n\r\n'));
  assert.match(
    await long.untilEnd(),
    /HTTP\/1.1 400 Bad Request\r\nConnection: close\r\n[^{]*\{"errors":\[\{"code":"UNSUPPORTED",[^\r\n]*$/,
  );
});

const smuggled: readonly (readonly [string, string])[] = [
  ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n'],
  ['length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'],
  ['a negative length', 'Content-Length: -1\r\n'],
  ['a length in hex', 'Content-Length: 0x5\r\n'],
  ['an unknown encoding', 'Transfer-Encoding: chunked, gzip\r\n'],
  ['an obsolete line fold', 'X-A: b\r\n c: d\r\nContent-Length : 5\r\n'],
];
for (const [title, headers] of smuggled) {
  test(`request smuggling: ${title} is refused and the connection closed`, async () => {
    const connection = await RawConnection.open(port);
    connection.send(`POST /v2/${repository}/blobs/uploads/?digest=${digestOf('12345')} HTTP/1.1\r\nHost: a\r\n${headers}\r\n12345`);
    assert.match(await connection.untilEnd(), /^HTTP\/1.1 400 [\s\S]*Connection: close/i);
  });
}

test('a client that never reads is cut off', async () => {
  await using strict = await startRegistry({ flags: ['--anonymous', 'push', '--limits-idle-timeout-seconds', '1'] });
  const own = await pushBlob({ client: strict.client, repository }, large);
  const connection = await RawConnection.open(strict.port);
  connection.socket.pause();
  connection.send(requestText('GET', `/v2/${repository}/blobs/${own}`));
  await until(() => openFilesBelow(join(strict.data, 'blobs')) === 1);
  await until(() => openFilesBelow(join(strict.data, 'blobs')) === 0);
  connection.cut();
});
