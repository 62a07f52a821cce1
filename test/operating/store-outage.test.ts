import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeBucket } from '../../packages/server/src/storage/s3/bucket-bench.ts';
import { expectAnswer } from '../protocol/expected-answer.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { digestOf, imageOf, octets, pushBlob, putManifest } from '../protocol/sample-content.ts';
import { until } from '../security/until.ts';
import { startCuttableProxy } from '../tools/cuttable-proxy.ts';
import { startLongshore } from '../tools/longshore.ts';
import { requirePrograms } from '../tools/programs.ts';
import { radosgwPrograms, startRadosgw } from '../tools/radosgw.ts';
import { scrape } from './scrape.ts';

const repository = 'outage/app';
/** What clients are told of a service that is known to be away. Whoever meets that first, or waits until its own requests are given up, is told less. */
const knownToBeAway = /cannot reach its database or its store/;
const place = (client: HttpClient) => ({ client, repository });

test('an S3 service that is away', async (t) => {
  if (requirePrograms(t, ...radosgwPrograms) === undefined) return;
  const gateway = await startRadosgw();
  t.after(() => gateway.stop());
  const { bucket } = await makeBucket(gateway);
  const way = await startCuttableProxy(Number(new URL(gateway.endpoint).port));
  t.after(() => way.close());
  const data = await mkdtemp(join(tmpdir(), 'longshore-store-outage-'));
  t.after(() => rm(data, { recursive: true, force: true }));
  const env = {
    LONGSHORE_STORE_KIND: 's3',
    LONGSHORE_STORE_ENDPOINT: `http://127.0.0.1:${way.port}`,
    LONGSHORE_STORE_BUCKET: bucket,
    LONGSHORE_STORE_ACCESS_KEY_ID: gateway.accessKey,
    LONGSHORE_STORE_SECRET_ACCESS_KEY: gateway.secretKey,
    // What is remembered is served whatever becomes of the store.
    LONGSHORE_CACHE_MEMORY_BYTES: '0',
  };
  const start = async (t: TestContext): Promise<HttpClient> => {
    const server = await startLongshore({ args: ['--anonymous', 'push'], dataDir: data, env });
    const client = new HttpClient(server.url);
    t.after(async () => {
      client.close();
      await server.stop();
    });
    return client;
  };

  const storeUp = async (client: HttpClient): Promise<number> =>
    (await scrape(client)).sum('registry_backend_up', 'backend="store default"');

  const layer = randomBytes(200_000);
  const digest = digestOf(layer);
  const blob = `/v2/${repository}/blobs/${digest}`;

  /** What needs no bytes of blobs is served; what needs them is refused, with such a message: how long it took, in milliseconds. */
  async function isHalfServed(client: HttpClient, message: RegExp): Promise<number> {
    expectAnswer(await client.send('GET', `/v2/${repository}/manifests/v1`), { status: 200 });
    expectAnswer(await client.send('GET', `/v2/${repository}/tags/list`), { status: 200 });
    expectAnswer(await client.send('GET', '/v2/_catalog'), { status: 200 });
    expectAnswer(await client.send('HEAD', blob), { status: 200 });
    expectAnswer(await putManifest(place(client), 'v2', imageOf([layer])), { status: 201 });
    const startedAt = performance.now();
    const push = { headers: octets, body: 'another' };
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, () => client.send('GET', blob)),
      client.send('POST', `/v2/${repository}/blobs/uploads/?digest=${digestOf('another')}`, push),
    ]);
    const ms = performance.now() - startedAt;
    for (const { status, headers, body } of answers) {
      assert.equal(status, 503, String(body));
      assert.match(String(headers['retry-after']), /^\d+$/);
      assert.match(String(body), message);
    }
    return ms;
  }

  async function isServed(client: HttpClient): Promise<void> {
    await until(async () => (await client.send('GET', blob)).status === 200);
    expectAnswer(await client.send('GET', blob), { status: 200, body: layer });
    await pushBlob(place(client), randomBytes(100));
  }

  await t.test(
    'refused, then silent: manifests, lists and HEAD are served, bytes are a 503 at once; it comes back by itself',
    async (t) => {
      const client = await start(t);
      await pushBlob(place(client), '{}');
      await pushBlob(place(client), layer);
      expectAnswer(await putManifest(place(client), 'v1', imageOf([layer])), { status: 201 });
      assert.equal(await storeUp(client), 1);
      await way.cut();
      await isHalfServed(client, /UNAVAILABLE/);
      assert.equal(await storeUp(client), 0);
      await isHalfServed(client, knownToBeAway);
      const ready = await client.send('GET', '/readyz');
      assert.deepEqual([ready.status, String(ready.body)], [200, 'ready\nstore default: cannot be reached: see the log for the cause\n']);
      await way.mend();
      await isServed(client);
      way.silence();
      const first = await isHalfServed(client, knownToBeAway);
      // Nobody waits for what has just been silent, as soon as the machine has a moment to show it.
      await until(async () => (await isHalfServed(client, knownToBeAway)) < first / 2);
      await way.mend();
      await isServed(client);
      await until(async () => String((await client.send('GET', '/readyz')).body) === 'ready\n');
      assert.equal(await storeUp(client), 1);
    },
  );

  await t.test('a server that is started meanwhile serves what it can', async (t) => {
    await way.cut();
    const client = await start(t);
    await isHalfServed(client, knownToBeAway);
    await way.mend();
    await isServed(client);
  });
});
