import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createClientHome } from '../clients/client-home.ts';
import { atEnd } from '../crash/at-end.ts';
import { scratchDirectory } from '../crash/scratch-directory.ts';
import { until } from '../security/until.ts';
import { hostOf } from '../tools/load-balancer.ts';
import { loopbackEndpoints } from '../tools/loopback-endpoints.ts';
import { requirePrograms } from '../tools/programs.ts';
import { runProgram } from '../tools/run-program.ts';
import { replicaPrograms } from './backing-services.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('npm run try-cluster: a replica dies, clients do not notice, and Ctrl-C leaves nothing behind', async (t) => {
  if (requirePrograms(t, ...replicaPrograms, 'crane') === undefined) return;
  const directory = await scratchDirectory(t);
  // As root, PostgreSQL runs under another user, who must be able to pass.
  await chmod(directory, 0o755);
  const [listen] = loopbackEndpoints(1);
  assert.ok(listen);
  const cluster = runScript(t, directory, hostOf(listen));
  await until(() => cluster.output().includes('Ctrl-C') || cluster.hasEnded());
  assert.match(cluster.output(), new RegExp(`registry +http://${hostOf(listen)} `));
  const image = `${hostOf(listen)}/team/app:v1`;
  const home = await createClientHome();
  t.after(() => home.remove());
  await writeFile(home.path('content'), randomBytes(100_000));
  await runProgram('tar', ['-C', home.directory, '-cf', home.path('layer.tar'), 'content']);
  await home.run('crane', ['--insecure', 'append', '--new_layer', home.path('layer.tar'), '--new_tag', image]);
  cluster.type('2');
  await until(() => cluster.output().includes('replica 2 was killed'));
  await home.run('crane', ['--insecure', 'validate', '--remote', image]);
  await home.run('crane', ['--insecure', 'tag', image, 'v2']);
  cluster.type('2');
  await until(() => cluster.output().includes('replica 2 serves again'));
  cluster.signal('SIGINT');
  await until(cluster.hasEnded);
  assert.equal(cluster.exitCode(), 0, cluster.output());
  assert.deepEqual(await readdir(directory), []);
  assert.deepEqual(processesWith(directory), []);
});

test('npm run try-cluster listens only where nobody else reaches it, and says so when the port is taken', async (t) => {
  if (requirePrograms(t, ...replicaPrograms) === undefined) return;
  const directory = await scratchDirectory(t);
  const outside = runScript(t, directory, '0.0.0.0:5000');
  const taken = runScript(t, directory, '127.0.0.1:1');
  await until(() => outside.hasEnded() && taken.hasEnded());
  assert.deepEqual([outside.exitCode(), taken.exitCode()], [1, 1]);
  assert.match(outside.output(), /address of this machine alone/);
});

/** The script in a process group of its own, as a terminal starts it. */
function runScript(t: TestContext, directory: string, listen: string) {
  const args = ['scripts/with-node.js', 'scripts/try-cluster.ts', '--listen', listen];
  const env = { ...process.env, TMPDIR: directory };
  const child = spawn(process.execPath, args, { cwd: root, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (written += text));
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const signal = (name: NodeJS.Signals) => process.kill(-(child.pid ?? 0), name);
  atEnd(t, async () => {
    if (hasEnded()) return;
    signal('SIGTERM');
    await once(child, 'exit');
  });
  return {
    output: () => written,
    hasEnded,
    exitCode: () => child.exitCode,
    type: (line: string) => child.stdin.write(`${line}\n`),
    signal,
  };
}

/** Processes in whose environment this directory is named. */
function processesWith(directory: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(join('/proc', name, 'environ'), 'utf8').includes(directory);
    } catch {
      // It has just ended, or belongs to somebody else.
      return false;
    }
  });
}
