// npm run dev [-- ARGUMENTS]: the server, started again whenever a source changes.
// `node --watch` is not used: it mixes its own messages into those of worker threads.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Editors write a file in several steps, and a checkout changes many. */
const quietMs = 150;
const stop = new AbortController();
let server: ChildProcess | undefined;
let lastChange = 0;
let restarting = false;

function start(): void {
  server = spawn(process.execPath, ['packages/cli/bin/longshore.js', 'serve', ...process.argv.slice(2)], { stdio: 'inherit' });
}

async function end(): Promise<void> {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGTERM');
  await once(server, 'exit');
}

async function restart(changed: string): Promise<void> {
  lastChange = performance.now();
  if (restarting || stop.signal.aborted) return;
  restarting = true;
  while (performance.now() - lastChange < quietMs) await delay(quietMs);
  console.log(`${changed} changed: starting again`);
  await end();
  restarting = false;
  if (!stop.signal.aborted) start();
}

for (const name of ['oci', 'server', 'cli']) {
  watch(`packages/${name}/src`, { recursive: true, signal: stop.signal }, (_event, file) => {
    if (file?.endsWith('.ts') && !file.endsWith('.test.ts')) void restart(`packages/${name}/src/${file}`);
  });
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stop.abort();
    void end();
  });
}
start();
