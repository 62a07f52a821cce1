import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { skipUnless } from '../tools/programs.ts';
import { atEnd } from './at-end.ts';
import { blobOf, imageOf, type Manifest } from './image.ts';
import { type Answer, describeAnswer, RegistryClient } from './registry-client.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { startServer } from './server-process.ts';
import { mountSmallFileSystem, type SmallFileSystem } from './tmpfs.ts';

const probe = mountSmallFileSystem('1m');
probe?.unmount();
const skip = skipUnless(probe !== undefined, 'needs the right to mount a tmpfs: run as root on Linux');

const traces = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0;
const skipTraced = skipUnless(traces, 'needs strace: scripts/install-test-tools');

/** Makes every positioned write of the process fail as on a read-only file system, until `end`. */
async function refuseWrites(t: TestContext, pid: number): Promise<{ end(): Promise<void> }> {
  const inject = ['-e', 'trace=pwrite64', '-e', 'inject=pwrite64:error=EROFS'];
  const strace = spawn('strace', ['-f', '-p', String(pid), ...inject, '-o', '/dev/null'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(strace, 'close');
  atEnd(t, () => strace.kill('SIGKILL'));
  let attached = '';
  while (!attached.includes('attached')) attached += String((await once(strace.stderr, 'data'))[0]);
  return {
    async end() {
      strace.kill('SIGINT');
      await ended;
    },
  };
}

function mounted(t: TestContext, size: string): SmallFileSystem {
  const disk = mountSmallFileSystem(size);
  assert.ok(disk);
  atEnd(t, () => disk.unmount());
  return disk;
}

async function serve(t: TestContext, data: string): Promise<RegistryClient> {
  return (await serveProcess(t, data)).client;
}

async function serveProcess(t: TestContext, data: string): Promise<{ client: RegistryClient; pid: number }> {
  const server = await startServer({ data, env: { LONGSHORE_LOG_LEVEL: 'error' } });
  const client = new RegistryClient(() => server.baseUrl);
  atEnd(t, async () => {
    client.close();
    await server.kill();
  });
  return { client, pid: server.pid };
}

function bigImage(): Manifest {
  return imageOf(blobOf(Buffer.from('{}')), [blobOf(randomBytes(1024 * 1024))]);
}

/** The first answer that is no success, or that of the manifest. */
async function push(client: RegistryClient, image: Manifest, tag: string): Promise<Answer> {
  for (const { bytes } of image.blobs) {
    const answer = await client.pushBlob('small/app', bytes, 'chunked');
    if (answer.status !== 201) return answer;
  }
  return client.putManifest('small/app', tag, image);
}

async function checkReadable(client: RegistryClient, images: ReadonlyMap<string, Manifest>): Promise<void> {
  for (const [tag, image] of images) {
    const manifest = await client.getManifest('small/app', tag);
    assert.equal(manifest.status, 200, describeAnswer(manifest));
    assert.deepEqual(manifest.body, image.bytes);
    for (const { digest, bytes } of image.blobs) {
      const blob = await client.getBlob('small/app', digest);
      assert.equal(blob.status, 200, describeAnswer(blob));
      assert.ok(blob.body.equals(bytes));
    }
  }
}

function checkError(answer: Answer, status: number): void {
  assert.equal(answer.status, status, describeAnswer(answer));
  const { errors } = JSON.parse(answer.body.toString()) as { errors: { code: string; message: string }[] };
  assert.match(errors[0]?.message ?? '', status === 507 ? /full|space/i : /cannot write|try again later/i);
}

test('a full disk answers 507, loses nothing, and needs no restart once there is space', { skip, timeout: 600_000 }, async (t) => {
  const disk = mounted(t, '24m');
  const ballast = join(disk.path, 'ballast');
  writeFileSync(ballast, Buffer.alloc(6 * 1024 * 1024));
  const client = await serve(t, join(disk.path, 'data'));
  const pushed = new Map<string, Manifest>();
  let refused: Answer | undefined;
  for (let number = 0; refused === undefined && number < 64; number += 1) {
    const image = bigImage();
    const answer = await push(client, image, `v${number}`);
    if (answer.status === 201) pushed.set(`v${number}`, image);
    else refused = answer;
  }
  assert.ok(refused, 'the disk never became full');
  assert.ok(pushed.size > 0);
  checkError(refused, 507);
  checkError(await push(client, bigImage(), 'refused'), 507);
  await checkReadable(client, pushed);
  rmSync(ballast);
  const image = bigImage();
  const answer = await push(client, image, 'after');
  assert.equal(answer.status, 201, describeAnswer(answer));
  await checkReadable(client, pushed.set('after', image));
});

test('a store that turns read-only answers 503, still serves, and needs no restart once it is writable', {
  skip,
  timeout: 600_000,
}, async (t) => {
  const disk = mounted(t, '24m');
  const data = await scratchDirectory(t);
  // Only the blobs lie on it: a file system cannot turn read-only under a database that holds its files open.
  for (const name of ['blobs', 'uploads']) {
    mkdirSync(join(disk.path, name));
    symlinkSync(join(disk.path, name), join(data, name));
  }
  const client = await serve(t, data);
  const before = bigImage();
  assert.equal((await push(client, before, 'before')).status, 201);
  disk.remount('ro');
  checkError(await push(client, bigImage(), 'refused'), 503);
  await checkReadable(client, new Map([['before', before]]));
  disk.remount('rw');
  const after = bigImage();
  const answer = await push(client, after, 'after');
  assert.equal(answer.status, 201, describeAnswer(answer));
  await checkReadable(
    client,
    new Map([
      ['before', before],
      ['after', after],
    ]),
  );
});

test('a database that turns read-only answers 503, still serves, and needs no restart once it is writable', {
  skip: skipTraced,
  timeout: 600_000,
}, async (t) => {
  const { client, pid } = await serveProcess(t, await scratchDirectory(t));
  const before = bigImage();
  assert.equal((await push(client, before, 'before')).status, 201);
  const refused = bigImage();
  for (const { bytes } of refused.blobs) assert.equal((await client.pushBlob('small/app', bytes, 'post-put')).status, 201);
  // The kernel's own refusal cannot be had under files that are open for writing, so every write is made to answer it.
  const readOnly = await refuseWrites(t, pid);
  checkError(await client.putManifest('small/app', 'refused', refused), 503);
  await checkReadable(client, new Map([['before', before]]));
  await readOnly.end();
  const answer = await client.putManifest('small/app', 'after', refused);
  assert.equal(answer.status, 201, describeAnswer(answer));
  await checkReadable(
    client,
    new Map([
      ['before', before],
      ['after', refused],
    ]),
  );
});
