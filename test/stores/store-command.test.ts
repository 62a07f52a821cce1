import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '../crash/at-end.ts';
import { newImage } from '../crash/crash-scenario.ts';
import { RegistryClient } from '../crash/registry-client.ts';
import { scratchDirectory } from '../crash/scratch-directory.ts';
import { startCommand, startServer } from '../crash/server-process.ts';

test('stores are declared in a file, projects live and move as told, and none is left behind without its store', async (t) => {
  const directory = await scratchDirectory(t);
  const file = join(directory, 'longshore.yaml');
  const options = { data: join(directory, 'data'), env: { LONGSHORE_CONFIG: file } };
  const declare = (...names: string[]) => {
    const stores = names.map(
      (name) => `  - {name: ${name}, type: local, storage: {path: ${join(directory, name)}}, projects: [${name}, ${name}-*]}`,
    );
    return writeFile(file, `mirrorRepositories:\n${stores.join('\n')}\n`);
  };
  const run = async (...args: string[]) => {
    const command = startCommand(['store', ...args], options);
    const { code } = await command.ended;
    return { code, output: command.output().trim() };
  };
  await declare('fast', 'slow');
  const server = await startServer(options);
  atEnd(t, () => server.kill());
  const client = new RegistryClient(() => server.baseUrl);
  atEnd(t, async () => client.close());
  const image = newImage('kept');
  for (const repository of ['fast-lane/app', 'other/app']) {
    for (const { bytes, digest } of image.blobs)
      await client.pushBlob(repository, bytes, 'post-put', digest.startsWith('sha512') ? 'sha512' : 'sha256');
    assert.equal((await client.putManifest(repository, 'v1', image)).status, 201);
  }
  const bytes = image.blobs.reduce((sum, blob) => sum + blob.bytes.byteLength, 0);
  assert.deepEqual(await run('assign', 'planned', 'slow'), { code: 0, output: 'planned lives on slow' });
  const assigned = await run('assign', 'other', 'slow');
  assert.equal(assigned.code, 2);
  assert.match(assigned.output, /has content: 'store move other --to slow' takes it along/);
  const dry = await run('move', 'fast-lane', '--to', 'slow', '--dry-run');
  assert.deepEqual(dry, { code: 0, output: `would copy ${image.blobs.length} blobs, ${bytes} bytes; 0 were there` });
  assert.match(
    (await run('move', 'fast-lane', '--to', 'tape')).output,
    /no store 'tape' in the configuration. Stores: default, fast, slow\./,
  );
  assert.match((await run('move', 'fast-lane')).output, /Say where to/);
  const moved = await run('move', 'other', '--to', 'slow');
  assert.equal(moved.code, 0, moved.output);
  assert.match(moved.output, /^copied 3 blobs, .*\nother lives on slow; gc removes what is left of it on default after gc.graceHours$/);
  const charged = bytes + image.bytes.byteLength;
  const list = ['default', 'fast', `  fast-lane: ${charged} bytes`, 'slow', `  other: ${charged} bytes`, '  planned: 0 bytes'];
  assert.equal((await run('ls')).output, list.join('\n'));
  for (const { digest, bytes: content } of image.blobs) assert.ok((await client.getBlob('other/app', digest)).body.equals(content));
  await server.stop();
  await declare('fast');
  await assert.rejects(startServer(options), /The store 'slow' is not configured, and these projects live on it: 'other', 'planned'/);
  assert.match((await run('ls')).output, /^slow \(not configured\)$/m);
});
