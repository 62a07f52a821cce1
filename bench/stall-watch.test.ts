import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { watchStalls } from './stall-watch.ts';

/** Longer than a busy machine lets anybody stand still by itself. */
const stalledMs = 3000;
/** Stands still once for each line that it reads. */
const program = `
  const stand = () => { for (const end = Date.now() + ${stalledMs}; Date.now() < end; ); };
  process.stdin.on('data', () => setTimeout(() => { stand(); setTimeout(console.log, 5, 'done'); }, 5));
  console.log('ready');
`;

test('a stall is seen once', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-stalls-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const watch = await watchStalls(directory);
  const child = spawn(process.execPath, [...watch.changes.nodeArguments, '--eval', program], {
    env: { ...process.env, ...watch.changes.environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const lines = createInterface(child.stdout);
  await once(lines, 'line');
  await watch.takeLongest();
  child.stdin.write('stand still\n');
  await once(lines, 'line');
  const longest = await watch.takeLongest();
  assert.ok(longest >= stalledMs - 5, `${longest} ms`);
  assert.ok((await watch.takeLongest()) < longest / 2);
});
