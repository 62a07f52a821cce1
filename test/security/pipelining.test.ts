import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { pushBlob } from '../protocol/sample-content.ts';
import { openFilesBelow } from './open-blobs.ts';
import { RawConnection, requestText } from './raw-connection.ts';
import { until } from './until.ts';

const registry = await startRegistry();
after(() => registry.stop());
const repository = 'pipelined/app';
const digest = await pushBlob({ client: registry.client, repository }, randomBytes(32 * 1024 * 1024));
const path = `/v2/${repository}/blobs/${digest}`;
const openBlobs = () => openFilesBelow(join(registry.data, 'blobs'));

test('requests sent ahead wait for their turn: one connection holds one blob open, and none when it ends', async () => {
  const connection = await RawConnection.open(registry.port);
  connection.socket.pause();
  connection.send(requestText('GET', path).repeat(50));
  await until(() => openBlobs() > 0);
  // An answer over another connection comes after everything that the first one could start at once.
  for (let round = 0; round < 3; round += 1) await registry.client.send('GET', '/v2/');
  assert.equal(openBlobs(), 1);
  connection.cut();
  await until(() => openBlobs() === 0);
});

test('requests sent ahead are answered in order', async () => {
  const connection = await RawConnection.open(registry.port);
  const paths = ['/healthz', '/v2/', '/nothing', `/v2/${repository}/tags/list`, '/healthz'];
  connection.send(paths.map((each) => requestText('GET', each)).join(''));
  const answers = await connection.until(/ok\n[\s\S]*ok\n$/);
  assert.deepEqual(
    [...answers.matchAll(/HTTP\/1.1 (\d+) /g)].map((match) => match[1]),
    ['200', '200', '404', '404', '200'],
  );
  connection.socket.destroy();
});
