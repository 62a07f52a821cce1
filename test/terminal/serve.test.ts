import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { commandPath, runLongshore } from '../tools/command-line.ts';
import { type StartedProcess, startProcess } from '../tools/started-process.ts';

const ready = /longshore is listening on (http:\/\/\S+)/;

async function dataDirectory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'longshore-serve-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return join(path, 'data');
}

async function serve(t: TestContext, data: string, ...args: readonly string[]): Promise<StartedProcess> {
  const server = await startProcess(process.execPath, [commandPath, 'serve', '--data', data, '--listen', '127.0.0.1:0', ...args], {
    ready,
  });
  t.after(() => server.stop());
  return server;
}

/** A port that somebody else listens on. */
async function takenPort(t: TestContext): Promise<string> {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  return `127.0.0.1:${(other.address() as AddressInfo).port}`;
}

const passwordsIn = (output: string) => output.match(/with the password \S+/g)?.length ?? 0;

describe('longshore serve at the terminal', () => {
  for (const workers of ['1', '2']) {
    it(`ends when its port is taken, and keeps the administrator's password for the next start (${workers} processes)`, async (t) => {
      const data = await dataDirectory(t);
      const failed = await runLongshore('serve', '--data', data, '--listen', await takenPort(t), '--workers', workers);
      assert.equal(failed.code, 1);
      assert.match(failed.stderr, /is in use by another program: stop it, or choose another with --listen/);
      const server = await serve(t, data, '--workers', workers);
      assert.equal(passwordsIn(server.output()), 1);
    });
  }

  it('says what is wrong with a data directory that cannot be made, and how to name another', async (t) => {
    const file = await dataDirectory(t);
    await writeFile(file, '');
    const { code, stderr } = await runLongshore('serve', '--data', file, '--listen', '127.0.0.1:0');
    assert.equal(code, 1);
    assert.match(stderr, /The data directory '.*' cannot be made: .*--data/);
  });

  it('ends with 0 on SIGTERM, its workers too', async (t) => {
    const server = await serve(t, await dataDirectory(t), '--workers', '2');
    await server.stop('SIGTERM');
    assert.equal(await server.exited, 0);
    await assert.rejects(fetch(server.readyMatch[1] ?? ''));
  });

  it('gives its password once when two servers start on one directory at once', async (t) => {
    const data = await dataDirectory(t);
    const servers = await Promise.all([serve(t, data), serve(t, data)]);
    assert.equal(passwordsIn(servers.map((server) => server.output()).join('')), 1);
    for (const { readyMatch } of servers) assert.equal((await fetch(`${readyMatch[1]}/readyz`)).status, 200);
  });
});
