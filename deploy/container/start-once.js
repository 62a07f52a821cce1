// Runs inside the image while it is built: starts the server, lets it end when it listens, and so fills NODE_COMPILE_CACHE.
import { spawn } from 'node:child_process';

const limitMs = 60_000;

for (const workers of ['1', '2']) {
  const server = spawn(process.execPath, ['/opt/longshore/packages/cli/bin/longshore.js', 'serve'], {
    env: { ...process.env, LONGSHORE_LISTEN: '127.0.0.1:0', LONGSHORE_WORKERS: workers, LONGSHORE_TLS_SELF_SIGNED: 'localhost' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
  });
  let output = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (piece) => {
      output += piece;
      if (output.includes('longshore is listening on')) server.kill('SIGTERM');
    });
  }
  const code = await new Promise((resolve) => server.once('close', resolve));
  if (code !== 0) {
    console.error(`The server could not be started with ${workers} workers:\n${output}`);
    process.exit(1);
  }
}
