import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { openFileLimit } from '../../packages/server/src/http/open-file-limit.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { until } from '../security/until.ts';
import { startLongshore } from '../tools/longshore.ts';
import { skipUnless } from '../tools/programs.ts';

const count = 2000;
/** Of the server, for each; a kept connection of Node with its parser and buffers takes about 10 KiB. */
const mostBytesEach = 40 * 1024;
/** After that they would be closed if nothing were set. */
const unsetIdleMs = 75_000;
const enough = (openFileLimit() ?? Number.POSITIVE_INFINITY) >= count + 500;

test('idle connections are harmless: others are served, they take little memory, and they are closed in the end', {
  skip: skipUnless(enough, `this process may open too few files: ulimit -n ${count + 500}`),
}, async (t) => {
  const flags = ['--anonymous', 'push', '--limits-connections-per-address', '5000', '--limits-idle-timeout-seconds', '8'];
  const server = await startLongshore({ args: flags });
  t.after(server.stop);
  const client = new HttpClient(server.url);
  t.after(() => client.close());
  const ask = async () => assert.equal((await client.send('GET', '/v2/')).status, 200);
  for (let round = 0; round < 100; round += 1) await ask();
  const before = residentBytes(server.pid);
  const sockets = await open(Number(new URL(server.url).port));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  await ask();
  const each = (residentBytes(server.pid) - before) / count;
  assert.ok(each < mostBytesEach, `${Math.round(each)} bytes for each`);
  const silentSince = performance.now();
  await until(async () => {
    await ask();
    return sockets.every((socket) => socket.closed);
  });
  assert.ok(performance.now() - silentSince < unsetIdleMs, 'as it is set');
});

/** Connections that have sent one request, and then keep silent. */
async function open(port: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const group = Array.from({ length: 100 }, () => connect(port, '127.0.0.1'));
    await Promise.all(
      group.map(async (socket) => {
        socket.on('error', () => undefined);
        socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
        await new Promise((resolve) => socket.once('data', resolve));
        socket.resume();
      }),
    );
    sockets.push(...group);
  }
  return sockets;
}

function residentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}
