import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HttpClient } from '../protocol/http-client.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { startLongshore } from '../tools/longshore.ts';
import { scrape } from './scrape.ts';

const serverPath = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));

test('every request has one line, in order, with the id that the client got', async () => {
  const server = await startLongshore({ args: ['--anonymous', 'push', '--log-format', 'json', '--durability', 'relaxed'] });
  const client = new HttpClient(server.url);
  await pushImage({ client, repository: 'team/app' }, 'latest');
  const ids: unknown[] = [];
  for (const path of ['/v2/team/app/manifests/latest', '/v2/team/app/manifests/none?token=secret', '/metrics', '/v2/']) {
    ids.push((await client.send('GET', path)).headers['x-request-id']);
  }
  client.close();
  await server.stop();
  const lines = server
    .output()
    .split('\n')
    .filter((line) => line.includes('"message":"request"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const reads = lines.filter(({ method }) => method === 'GET').map(({ requestId, path, status }) => [requestId, path, status]);
  assert.deepEqual(reads, [
    [ids[0], '/v2/team/app/manifests/latest', 200],
    [ids[1], '/v2/team/app/manifests/none', 404],
    [ids[3], '/v2/', 200],
  ]);
  const push = lines.find(({ method, route }) => method === 'PUT' && route === 'manifest');
  assert.deepEqual([push?.['repository'], push?.['subject'], push?.['status']], ['team/app', 'anonymous', 201]);
  assert.ok(Number(push?.['bytesReceived']) > 100);
});

/** A server whose log is a pipe that nobody reads yet, with so much in it that lines are dropped. */
async function withFullLog(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-log-'));
  const args = ['serve', '--data', join(directory, 'data'), '--listen', '127.0.0.1:0', '--anonymous', 'pull', '--log-format', 'json'];
  const server = spawn(process.execPath, [serverPath, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise((resolve) => server.once('exit', (code, signal) => resolve(signal ?? code)));
  const url = await new Promise<string>((resolve) => {
    server.stdout.on('data', (piece: Buffer) => {
      const found = /listening on (http:\S+)/.exec(piece.toString())?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const client = new HttpClient(url);
  t.after(async () => {
    client.close();
    server.kill('SIGKILL');
    await exited;
    await rm(directory, { recursive: true, force: true });
  });
  const path = `/v2/team/app/manifests/${'x'.repeat(2000)}`;
  do await Promise.all(Array.from({ length: 100 }, () => client.send('GET', path)));
  while ((await scrape(client)).sum('registry_log_lines_dropped_total') === 0);
  return { server, client, exited };
}

test('a log that nobody takes holds nothing up: what does not fit is dropped, counted and told', async (t) => {
  const { server, client, exited } = await withFullLog(t);
  const log = text(server.stderr);
  await client.send('GET', '/v2/team/app/manifests/after');
  server.kill('SIGTERM');
  assert.equal(await exited, 0);
  const lines = (await log).split('\n').slice(0, -1);
  for (const line of lines) JSON.parse(line);
  assert.ok(lines.some((line) => line.includes('Lines of this log were lost') && line.includes('"lost":')));
});

test('a server whose log nobody takes still ends when it is told to', async (t) => {
  const { server, exited } = await withFullLog(t);
  server.kill('SIGTERM');
  assert.equal(await exited, 'SIGKILL');
});
