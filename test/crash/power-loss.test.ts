import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { skipUnless } from '../tools/programs.ts';
import { atEnd } from './at-end.ts';
import { newImage } from './crash-scenario.ts';
import { digestOf, RegistryClient } from './registry-client.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { startServer } from './server-process.ts';
import { isRename, isSync, isWrite, readSystemCalls, type SystemCall } from './system-call-trace.ts';

const traced = 'trace=openat,write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,rename,renameat,renameat2,sendto,sendmsg';
const skip = skipUnless(canTrace(), 'needs strace: scripts/install-test-tools');

function canTrace(): boolean {
  return spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0;
}

test('what is acknowledged was synced before the answer left', { skip, timeout: 600_000 }, async (t) => {
  const directory = await scratchDirectory(t);
  const trace = join(directory, 'trace');
  const wrapper = ['strace', '-f', '-yy', '-s', '400', '-e', traced, '-e', 'signal=none', '-o', trace];
  // The other way in which the runtime may do file operations leaves no system call of its own.
  const server = await startServer({ data: join(directory, 'data'), wrapper, env: { UV_USE_IO_URING: '0' } });
  atEnd(t, () => server.kill());
  const client = new RegistryClient(() => server.baseUrl);
  const image = newImage('durable');
  for (const { bytes, digest } of image.blobs) {
    const answer = await client.pushBlob('durable/app', bytes, 'post-put', digest.startsWith('sha512') ? 'sha512' : 'sha256');
    assert.equal(answer.status, 201);
  }
  assert.equal((await client.putManifest('durable/app', 'v1', image)).status, 201);
  assert.equal((await client.deleteManifest('durable/app', 'v1')).status, 202);
  client.close();
  await server.stop();

  const calls = await readSystemCalls(trace);
  let previous: SystemCall | undefined;
  for (const { digest } of image.blobs) {
    const answered = answerFor(calls, digest);
    const placed = checkPlaced(calls, digest);
    const committed = lastCommit(calls, previous, answered);
    last(calls, (call) => isSync(call) && touches(call, placed.directory) && call.begun > placed.done && call.done < committed.begun);
    previous = answered;
  }
  const pushed = answerFor(calls, digestOf(image.bytes));
  lastCommit(calls, previous, pushed);
  const deleted = last(calls, (call) => isAnswer(call, 202));
  lastCommit(calls, pushed, deleted);
});

/** The renaming of a blob to its place, which must come after its bytes were synced. */
function checkPlaced(calls: readonly SystemCall[], digest: string): { directory: string; done: number } {
  const placed = last(calls, (call) => isRename(call) && call.args.includes(digest.slice(digest.indexOf(':') + 1)));
  const [from = '', to = ''] = [...placed.args.matchAll(/"([^"]+)"/g)].map((match) => match[1]);
  const written = last(calls, (call) => isWrite(call) && touches(call, from) && call.done < placed.begun);
  const synced = last(calls, (call) => isSync(call) && touches(call, from) && call.begun > written.done);
  assert.ok(synced.done < placed.begun, `${digest} was renamed before its bytes were synced`);
  return { directory: dirname(to), done: placed.done };
}

/** The socket write that acknowledges this digest. */
function answerFor(calls: readonly SystemCall[], digest: string): SystemCall {
  return last(calls, (call) => isAnswer(call, 201) && call.args.includes(digest.slice(0, 200)));
}

function isAnswer({ args }: SystemCall, status: number): boolean {
  return /^\d+<(TCP|socket)/.test(args) && args.includes(`HTTP/1.1 ${status}`);
}

/** The last write to the write-ahead log between two answers, which must have been synced before the second. */
function lastCommit(calls: readonly SystemCall[], previous: SystemCall | undefined, answered: SystemCall): SystemCall {
  const since = previous?.done ?? 0;
  const written = last(calls, (call) => isWrite(call) && /-wal>/.test(call.args) && call.begun > since && call.done < answered.begun);
  last(calls, (call) => isSync(call) && /-wal>/.test(call.args) && call.begun > written.done && call.done < answered.begun);
  return written;
}

function touches({ args }: SystemCall, path: string): boolean {
  return args.includes(`<${path}>`);
}

/** The last call like this; its absence is the failure that the test is about. */
function last(calls: readonly SystemCall[], matches: (call: SystemCall) => boolean): SystemCall {
  const found = calls.findLast(matches);
  assert.ok(found, `no such system call: ${matches}`);
  return found;
}
