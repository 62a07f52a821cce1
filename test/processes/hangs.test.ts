import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { blobOf, imageOf, type Manifest } from '../crash/image.ts';
import { type Answer, RegistryClient } from '../crash/registry-client.ts';
import { until } from '../security/until.ts';
import type { Longshore } from '../tools/longshore.ts';
import { isRunning, processTree } from './process-tree.ts';
import { type Host, newDirectory, startWorkers } from './worker-host.ts';

/** Long enough for a start beside other tests. */
const stuckSeconds = 30;
const settings = { LONGSHORE_LIMITS_STUCK_SECONDS: String(stuckSeconds) };
/** A write waits half of the limit; or, when it was not sent, five seconds for the next writer. The rest is for a busy machine. */
const longestWaitMs = (stuckSeconds / 2 + 5 + 6) * 1000;

interface Pushes {
  readonly acknowledged: Manifest[];
  /** Answers that were neither a success nor a 503 with a time to come back; requests without answer; requests that took too long. */
  readonly wrong: string[];
  refused: number;
  stop(): Promise<void>;
}

/** Pushes images over `clients` connections until it is told to stop. */
function pushOn(server: Longshore, clients: number): Pushes {
  const client = new RegistryClient(() => server.url);
  const stopped = new AbortController();
  const judge = async (what: string, work: Promise<Answer>): Promise<boolean> => {
    const startedAt = performance.now();
    const answer = await work.catch((error: Error) => error.message);
    const ms = performance.now() - startedAt;
    if (ms > longestWaitMs) pushes.wrong.push(`${what} took ${ms} ms`);
    if (typeof answer === 'string') pushes.wrong.push(`${what}: ${answer}`);
    else if (answer.status === 201) return true;
    else if (answer.status === 503 && answer.headers['retry-after'] !== undefined) pushes.refused += 1;
    else pushes.wrong.push(`${what}: ${answer.status} ${answer.body}`);
    return false;
  };
  const pushOne = async (name: string): Promise<void> => {
    const manifest = imageOf(blobOf(Buffer.from('{}')), [blobOf(Buffer.from(name))]);
    for (const blob of manifest.blobs) if (!(await judge('blob', client.pushBlob('hangs/app', blob.bytes, 'post-put')))) return;
    if (await judge('manifest', client.putManifest('hangs/app', undefined, manifest))) pushes.acknowledged.push(manifest);
  };
  const running = Array.from({ length: clients }, async (_, index) => {
    for (let count = 0; !stopped.signal.aborted; count += 1) await pushOne(`${index} ${count}`);
  });
  const stop = async (): Promise<void> => {
    stopped.abort();
    await Promise.all(running);
    client.close();
  };
  const pushes: Pushes = { acknowledged: [], wrong: [], refused: 0, stop };
  return pushes;
}

async function missingFrom(server: Longshore, manifests: readonly Manifest[]): Promise<string[]> {
  const missing: string[] = [];
  for (const { digest } of manifests) {
    const { ok, body } = await fetch(`${server.url}/v2/hangs/app/manifests/${digest}`);
    await body?.cancel();
    if (!ok) missing.push(digest);
  }
  return missing;
}

let last: Promise<unknown> = Promise.resolve();

/** The tests wait side by side; all their processes at once would take longer to start than a start may. */
function startInTurn(t: TestContext, env: Record<string, string>): Promise<Host> {
  const started = last.then(() => startWorkers(t, env));
  last = started.catch(() => undefined);
  return started;
}

describe('processes that live and do nothing', { skip: process.platform !== 'linux', concurrency: 5 }, () => {
  it('a writer under writes is replaced: no write waits for long, and what was acknowledged is there', { timeout: 600_000 }, async (t) => {
    const { server } = await startInTurn(t, settings);
    const pushes = pushOn(server, 4);
    await until(() => pushes.acknowledged.length > 20);
    const [writer = 0] = processTree(server.pid).writers;
    process.kill(writer, 'SIGSTOP');
    await until(async () => {
      const { status, body } = await fetch(`${server.url}/readyz`).then(async (answer) => ({
        status: answer.status,
        body: await answer.text(),
      }));
      return status === 503 && /^database: (its writer does not answer|no answer within)/m.test(body);
    });
    await until(() => !isRunning(writer));
    const before = pushes.acknowledged.length;
    await until(() => pushes.acknowledged.length > before + 20);
    await pushes.stop();
    assert.deepEqual(pushes.wrong, []);
    assert.ok(pushes.refused > 0, 'some were told to come back');
    assert.deepEqual(await missingFrom(server, pushes.acknowledged), []);
    assert.match(server.output(), /The writer of the metadata hangs: it did not answer for 30 s, so it is killed/);
    await until(async () => (await fetch(`${server.url}/readyz`)).status === 200);
  });

  it('a worker is killed and replaced', { timeout: 600_000 }, async (t) => {
    const { server } = await startInTurn(t, settings);
    const [still = 0, ...others] = processTree(server.pid).workers;
    process.kill(still, 'SIGSTOP');
    await until(() => {
      const { workers } = processTree(server.pid);
      return workers.length === 2 && !workers.includes(still) && others.every((pid) => workers.includes(pid));
    });
    assert.match(server.output(), /A worker hangs: it did not answer for 30 s, so it is killed/);
  });

  it('nobody is killed because all of them stood still together', { timeout: 600_000 }, async (t) => {
    const { server } = await startInTurn(t, settings);
    const before = processTree(server.pid);
    const all = [server.pid, ...before.workers, ...before.writers];
    for (const pid of all) process.kill(pid, 'SIGSTOP');
    await pause((stuckSeconds + 2) * 1000);
    for (const pid of all) process.kill(pid, 'SIGCONT');
    const pushes = pushOn(server, 1);
    await until(() => pushes.acknowledged.length > 0);
    // Two answers to the watch have come by then, and one limit would have passed if it counted time.
    await pause(1000);
    await pushes.stop();
    assert.deepEqual(processTree(server.pid), before);
  });

  it('a new worker ends a rolling restart; the old ones go on, and the next restart works', { timeout: 600_000 }, async (t) => {
    const file = join(await newDirectory(t), 'longshore.yaml');
    const text = `anonymous: push\nlimits:\n  stuckSeconds: ${stuckSeconds}\n`;
    await writeFile(file, text);
    const { server } = await startInTurn(t, { LONGSHORE_CONFIG: file });
    const { workers } = processTree(server.pid);
    // Whoever opens a pipe to read waits until somebody writes: a file system that does not answer.
    await rm(file);
    execFileSync('mkfifo', [file]);
    server.kill('SIGHUP');
    await until(() => server.output().includes('The rolling restart was given up'));
    assert.match(server.output(), /A worker hangs: it was not ready 30 s after its start, so it is killed\. See what it waits for/);
    assert.match(server.output(), /Send SIGHUP again when/);
    assert.deepEqual(processTree(server.pid).workers, workers);
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
    await rm(file);
    await writeFile(file, text);
    server.kill('SIGHUP');
    await until(() => server.output().includes('The rolling restart is over.'));
    assert.ok(processTree(server.pid).workers.every((pid) => !workers.includes(pid)));
  });

  it('a first worker is replaced, and the server starts', { timeout: 600_000 }, async (t) => {
    const args = ['serve', '--workers', '2', '--listen', '127.0.0.1:0', '--data', join(await newDirectory(t), 'data')];
    const main = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));
    const env = { ...process.env, ...settings };
    await last;
    const supervisor = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'ignore'], env });
    t.after(() => supervisor.kill('SIGKILL'));
    let output = '';
    supervisor.stdout.on('data', (piece: Buffer) => {
      output += piece.toString();
    });
    await until(() => processTree(supervisor.pid ?? 0).workers.length > 0);
    const [still = 0] = processTree(supervisor.pid ?? 0).workers;
    process.kill(still, 'SIGSTOP');
    await until(() => output.includes('longshore is listening'));
    const { workers } = processTree(supervisor.pid ?? 0);
    assert.equal(workers.length, 2);
    assert.ok(!workers.includes(still));
  });
});
