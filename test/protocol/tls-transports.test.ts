import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const directory = fileURLToPath(new URL('.', import.meta.url));
const self = fileURLToPath(import.meta.url);
const all = readdirSync(directory)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `${directory}${name}`)
  .filter((file) => file !== self && !file.endsWith('/two-servers.test.ts'));
// What is on top of TLS is the same code as without it.
const transfers = all.filter((file) => /\/(blob-reads|blob-uploads|manifest-push)\.test\.ts$/.test(file));

for (const [transport, what, files] of [
  ['https', 'the tests of transfers pass by HTTP/1.1 over TLS', transfers],
  ['h2', 'the tests of this folder pass by HTTP/2 over TLS', all],
] as const) {
  test(what, async () => {
    // One process for all files: what costs time is starting Node, not the tests.
    const args = ['--test', '--test-isolation=none', '--test-reporter=tap', ...files];
    const { NODE_TEST_CONTEXT: _parent, ...env } = process.env;
    const run = spawn(process.execPath, args, {
      env: { ...env, LONGSHORE_TEST_TRANSPORT: transport },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = new Promise<number | null>((resolve) => run.once('exit', resolve));
    const report = await text(run.stdout);
    const failed = report.split('\n').filter((line) => /^ *not ok /.test(line));
    assert.deepEqual(failed, []);
    assert.equal(await exited, 0, report.slice(-4000));
    assert.ok(Number(/^# pass (\d+)$/m.exec(report)?.[1]) > files.length * 10, 'that many tests ran');
  });
}
