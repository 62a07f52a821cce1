import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { digestOf } from '../protocol/sample-content.ts';
import { RawConnection, requestText } from './raw-connection.ts';

const registry = await startRegistry({ flags: ['--anonymous', 'pull', '--limits-upload-bytes', '5000000'] });
after(() => registry.stop());
const { port } = registry;
const writer = await registry.addUser('writer', { early: 'maintainer' });
const uploads = '/v2/early/app/blobs/uploads/';
const manifest = '/v2/early/app/manifests/latest';
const json = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
const mebibyte = Buffer.alloc(1024 * 1024, 'x');

/** Listens only when everything is sent, as simple clients do. */
async function sendThenListen(connection: RawConnection, head: string, bytes: number): Promise<void> {
  connection.socket.pause();
  connection.send(head);
  await new Promise((resolve) => connection.socket.write(Buffer.alloc(bytes, 'x'), resolve));
  connection.socket.resume();
}

const refusals: readonly (readonly [string, string, string, Record<string, string | number>, number])[] = [
  [
    'a manifest that is announced as too large',
    'PUT',
    manifest,
    { ...json, authorization: writer.basic, 'content-length': 16_000_000 },
    413,
  ],
  [
    'a blob that is announced as too large',
    'POST',
    `${uploads}?digest=${digestOf('x')}`,
    { authorization: writer.basic, 'content-length': 16_000_000 },
    413,
  ],
  ['a push without credentials', 'POST', `${uploads}?digest=${digestOf('x')}`, { 'content-length': 16_000_000 }, 401],
  ['a push to no endpoint', 'PUT', '/v2/early', { 'content-length': 16_000_000 }, 404],
];
for (const [title, method, path, headers, status] of refusals) {
  test(`${title} is refused without being read, and a client that listens only afterwards sees it`, async () => {
    const connection = await RawConnection.open(port);
    await sendThenListen(connection, requestText(method, path, headers), 16_000_000);
    assert.match(
      await connection.untilEnd(),
      new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*\\r\\nConnection: close\\r\\n[\\s\\S]*\\}\\]\\}$`, 'i'),
    );
  });
}

test('a chunked body is refused when it passes the limit, and the client sees it', async () => {
  const connection = await RawConnection.open(port);
  connection.send(requestText('PUT', manifest, { ...json, authorization: writer.basic, 'transfer-encoding': 'chunked' }));
  for (let sent = 0; sent < 8; sent += 1) {
    connection.send(`${mebibyte.length.toString(16)}\r\n`);
    connection.send(mebibyte);
    connection.send('\r\n');
  }
  assert.match(await connection.until(/\}\]\}$/), /^HTTP\/1.1 413 [\s\S]*\r\nConnection: close\r\n/i);
  connection.socket.destroy();
});

test('after a small body that was refused unread or half read, the connection goes on with the next request', async () => {
  const requests = [
    requestText('PUT', manifest, { ...json, 'content-length': 500_000 }, 'x'.repeat(500_000)),
    requestText('PUT', manifest, { ...json, authorization: writer.basic, 'content-length': 500_000 }, 'x'.repeat(500_000)),
    requestText('POST', '/auth/token', { 'content-length': 500_000 }, 'x'.repeat(500_000)),
    requestText('POST', uploads, { authorization: writer.basic, 'content-length': 500_000 }, 'x'.repeat(500_000)),
    requestText('PATCH', `${uploads}nothing`, { authorization: writer.basic, 'content-length': 500_000 }, 'x'.repeat(500_000)),
    requestText('GET', '/v2/', { authorization: writer.basic, 'content-length': 500_000 }, 'x'.repeat(500_000)),
  ];
  const connection = await RawConnection.open(port);
  for (const [index, text] of requests.entries()) {
    connection.send(text);
    connection.send(requestText('GET', '/healthz'));
    await connection.until(new RegExp(`^([\\s\\S]*?ok\\n){${index + 1}}$`));
  }
  connection.socket.destroy();
});

test('Expect: 100-continue: asked on only when the body is wanted', async () => {
  const refused = await RawConnection.open(port);
  refused.send(requestText('PUT', manifest, { ...json, expect: '100-continue', 'content-length': 5000 }));
  const answer = await refused.until(/\}\]\}$/);
  assert.match(answer, /^HTTP\/1.1 401 [\s\S]*\r\nConnection: close\r\n/i, 'whether the body follows is unknown, so nothing can follow');
  refused.socket.destroy();

  const accepted = await RawConnection.open(port);
  accepted.send(
    requestText('POST', `${uploads}?digest=${digestOf('x')}`, { authorization: writer.basic, expect: '100-continue', 'content-length': 1 }),
  );
  await accepted.until(/^HTTP\/1.1 100 Continue\r\n\r\n$/);
  accepted.send('x');
  await accepted.until(/HTTP\/1.1 201 /);
  accepted.send(requestText('GET', '/healthz'));
  await accepted.until(/ok\n$/);
  accepted.socket.destroy();
});
