import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { isRename, isSync, isWrite, readSystemCalls, type SystemCall } from '../../../../../test/crash/system-call-trace.ts';
import { requirePrograms } from '../../../../../test/tools/programs.ts';

const traced = 'trace=openat,write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,rename,renameat,renameat2';

/** Commits one blob of 3 MiB and a small one, and prints where they are. */
const script = `
  const [, directory, durability] = process.argv;
  const { openFilesystemStore } = await import(${JSON.stringify(new URL('./filesystem-store.ts', import.meta.url).href)});
  const store = await openFilesystemStore({ directory, durability });
  for (const [id, size] of [['large', 3 * 1024 * 1024], ['small', 100]]) {
    const writer = await store.createUpload({ id, epoch: 1 });
    await writer.write([Buffer.alloc(size, 1)]);
    console.log(await writer.commit('sha256:' + (id === 'large' ? 'ab' : 'cd').repeat(32)));
  }
`;

for (const durability of ['full', 'relaxed'] as const) {
  test(`the order of a commit's system calls survives power loss exactly when durability is full (${durability})`, async (t) => {
    const programs = requirePrograms(t, 'strace');
    if (programs === undefined) return;
    const scratch = await mkdtemp(join(tmpdir(), 'longshore-order-'));
    t.after(() => rm(scratch, { recursive: true }));
    const [directory, trace] = [join(scratch, 'deep', 'store'), join(scratch, 'trace')];
    const options = ['-f', '-yy', '-s', '400', '-e', traced, '-e', 'signal=none', '-o', trace];
    const node = [process.execPath, '--input-type=module', '-e', script, directory, durability];
    // The other way in which the runtime may do file operations leaves no system call of its own.
    const run = spawnSync(programs.strace, [...options, ...node], { encoding: 'utf8', env: { ...process.env, UV_USE_IO_URING: '0' } });
    assert.equal(run.status, 0, run.stderr);
    const locations = run.stdout.trim().split('\n');
    assert.equal(locations.length, 2);
    const calls = await readSystemCalls(trace);
    for (const location of locations) checkOrder(calls, directory, location, durability === 'full');
    if (durability === 'full') checkDirectories(calls, scratch, directory);
  });
}

/** Bytes written, then synced, then renamed, then the directory synced; or no sync at all. */
function checkOrder(calls: readonly SystemCall[], directory: string, location: string, durable: boolean): void {
  const target = join(directory, location);
  const renamed = calls.find((call) => isRename(call) && call.args.includes(`"${target}"`));
  assert.ok(renamed, 'the blob was renamed into place');
  const source = /"([^"]+)"/.exec(renamed.args)?.[1] ?? '';
  const written = calls.filter((call) => isWrite(call) && touches(call, source));
  assert.ok(written.length > 0 && written.every((call) => call.done < renamed.begun));
  const synced = calls.filter((call) => isSync(call) && touches(call, source));
  const directorySynced = calls.filter((call) => isSync(call) && touches(call, dirname(target)) && call.begun > renamed.done);
  if (!durable) {
    assert.deepEqual([...synced, ...directorySynced], []);
    return;
  }
  const fileSynced = synced.at(-1);
  assert.ok(fileSynced && written.every((call) => call.done < fileSynced.begun), 'synced after the last write');
  assert.ok(fileSynced.done < renamed.begun, 'renamed after the bytes were synced');
  assert.ok(directorySynced.length > 0, 'the new name was synced');
}

/** Every directory that got a new entry was synced too. */
function checkDirectories(calls: readonly SystemCall[], scratch: string, directory: string): void {
  const parents = [scratch, dirname(directory), directory, join(directory, 'blobs'), join(directory, 'blobs', 'sha256')];
  for (const parent of parents)
    assert.ok(
      calls.some((call) => isSync(call) && touches(call, parent)),
      `${parent} was not synced`,
    );
}

function touches({ args }: SystemCall, path: string): boolean {
  return args.includes(`<${path}>`);
}
