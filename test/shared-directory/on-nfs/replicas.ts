import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startGarbageCollection } from '../../crash/server-process.ts';
import { expectAnswer } from '../../protocol/expected-answer.ts';
import { startRegistry } from '../../protocol/registry-fixture.ts';
import { digestOf, octets, pushBlob, pushImage, startUpload } from '../../protocol/sample-content.ts';
import { startPostgres } from '../../tools/postgres.ts';
import { hosts, served } from './mounts.ts';

const postgres = await startPostgres();
const settings = { LONGSHORE_METADATA_KIND: 'postgres', LONGSHORE_METADATA_URL: await postgres.createDatabase('longshore') };
const dataOf = (host: string): string => join(host, 'longshore');
// On two hosts at the same time, into an empty directory.
const replicas = await Promise.all(hosts.map((host) => startRegistry({ data: dataOf(host), env: settings })));
const [a, b] = replicas;
if (a === undefined || b === undefined) throw new RangeError('There are two hosts.');
after(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await postgres.stop();
});

test('an upload changes the host at every chunk', async () => {
  const repository = 'nfs/chunked';
  const content = randomBytes(1_000_000);
  const digest = digestOf(content);
  const chunk = (at: number, end: number) => ({
    headers: { ...octets, 'content-range': `${at}-${end - 1}` },
    body: content.subarray(at, end),
  });
  const location = await startUpload({ client: a.client, repository });
  for (let at = 0; at < 900_000; at += 100_000) {
    const { client } = at % 200_000 === 0 ? b : a;
    expectAnswer(await client.send('PATCH', location, chunk(at, at + 100_000)), { status: 202, headers: { range: `0-${at + 99_999}` } });
  }
  expectAnswer(await b.client.send('PUT', `${location}?digest=${digest}`, chunk(900_000, 1_000_000)), { status: 201 });
  for (const { client } of replicas) {
    expectAnswer(await client.send('GET', `/v2/${repository}/blobs/${digest}`), { status: 200, body: content });
  }
  assert.deepEqual(await readdir(join(dataOf(served), 'uploads')), [], 'the files of all hosts are gone');
});

test('what one host pushed, the other serves at once', async () => {
  const repository = 'nfs/at-once';
  for (let round = 0; round < 30; round += 1) {
    const [from, to] = round % 2 === 0 ? [a, b] : [b, a];
    const content = randomBytes(round % 3 === 0 ? 500_000 : 500);
    const digest = await pushBlob({ client: from.client, repository }, content);
    expectAnswer(await to.client.send('GET', `/v2/${repository}/blobs/${digest}`), { status: 200, body: content }, `round ${round}`);
  }
});

test('a blob that the database knows and that does not show is a 503 to be asked for again, and is served once it shows', async () => {
  const repository = 'nfs/late';
  const content = randomBytes(200_000);
  const digest = await pushBlob({ client: a.client, repository }, content);
  const path = `/v2/${repository}/blobs/${digest}`;
  const shard = join(dataOf(served), 'blobs', 'sha256', digest.slice(7, 9));
  const file = (await readdir(shard)).find((name) => name.startsWith(digest.slice(7))) ?? '';
  await rename(join(shard, file), join(shard, `${file}.away`));
  expectAnswer(await b.client.send('GET', path), { status: 503, headers: { 'retry-after': /^\d+$/ } });
  await rename(join(shard, `${file}.away`), join(shard, file));
  expectAnswer(await b.client.send('GET', path), { status: 200, body: content });
});

test('garbage is collected on one host while the other serves what is kept', async () => {
  const repository = 'nfs/garbage';
  const kept = await pushImage({ client: a.client, repository }, 'kept');
  const layer = digestOf(`layer of ${repository} {}`);
  const gone = await pushBlob({ client: a.client, repository }, randomBytes(3000));
  const shards = join(dataOf(served), 'blobs', 'sha256');
  const holds = async (digest: string): Promise<boolean> =>
    (await readdir(join(shards, digest.slice(7, 9)))).some((file) => file.startsWith(digest.slice(7)));
  assert.deepEqual(await Promise.all([layer, gone].map(holds)), [true, true]);
  const collection = startGarbageCollection({ data: dataOf(hosts[1]), env: { ...settings, LONGSHORE_GC_GRACE_HOURS: '0' } });
  assert.equal((await collection.ended).code, 0, collection.output());
  assert.deepEqual(await Promise.all([layer, gone].map(holds)), [true, false]);
  for (const { client } of replicas) {
    expectAnswer(await client.send('GET', `/v2/${repository}/manifests/kept`), { status: 200, body: Buffer.from(kept.bytes) });
    expectAnswer(await client.send('GET', `/v2/${repository}/blobs/${layer}`), { status: 200 });
    expectAnswer(await client.send('GET', `/v2/${repository}/blobs/${gone}`), { status: 404 });
  }
  // Pushed again on the other host, it is a new file.
  const again = randomBytes(3000);
  const digest = await pushBlob({ client: b.client, repository }, again);
  expectAnswer(await a.client.send('GET', `/v2/${repository}/blobs/${digest}`), { status: 200, body: again });
});
