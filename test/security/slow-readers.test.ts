import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { HttpClient } from '../protocol/http-client.ts';
import { pushBlob } from '../protocol/sample-content.ts';
import { startLongshore } from '../tools/longshore.ts';
import { openFilesBelow } from './open-blobs.ts';
import { RawConnection, requestText } from './raw-connection.ts';
import { until } from './until.ts';

const mebibyte = 1024 * 1024;
const readers = 200;

const registry = await startLongshore({ args: ['--anonymous', 'push', '--durability', 'relaxed'] });
after(() => registry.stop());
const proc = `/proc/${registry.pid}`;

function residentBytes(): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1]) * 1024;
}

function bytesRead(): number {
  return Number(/^rchar: (\d+)/m.exec(readFileSync(`${proc}/io`, 'utf8'))?.[1]);
}

test('clients that read nothing cost the server a bounded amount of memory each', { skip: process.platform !== 'linux' }, async () => {
  const client = new HttpClient(registry.url);
  const repository = 'slow/app';
  const digest = await pushBlob({ client, repository }, randomBytes(32 * mebibyte));
  client.close();
  const before = residentBytes();
  const port = Number(new URL(registry.url).port);
  const connections = await Promise.all(Array.from({ length: readers }, () => RawConnection.open(port)));
  for (const connection of connections) {
    connection.socket.pause();
    connection.send(requestText('GET', `/v2/${repository}/blobs/${digest}`));
  }
  await until(() => openFilesBelow(join(registry.dataDir, 'blobs'), registry.pid) === readers);
  // All of them wait for their clients when a number of looks in a row find next to nothing more read.
  let [read, quietLooks] = [0, 0];
  await until(() => {
    const last = read;
    read = bytesRead();
    quietLooks = read - last < 64 * 1024 ? quietLooks + 1 : 0;
    return quietLooks > 40;
  });
  const grownMebibytes = (residentBytes() - before) / mebibyte;
  for (const connection of connections) connection.cut();
  // A megabyte each would be 200.
  assert.ok(grownMebibytes < 120, `${grownMebibytes} MiB for ${readers} readers`);
});
