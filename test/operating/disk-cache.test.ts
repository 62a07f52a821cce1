import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { makeBucket } from '../../packages/server/src/storage/s3/bucket-bench.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { digestOf, pushBlob } from '../protocol/sample-content.ts';
import { until } from '../security/until.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { findProgram, requirePrograms } from '../tools/programs.ts';
import { radosgwPrograms, type S3Server, startRadosgw } from '../tools/radosgw.ts';
import { type HeldS3, holdS3 } from './held-s3.ts';
import { scrape } from './scrape.ts';

const mebibyte = 1024 * 1024;
const installed = radosgwPrograms.every((program) => findProgram(program) !== undefined);
const gateway: Promise<S3Server> | undefined = installed ? startRadosgw() : undefined;
after(async () => (await gateway)?.stop());

interface Node {
  readonly s3: HeldS3;
  readonly parts: string;
  readonly held: string;
  start(...args: string[]): Promise<{ server: Longshore; client: HttpClient }>;
}

/** A node whose S3 service lies behind a proxy; its data outlives its servers. */
async function newNode(t: TestContext, diskBytes: number): Promise<Node> {
  const service = (await gateway) as S3Server;
  const { bucket, accessKeyId, secretAccessKey } = await makeBucket(service);
  const s3 = await holdS3(service.endpoint);
  t.after(() => s3.stop());
  const dataDir = await mkdtemp(join(tmpdir(), 'longshore-disk-cache-'));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  const env = {
    LONGSHORE_STORE_KIND: 's3',
    LONGSHORE_STORE_ENDPOINT: s3.endpoint,
    LONGSHORE_STORE_BUCKET: bucket,
    LONGSHORE_STORE_ACCESS_KEY_ID: accessKeyId ?? '',
    LONGSHORE_STORE_SECRET_ACCESS_KEY: secretAccessKey ?? '',
    LONGSHORE_CACHE_DISK_BYTES: String(diskBytes),
  };
  return {
    s3,
    parts: join(dataDir, 'cache', 'parts'),
    held: join(dataDir, 'cache', 'held'),
    start: async (...args) => {
      const server = await startLongshore({ dataDir, env, args: ['--anonymous', 'push', ...args] });
      const client = new HttpClient(server.url);
      t.after(async () => {
        client.close();
        await server.stop();
      });
      return { server, client };
    },
  };
}

const pathOf = (content: Buffer) => `/v2/team/app/blobs/${digestOf(content)}`;

/** Pulls a blob on a connection of its own. */
async function pull({ url }: Longshore, content: Buffer): Promise<void> {
  const client = new HttpClient(url);
  try {
    const { status, body } = await client.send('GET', pathOf(content));
    assert.equal(status, 200, body.subarray(0, 500).toString());
    assert.ok(body.equals(content));
  } finally {
    client.close();
  }
}

function onGateway(name: string, run: (t: TestContext) => Promise<void>): void {
  test(name, { timeout: 600_000 }, async (t) => {
    if (requirePrograms(t, ...radosgwPrograms) === undefined) return;
    await run(t);
  });
}

onGateway('nodes that start at once cost S3 one read of the blob, and later ones none', async (t) => {
  const node = await newNode(t, 200 * mebibyte);
  const { server, client } = await node.start();
  const content = randomBytes(16 * mebibyte);
  await pushBlob({ client, repository: 'team/app' }, content);
  const before = node.s3.bytesRead();
  node.s3.hold(4 * mebibyte);
  const pulls = Array.from({ length: 30 }, () => pull(server, content));
  await until(async () => (await scrape(client)).sum('registry_disk_cache_joins_total') === 29);
  node.s3.hold(undefined);
  await Promise.all(pulls);
  assert.equal(node.s3.bytesRead() - before, content.length);
  await pull(server, content);
  await server.stop();
  const again = await node.start();
  await pull(again.server, content);
  assert.equal(node.s3.bytesRead() - before, content.length);
  const figures = await scrape(again.client);
  assert.equal(figures.sum('registry_disk_cache_hits_total'), 1);
  assert.equal(figures.sum('registry_disk_cache_bytes'), content.length);
  // What is in the cache is not what may be read.
  assert.equal((await again.client.send('DELETE', pathOf(content))).status, 202);
  assert.equal((await again.client.send('GET', pathOf(content))).status, 404);
});

onGateway('a server that is killed in the middle of a fetch leaves nothing wrong behind', async (t) => {
  const node = await newNode(t, 200 * mebibyte);
  const { server, client } = await node.start();
  const content = randomBytes(16 * mebibyte);
  await pushBlob({ client, repository: 'team/app' }, content);
  node.s3.hold(6 * mebibyte);
  const broken = assert.rejects(pull(server, content));
  const written = async () => {
    const [name] = await readdir(node.parts);
    return name === undefined ? 0 : (await stat(join(node.parts, name))).size;
  };
  await until(async () => (await written()) >= 4 * mebibyte);
  server.kill('SIGKILL');
  await broken;
  await server.exited;
  assert.equal((await readdir(node.parts)).length, 1);
  node.s3.hold(undefined);
  const again = await node.start();
  await until(async () => (await readdir(node.parts)).length === 0);
  await pull(again.server, content);
  await until(async () => (await readdir(node.parts)).length === 0);
  await pull(again.server, content);
  assert.equal((await scrape(again.client)).sum('registry_disk_cache_hits_total'), 1);
});

/** How many bytes a directory holds; undefined when files came or went meanwhile, since what was looked at first may have made room for the rest. */
async function bytesAtOnce(directory: string): Promise<number | undefined> {
  const list = async () => {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  };
  const sizeOf = (path: string) =>
    stat(path).then(
      ({ size }) => size,
      () => 0,
    );
  const before = await list();
  const sizes = await Promise.all(before.map(sizeOf));
  return isDeepStrictEqual(before, await list()) ? sizes.reduce((sum, size) => sum + size, 0) : undefined;
}

onGateway('workers of one host share the directory and keep the bound together', async (t) => {
  const mostBytes = 8 * mebibyte;
  const node = await newNode(t, mostBytes);
  const { server, client } = await node.start('--workers', '2');
  const contents = Array.from({ length: 12 }, (_, index) => randomBytes(1.5 * mebibyte + index));
  for (const content of contents) await pushBlob({ client, repository: 'team/app' }, content);
  let largest = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) largest = Math.max(largest, (await bytesAtOnce(join(node.held, '..'))) ?? 0);
  })();
  for (let round = 0; round < 6; round += 1) {
    await Promise.all(Array.from({ length: 8 }, (_, index) => pull(server, contents[(round * 5 + index) % contents.length] as Buffer)));
  }
  isOver = true;
  await watching;
  assert.ok(largest > 0 && largest <= mostBytes, `${largest} of ${mostBytes}`);
  const figures = await scrape(client);
  assert.ok(figures.sum('registry_disk_cache_hits_total') > 0);
  assert.ok(figures.sum('registry_disk_cache_evictions_total') > 0);
  assert.equal(figures.sum('registry_disk_cache_failures_total'), 0);
});
