import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requireDigest, requireRepositoryName, requireTag } from '@longshore/oci';
import { scrape } from '../operating/scrape.ts';
import type { Answer } from '../protocol/http-client.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { digestOf, imageOf, octets, type Place, pushBlob, pushImage, putManifest, startUpload } from '../protocol/sample-content.ts';
import { until, withinOneDay } from '../security/until.ts';
import { runProgram } from '../tools/run-program.ts';

const registry = await startRegistry({ flags: ['--anonymous', 'push', '--projects-create-on-push', 'users'] });
after(() => registry.stop());
const { client, metadata } = registry;
const root = await registry.addUser('root');
await metadata.updateUser({ id: root.user.id, administrator: true, at: Date.now() });
const alice = await registry.addUser('alice', { closed: 'reader' });

type Body = Record<string, unknown>;
const bodyOf = (answer: Answer): Body => JSON.parse(answer.body.toString()) as Body;
const errorOf = (answer: Answer) =>
  (bodyOf(answer)['errors'] as { code: string; message: string; detail: Body }[])[0] ?? assert.fail('no error');
const quotaOf = (project: string, authorization: string | undefined = root.basic) =>
  client.send('GET', `/api/v1/projects/${project}/quota`, { authorization });

/** Changes limits as an administrator does. */
async function limit(project: string, change: Body, authorization = root.basic): Promise<Answer> {
  const etag = String((await quotaOf(project)).headers.etag);
  const headers = { 'content-type': 'application/json', 'if-match': etag };
  return client.send('PATCH', `/api/v1/projects/${project}/quota`, { authorization, headers, body: JSON.stringify(change) });
}

async function usedBytes(project: string): Promise<number> {
  return (bodyOf(await quotaOf(project))['storage'] as { usedBytes: number }).usedBytes;
}

const upload = (place: Place, content: Uint8Array) =>
  client.send('POST', `/v2/${place.repository}/blobs/uploads/?digest=${digestOf(content)}`, { headers: octets, body: content });

test('limits are read by readers, changed by administrators, and changed on the version that was read', async () => {
  assert.equal((await quotaOf('closed', alice.basic)).status, 200);
  assert.equal((await limit('closed', { limitBytes: 5 }, alice.basic)).status, 403);
  const changed = await limit('closed', { limitBytes: 1000, limitTags: 5 });
  assert.equal(changed.status, 200);
  assert.deepEqual(bodyOf(changed)['tags'], { used: 0, limit: 5, percent: 0 });
  const stale = { 'content-type': 'application/json', 'if-match': '"1"' };
  const send = (headers: Record<string, string>) =>
    client.send('PATCH', '/api/v1/projects/closed/quota', { authorization: root.basic, headers, body: '{"limitBytes":7}' });
  assert.equal((await send(stale)).status, 412);
  assert.equal((await send({ 'content-type': 'application/json' })).status, 428);
  assert.equal((await quotaOf('nobody')).status, 404);
  const list = await client.send('GET', '/api/v1/quotas?sort=-usedBytes&limit=1', { authorization: root.basic });
  assert.equal((bodyOf(list)['items'] as unknown[]).length, 1);
  assert.equal((await client.send('GET', '/api/v1/quotas', { authorization: alice.basic })).status, 403);
});

test('what passes the limit is refused with the figures, is warned of before, and fits when garbage is collected', async () => {
  const place = { client, repository: 'full/app' };
  const layer = randomBytes(4000);
  await pushBlob(place, '{}');
  await limit('full', { limitBytes: 10_000, limitTags: 1 });
  assert.equal((await upload(place, layer)).headers['warning'], undefined);
  const second = randomBytes(4500);
  assert.equal((await upload(place, second)).status, 201);
  const manifest = imageOf([second]);
  const stored = 8502 + JSON.stringify(manifest).length;
  const warned = await putManifest(place, 'v1', manifest);
  assert.equal(
    warned.headers['warning'],
    '299 - "Project full uses 88% of its quota of 9.8 KiB (8.7 KiB) and 100% of its quota of 1 tags (1)."',
  );

  const refused = await upload(place, randomBytes(3000));
  assert.equal(refused.status, 413);
  const { code, message, detail } = errorOf(refused);
  assert.equal(code, 'DENIED');
  assert.match(
    message,
    /^The quota of project full is 9\.8 KiB: it stores 8\.7 KiB, and this needs 2\.9 KiB more\. Delete images and have garbage/,
  );
  assert.deepEqual(detail, { project: 'full', used: stored, reserved: 0, limit: 10_000, needed: 3000 });
  const tagged = await putManifest(place, 'v2', manifest);
  assert.deepEqual([tagged.status, errorOf(tagged).code], [403, 'DENIED']);
  assert.match(errorOf(tagged).message, /is 1 tags: it has 1, and this needs 1 more/);

  assert.equal((await client.send('DELETE', `/v2/full/app/manifests/${digestOf(JSON.stringify(manifest))}`)).status, 202);
  assert.equal(await usedBytes('full'), 8502, 'blobs stay charged until they are collected');
  const main = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));
  await runProgram(process.execPath, [main, 'gc', '--data', registry.data, '--gc-grace-hours', '0']);
  assert.equal(await usedBytes('full'), 0);
  assert.equal((await upload(place, randomBytes(10_000))).status, 201);
  assert.equal((await client.send('POST', '/v2/full/app/blobs/uploads/')).status, 413, 'nothing fits any more');
});

test('unfinished uploads take room, announced or not, and a refused one has ended', async () => {
  const place = { client, repository: 'open/app' };
  await startUpload(place);
  await limit('open', { limitBytes: 100_000 });
  const first = await startUpload(place);
  assert.equal((await client.send('PATCH', first, { headers: octets, body: randomBytes(70_000) })).status, 202);
  const announced = await startUpload(place);
  const refused = await client.send('PATCH', announced, { headers: octets, body: randomBytes(40_000) });
  assert.equal(refused.status, 413);
  assert.match(errorOf(refused).message, /stores 0 bytes and 68\.4 KiB in unfinished uploads, and this needs 39\.1 KiB more/);
  assert.equal((await client.send('GET', announced)).status, 404);
  const streamed = await startUpload(place);
  const pieces = Array.from({ length: 40 }, () => randomBytes(1000));
  assert.equal((await client.send('PATCH', streamed, { headers: octets, pieces })).status, 413);
  assert.equal((await client.send('GET', streamed)).status, 404);
  assert.equal((await client.send('DELETE', first)).status, 204);
  assert.equal((await upload(place, randomBytes(100_000))).status, 201);
});

test('pulls are counted, and what a project may serve on one day is all that it serves', async () => {
  await withinOneDay();
  const place = { client, repository: 'busy/app' };
  const { digest, bytes } = await pushImage(place, 'v1');
  const blob = await pushBlob(place, randomBytes(3000));
  const name = requireRepositoryName('busy/app');
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    client.send(method, `/v2/busy/app/${path}`, { headers });
  assert.equal((await get('manifests/v1')).status, 200);
  assert.equal((await get('manifests/v1', {}, 'HEAD')).status, 200);
  assert.equal((await get(`blobs/${blob}`, { range: 'bytes=0-99' })).status, 206);
  const served = 100 + Buffer.byteLength(bytes);
  const pulled = async () => (await metadata.findQuota('busy', Math.floor(Date.now() / 86_400_000)))?.pulledBytes;
  await until(async () => (await pulled()) === served);
  assert.equal((await metadata.findPulls(name, { tag: requireTag('v1') }))?.pulls, 1);
  assert.equal((await metadata.findPulls(name, { digest: requireDigest(digest) }))?.pulls, 1);

  await limit('busy', { limitPullBytesPerDay: served + 3500 });
  // The process hears of the limit when it has taken notes the next time.
  const allowed = async () => (await get(`blobs/${blob}`)).status;
  assert.equal(await allowed(), 200);
  await until(async () => (await allowed()) === 403);
  const refused = await get(`blobs/${blob}`);
  assert.deepEqual([refused.status, errorOf(refused).code], [403, 'DENIED']);
  assert.match(errorOf(refused).message, /^Project busy may serve \d\.\d KiB a day: it has served .* Pull again after midnight UTC/);
  assert.equal((await get('manifests/v1', {}, 'HEAD')).status, 200, 'asking costs nothing');
});

test('metrics tell how often quotas refused, by what there was too much of', async () => {
  const refused = async (kind: string) => (await scrape(client)).sum('registry_quota_refusals_total', `kind="${kind}"`);
  const place = { client, repository: 'counted/app' };
  await pushBlob(place, '{}');
  await limit('counted', { limitBytes: 1000, limitTags: 0 });
  const [bytes, tags] = [await refused('bytes'), await refused('tags')];
  assert.equal((await upload(place, randomBytes(1000))).status, 413);
  assert.equal((await putManifest(place, 'v1', imageOf([]))).status, 403);
  assert.deepEqual([await refused('bytes'), await refused('tags')], [bytes + 1, tags + 1]);
});
