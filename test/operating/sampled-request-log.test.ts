import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HttpClient } from '../protocol/http-client.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { until } from '../security/until.ts';
import { scrape } from './scrape.ts';

const serverPath = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));

/** A server and its whole log, which is complete when the server has stopped. */
async function startServer(t: TestContext, args: readonly string[]) {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-log-'));
  const settings = ['--data', join(directory, 'data'), '--listen', '127.0.0.1:0', '--anonymous', 'push', '--durability', 'relaxed'];
  const server = spawn(process.execPath, [serverPath, 'serve', ...settings, '--log-format', 'json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise((resolve) => server.once('exit', (code, signal) => resolve(signal ?? code)));
  t.after(async () => {
    server.kill('SIGKILL');
    await exited;
    await rm(directory, { recursive: true, force: true });
  });
  const log = text(server.stderr);
  const url = await new Promise<string>((resolve) => {
    server.stdout.on('data', (piece: Buffer) => {
      const found = /listening on (http:\S+)/.exec(piece.toString())?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return {
    url,
    stop: async () => {
      server.kill('SIGTERM');
      assert.equal(await exited, 0);
      return (await log)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}

const connections = 8;
/** Requests that a client sends without waiting for answers, and how often it does; the server takes 64. */
const [ahead, rounds] = [50, 5];
const manifest = '/v2/team/app/manifests/latest';

/** Reads the manifest over and over on a connection of its own; the ids of the answers. */
async function readOften(url: string): Promise<string[]> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('latin1');
  const ask = (more: string) => `GET ${manifest} HTTP/1.1\r\nHost: ${hostname}\r\n${more}\r\n`;
  const round = (last: boolean) => socket.write(ask('').repeat(ahead - 1) + ask(last ? 'Connection: close\r\n' : ''));
  let received = '';
  let answered = 0;
  round(false);
  for await (const piece of socket) {
    received += piece;
    const ids = received.match(/X-Request-Id: /g)?.length ?? 0;
    if (ids !== answered + ahead || ids === ahead * rounds) continue;
    answered = ids;
    round(answered === ahead * (rounds - 1));
  }
  return [...received.matchAll(/X-Request-Id: (\S+)/g)].map(([, id = '']) => id);
}

/** What is no successful read; the ids of the answers. */
async function sendOthers(client: HttpClient): Promise<string[]> {
  const authorization = `Basic ${Buffer.from('mallory:guess').toString('base64')}`;
  const ids: string[] = [];
  for (let round = 0; round < 20; round += 1) {
    const answers = [
      await client.send('GET', '/v2/team/app/manifests/none'),
      await client.send('POST', '/v2/team/app/blobs/uploads/'),
      await client.send('GET', manifest, { authorization }),
    ];
    assert.deepEqual([answers[0]?.status, answers[1]?.status], [404, 202]);
    assert.ok([401, 429].includes(answers[2]?.status ?? 0));
    ids.push(...answers.map(({ headers }) => String(headers['x-request-id'])));
  }
  return ids;
}

for (const workers of ['1', '2']) {
  test(`a flood of reads to ${workers} process(es): each is logged or counted, and denials, errors and writes are logged`, async (t) => {
    const server = await startServer(t, ['--workers', workers]);
    const client = new HttpClient(server.url);
    t.after(() => client.close());
    await pushImage({ client, repository: 'team/app' }, 'latest');
    const flood = () => Array.from({ length: connections }, () => readOften(server.url));
    const [others, ...reads] = await Promise.all([sendOthers(client), ...flood()]);
    const each = connections * ahead * rounds;
    assert.equal(reads.flat().length, each);
    const labels = ['method="GET"', 'route="manifest"', 'code="200"'];
    // A request counts when its connection has taken the answer, which is a moment after the client has it.
    await until(async () => (await scrape(client)).sum('registry_request_duration_seconds_count', ...labels) === each);
    client.close();
    reads.push(...(await Promise.all(flood())));
    // Within the second whose count is not told yet.
    const lines = await server.stop();

    const ids = lines.filter(({ message }) => message === 'request').map(({ requestId }) => String(requestId));
    const logged = new Set(ids);
    assert.equal(logged.size, ids.length);
    for (const id of others) assert.ok(logged.has(id), `${id} is not in the log`);
    const leftOut = lines.filter(({ message }) => message === 'requests left out').map(({ count }) => Number(count));
    assert.ok(leftOut.length > 0);
    assert.equal(reads.flat().filter((id) => logged.has(id)).length + leftOut.reduce((sum, count) => sum + count), 2 * each);
  });
}

test('who wants every line gets every line', async (t) => {
  const server = await startServer(t, ['--log-requests', 'all']);
  const client = new HttpClient(server.url);
  t.after(() => client.close());
  await Promise.all(Array.from({ length: 1_000 }, () => client.send('GET', '/v2/')));
  client.close();
  const lines = await server.stop();
  assert.equal(lines.filter(({ message }) => message === 'request').length, 1_000);
});
