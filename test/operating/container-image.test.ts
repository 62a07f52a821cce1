import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertSameLayout } from '../clients/oci-layout.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { until } from '../security/until.ts';
import { freePort } from '../tools/free-port.ts';
import { findProgram, programPath, requirePrograms, skipTest } from '../tools/programs.ts';
import { runProgram } from '../tools/run-program.ts';
import { type Container, readImage, runImage } from './image-container.ts';

const script = fileURLToPath(new URL('../../deploy/container/build-image', import.meta.url));
const largestBytes = 120 * 1000 * 1000;

describe('the container image', () => {
  let directory = '';
  const layout = () => join(directory, 'image');
  before(async () => {
    if (!possible()) return;
    directory = await mkdtemp(join(tmpdir(), 'longshore-image-'));
    await runProgram(script, [`oci:${layout()}:latest`], { timeoutMs: 900_000 });
  });
  after(() => directory !== '' && rm(directory, { recursive: true, force: true }));

  test('is small, names what it is, and runs as a user of its own', async (t) => {
    if (!required(t)) return;
    const { config, layers } = await readImage(layout());
    const size = layers.reduce((sum, layer) => sum + layer.size, 0);
    assert.ok(size < largestBytes, `${size} bytes`);
    assert.match(config.config.User, /^[1-9]\d*:[1-9]\d*$/, 'a number, which orchestrators can tell from root');
    assert.deepEqual(Object.keys(config.config.Volumes), ['/var/lib/longshore']);
    assert.deepEqual(Object.keys(config.config.ExposedPorts), ['5000/tcp']);
    assert.ok(config.config.Env.includes('LONGSHORE_LISTEN=0.0.0.0:5000'));
    assert.match(config.config.Labels['org.opencontainers.image.revision'] ?? '', /^[0-9a-f]{40}$/);
    const lists = await Promise.all(layers.map(({ path }) => runProgram('tar', ['-tzf', path])));
    const files = lists.flatMap(({ stdout }) => stdout.split('\n'));
    assert.ok(files.includes('opt/longshore/packages/server/src/main.ts'));
    const unwanted = /\.test\.ts$|\.map$|\/(sh|bash|apt|npm)$|node_modules\/(typescript|@biomejs)\/$/;
    assert.deepEqual(
      files.filter((file) => unwanted.test(file)),
      [],
    );
  });

  test('starts from what was compiled when it was built, in a root that it cannot write to', async (t) => {
    if (!required(t)) return;
    const variables = [`LONGSHORE_LISTEN=127.0.0.1:${await freePort()}`, 'NODE_DEBUG_NATIVE=COMPILE_CACHE'];
    const container = await runImage(layout(), variables);
    t.after(container.remove);
    const output = container.server.output();
    assert.match(output, /\/opt\/longshore\/packages\/server\/src\/main\.ts was accepted/);
    assert.doesNotMatch(output, /no transpile cache for/);
  });

  for (const workers of ['1', '2']) {
    test(`with ${workers} workers: serves without any right, keeps its own image, and ends by SIGTERM with 0`, async (t) => {
      if (!required(t)) return;
      const port = await freePort();
      const variables = [`LONGSHORE_LISTEN=127.0.0.1:${port}`, 'LONGSHORE_ANONYMOUS=push', `LONGSHORE_WORKERS=${workers}`];
      const container = await runImage(layout(), variables);
      t.after(container.remove);
      const client = new HttpClient(`http://127.0.0.1:${port}`);
      t.after(() => client.close());
      await until(async () => (await client.send('GET', '/readyz')).status === 200);

      const image = `docker://127.0.0.1:${port}/operating/longshore:self`;
      const copy = (...args: readonly string[]) => runProgram(programPath('skopeo'), ['--insecure-policy', 'copy', '-q', ...args]);
      await copy('--dest-tls-verify=false', `oci:${layout()}:latest`, image);
      const pulled = join(directory, `pulled-${workers}`);
      await copy('--src-tls-verify=false', image, `oci:${pulled}:latest`);
      await assertSameLayout(pulled, layout());

      if (workers !== '1') await aWorkerDies(container, client);
      container.server.kill('SIGTERM');
      assert.equal(await container.server.exited, 0);
    });
  }
});

/** The first process of a container gets every orphan; what it does not wait for stays as a zombie. */
async function aWorkerDies(container: Container, client: HttpClient): Promise<void> {
  const states = async () => JSON.parse(await container.exec('/usr/local/bin/node', '-e', listProcesses)) as [number, string, number][];
  const children = (await states()).filter(([, , parent]) => parent === 1);
  assert.ok(children.length >= 2);
  await container.exec('/usr/local/bin/node', '-e', `process.kill(${children.at(-1)?.[0]}, 'SIGKILL')`);
  await until(async () => (await states()).filter(([, state, parent]) => parent === 1 && state !== 'Z').length >= children.length);
  await until(async () => (await states()).every(([, state]) => state !== 'Z'));
  await until(async () => (await client.send('GET', '/readyz')).status === 200);
}

/** Prints [pid, state, parent] of every process but itself, and but for those that end meanwhile; proc(5) says where they are. */
const listProcesses = `
  const { existsSync, readdirSync, readFileSync } = require('node:fs');
  const pids = readdirSync('/proc').filter((name) => Number(name) > 0 && Number(name) !== process.pid);
  console.log(JSON.stringify(pids.flatMap((pid) => {
    try {
      const [state, parent] = readFileSync('/proc/' + pid + '/stat', 'utf8').split(') ')[1].split(' ');
      return [[Number(pid), state, Number(parent)]];
    } catch (error) {
      if (existsSync('/proc/' + pid)) throw error;
      return [];
    }
  })));`;

function possible(): boolean {
  return process.getuid?.() === 0 && ['buildah', 'runc', 'skopeo'].every((program) => findProgram(program) !== undefined);
}

function required(t: TestContext): boolean {
  if (requirePrograms(t, 'buildah', 'runc', 'skopeo') === undefined) return false;
  if (process.getuid?.() === 0) return true;
  skipTest(t, 'building and running an image needs root: run this test with sudo');
  return false;
}
