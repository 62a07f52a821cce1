import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { RegistryClient } from '../crash/registry-client.ts';
import { RawConnection, requestText } from '../security/raw-connection.ts';
import { until } from '../security/until.ts';
import type { Longshore } from '../tools/longshore.ts';
import { startLoad } from './load.ts';
import { isRunning, processTree } from './process-tree.ts';
import { newDirectory, startWorkers } from './worker-host.ts';

async function push(server: Longshore, text: string): Promise<number> {
  const client = new RegistryClient(() => server.url);
  try {
    return (await client.pushBlob('team/app', Buffer.from(text), 'post-put')).status;
  } finally {
    client.close();
  }
}

/**
 * A connection on which a worker has read the first line of a request, and nothing more. It comes in one piece with a whole
 * request, whose answer therefore tells that it was read: until then a connection may end with the server that it waits for.
 */
async function beginRequest(server: Longshore, methodAndPath: string): Promise<RawConnection> {
  const connection = await RawConnection.open(Number(new URL(server.url).port));
  connection.send(`${requestText('GET', '/healthz')}${methodAndPath} HTTP/1.1\r\n`);
  await connection.until(/^HTTP\/1.1 200 /);
  return connection;
}

describe('several workers', { skip: process.platform !== 'linux' }, () => {
  it('are replaced on SIGHUP, and the writer too, without a refused connection or a failed request', { timeout: 600_000 }, async (t) => {
    const { server } = await startWorkers(t);
    const before = processTree(server.pid);
    const load = startLoad(server.url);
    server.kill('SIGHUP');
    await until(() => server.output().includes('The rolling restart is over.')).finally(() => load.stop());
    const { answers, failures } = load.report;
    assert.deepEqual(failures, []);
    assert.ok(answers > 100, `${answers} answers`);
    const after = processTree(server.pid);
    assert.equal(after.workers.length, 2);
    for (const pid of [...before.workers, ...before.writers]) assert.ok(!isRunning(pid), `${pid} is still there`);
  });

  it('are replaced when they die, and so is the writer', async (t) => {
    const { server } = await startWorkers(t);
    const { workers, writers } = processTree(server.pid);
    assert.deepEqual([workers.length, writers.length], [2, 1]);
    for (const pid of [...workers.slice(0, 1), ...writers]) process.kill(pid, 'SIGKILL');
    await until(() => {
      const now = processTree(server.pid);
      return (
        now.workers.length === 2 && now.writers.length === 1 && !now.workers.includes(workers[0] ?? 0) && now.writers[0] !== writers[0]
      );
    });
    await until(async () => (await push(server, 'after')) === 201);
    assert.match(server.output(), /A worker died and is being replaced\./);
    assert.match(server.output(), /The writer of the metadata died and is being replaced\./);
  });

  it('that stand still do not keep the figures of the others from those who ask', async (t) => {
    const { server } = await startWorkers(t);
    const [still = 0] = processTree(server.pid).workers;
    process.kill(still, 'SIGSTOP');
    try {
      for (let round = 0; round < 2; round += 1) {
        const answers = await Promise.all(Array.from({ length: 4 }, () => fetch(`${server.url}/metrics`)));
        assert.deepEqual(
          answers.map(({ status }) => status),
          [200, 200, 200, 200],
        );
      }
    } finally {
      process.kill(still, 'SIGCONT');
    }
  });

  it('that do not get through their start do not keep the supervisor from ending', { timeout: 600_000 }, async (t) => {
    const args = ['serve', '--workers', '2', '--listen', '127.0.0.1:0', '--data', join(await newDirectory(t), 'data')];
    const main = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));
    const supervisor = spawn(process.execPath, [main, ...args], { stdio: 'ignore' });
    t.after(() => supervisor.kill('SIGKILL'));
    await until(() => processTree(supervisor.pid ?? 0).workers.length > 0);
    for (const pid of processTree(supervisor.pid ?? 0).workers) process.kill(pid, 'SIGSTOP');
    supervisor.kill('SIGTERM');
    assert.deepEqual(await once(supervisor, 'exit'), [0, null]);
  });

  it('may all die at once: clients wait until the first is back', async (t) => {
    const { server } = await startWorkers(t);
    const { workers } = processTree(server.pid);
    for (const pid of workers) process.kill(pid, 'SIGKILL');
    await until(() => !workers.some(isRunning));
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  });

  it('that end at their start time after time end the supervisor with 1 and the reason', async (t) => {
    const file = join(await newDirectory(t), 'longshore.yaml');
    await writeFile(file, 'anonymous: push\n');
    const { server, temporary } = await startWorkers(t, { LONGSHORE_CONFIG: file });
    await writeFile(file, 'anonymos: push\n');
    for (const pid of processTree(server.pid).workers) process.kill(pid, 'SIGKILL');
    assert.equal(await server.exited, 1);
    assert.match(server.output(), /6 workers in a row ended at their start \(exit code 2\); their messages are above/);
    assert.deepEqual(
      readdirSync(temporary).filter((name) => name.startsWith('longshore-')),
      [],
    );
  });

  it('meet in the new data directory where nothing else may be written', async (t) => {
    const { server } = await startWorkers(t, { TMPDIR: join(await newDirectory(t), 'missing') });
    assert.equal(await push(server, 'fallback'), 201);
    const sockets = () => readdirSync(server.dataDir).filter((name) => name.startsWith('longshore-'));
    assert.equal(sockets().length, 1);
    server.kill('SIGTERM');
    assert.equal(await server.exited, 0);
    assert.deepEqual(sockets(), []);
  });

  it('end with their supervisor, however it dies, and leave nothing in the temporary directory', async (t) => {
    const { server, temporary } = await startWorkers(t);
    const { workers, writers } = processTree(server.pid);
    assert.equal(readdirSync(temporary).filter((name) => name.startsWith('longshore-')).length, 1);
    server.kill('SIGKILL');
    await server.exited;
    await until(() => ![...workers, ...writers].some(isRunning));
    assert.deepEqual(
      readdirSync(temporary).filter((name) => name.startsWith('longshore-')),
      [],
    );
  });

  it('finish what they are at on SIGTERM, also when the whole group gets it, and nobody can connect meanwhile', async (t) => {
    const { server, temporary } = await startWorkers(t);
    const { workers, writers } = processTree(server.pid);
    const connection = await beginRequest(server, 'POST /v2/team/app/blobs/uploads/');
    for (const pid of [server.pid, ...workers, ...writers]) process.kill(pid, 'SIGTERM');
    await until(() =>
      fetch(`${server.url}/healthz`).then(
        () => false,
        () => true,
      ),
    );
    connection.send('Host: localhost\r\nContent-Length: 0\r\n\r\n');
    assert.match(await connection.untilEnd(), /^HTTP\/1.1 200 [\s\S]*\nHTTP\/1.1 202 [\s\S]*Connection: close/i);
    assert.equal(await server.exited, 0);
    assert.deepEqual(
      readdirSync(temporary).filter((name) => name.startsWith('longshore-')),
      [],
    );
  });

  it('end at once at a second signal', async (t) => {
    const { server } = await startWorkers(t);
    await beginRequest(server, 'GET /healthz');
    server.kill('SIGTERM');
    await until(() =>
      fetch(`${server.url}/healthz`).then(
        () => false,
        () => true,
      ),
    );
    const { workers, writers } = processTree(server.pid);
    server.kill('SIGINT');
    assert.equal(await server.exited, 'SIGINT');
    await until(() => ![...workers, ...writers].some(isRunning));
  });

  it('keep where the registry is, whatever the file says by the time of a rolling restart', async (t) => {
    const file = join(await newDirectory(t), 'longshore.yaml');
    await writeFile(file, 'limits:\n  drainSeconds: 5\n');
    const { server } = await startWorkers(t, { LONGSHORE_CONFIG: file });
    await writeFile(file, 'limits:\n  drainSeconds: 6\ndurability: relaxed\n');
    server.kill('SIGHUP');
    await until(() => server.output().includes('The rolling restart is over.'));
    assert.match(server.output(), /apply after a restart of the whole server.*durability/);
    const authorization = `Basic ${Buffer.from(`admin:${server.adminPassword}`).toString('base64')}`;
    const answer = await fetch(`${server.url}/api/v1/settings`, { headers: { authorization } });
    const { settings } = (await answer.json()) as { settings: { key: string; value: unknown; source: string; needsRestart: boolean }[] };
    const of = (key: string) => {
      const { value, source, needsRestart } = settings.find((setting) => setting.key === key) ?? assert.fail(key);
      return [value, source, needsRestart];
    };
    assert.deepEqual(of('limits.drainSeconds'), [6, `${file}:2`, false]);
    assert.deepEqual(of('durability'), ['full', 'default', true]);
    assert.deepEqual([of('data')[0], of('workers')[2]], [server.dataDir, false]);
  });

  it('are kept by a rolling restart whose new workers cannot start, and the log says why', async (t) => {
    const file = join(await newDirectory(t), 'longshore.yaml');
    await writeFile(file, 'anonymous: push\n');
    const { server } = await startWorkers(t, { LONGSHORE_CONFIG: file });
    const { workers } = processTree(server.pid);
    await writeFile(file, 'anonymos: push\n');
    server.kill('SIGHUP');
    await until(() => server.output().includes('The rolling restart was given up'));
    assert.match(server.output(), /unknown key anonymos/);
    assert.deepEqual(processTree(server.pid).workers, workers);
    assert.equal(await push(server, 'still here'), 201);
  });
});
