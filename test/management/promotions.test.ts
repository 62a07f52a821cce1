import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { lateReferrers } from '../../packages/server/src/features/promotion/late-referrers.ts';
import type { SendOptions } from '../protocol/http-client.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { digestOf, imageOf, type Json, pushImage, putManifest } from '../protocol/sample-content.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const { client } = registry;
const developer = await registry.addUser('developer', { dev: 'maintainer', prod: 'reader' });
const releaser = await registry.addUser('releaser', { dev: 'reader', prod: 'maintainer' });
const operator = await registry.addUser('operator', { prod: 'reader' });
const place = { client, repository: 'dev/app', authorization: developer.basic };
const layerOf = (more: Json) => digestOf(`layer of dev/app ${JSON.stringify(more)}`);
const ociIndex = 'application/vnd.oci.image.index.v1+json';
const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

async function call(method: string, path: string, options: SendOptions & { json?: Json; etag?: string } = {}) {
  const { json, etag, ...rest } = options;
  const headers = { ...(json && { 'content-type': 'application/json' }), ...(etag && { 'if-match': etag }) };
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  const answer = await client.send(method, `/api/v1${path}`, { authorization: releaser.basic, ...rest, ...body, headers });
  const text = answer.body.toString();
  return { status: answer.status, headers: answer.headers, text, body: text === '' ? {} : JSON.parse(text) };
}

const promote = (json: Json, authorization = releaser.basic) => call('POST', '/promotions', { json, authorization });
const statusOf = async (path: string, authorization = operator.basic) =>
  (await client.send('GET', `/v2/${path}`, { authorization })).status;
const tagged = async (tag: string) => {
  const answer = await client.send('GET', `/v2/prod/app/manifests/${tag}`, { authorization: operator.basic });
  return answer.status === 200 ? digestOf(answer.body) : undefined;
};

/** A multi-arch image with a signature by subject, one of a child, and one by cosign's tag. */
async function pushAll(tag: string) {
  const children = [];
  for (const arch of ['amd64', 'arm64']) {
    const more = { annotations: { tag, arch } };
    const { digest, bytes } = await pushImage(place, undefined, more);
    children.push({ mediaType: ociManifest, digest, size: Buffer.byteLength(bytes), layer: layerOf(more) });
  }
  const manifests = children.map(({ layer: _, ...descriptor }) => descriptor);
  const bytes = JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests });
  assert.equal((await putManifest(place, tag, bytes, ociIndex)).status, 201);
  const index = { mediaType: ociIndex, digest: digestOf(bytes), size: Buffer.byteLength(bytes) };
  const signature = await pushImage(place, undefined, { subject: index, artifactType: 'test/signature' });
  const ofChild = await pushImage(place, undefined, { subject: manifests[0] as Json, artifactType: 'test/sbom' });
  const beside = await pushImage(place, `${index.digest.replace(':', '-')}.sig`, { annotations: { beside: tag } });
  return { index, children, signature, ofChild, beside };
}

test('an image is promoted whole, and pulled by who may read the target alone', async () => {
  const image = await pushAll('1.2');
  const wanted = { from: { repository: 'dev/app', tag: '1.2' }, to: { repository: 'prod/app' } };
  const dry = await promote({ ...wanted, dryRun: true });
  assert.deepEqual([dry.status, dry.body.possible, dry.body.manifests], [200, true, 6], dry.text);
  assert.equal(await tagged('1.2'), undefined, 'a dry run changes nothing');
  assert.equal((await promote(wanted, developer.basic)).status, 403, 'readers of the target do not promote');
  assert.equal((await promote(wanted, operator.basic)).status, 404, 'what may not be listed is not there');
  const made = await promote(wanted);
  assert.equal(made.status, 201, made.text);
  assert.deepEqual([made.body.manifests, made.body.addedBytes], [6, dry.body.addedBytes]);
  const digests = [image.index, image.signature, image.ofChild, image.beside, ...image.children].map(({ digest }) => digest);
  for (const digest of digests) {
    assert.equal(await statusOf(`prod/app/manifests/${digest}`), 200);
    assert.ok((await statusOf(`dev/app/manifests/${digest}`)) >= 400, 'the source is none of his');
  }
  for (const { layer } of image.children) assert.equal(await statusOf(`prod/app/blobs/${layer}`), 200);
  const referrers = await client.send('GET', `/v2/prod/app/referrers/${image.index.digest}`, { authorization: operator.basic });
  assert.equal(JSON.parse(referrers.body.toString()).manifests.length, 1);
  assert.equal(await statusOf(`prod/app/manifests/${image.index.digest.replace(':', '-')}.sig`), 200);
  const self = String(made.headers.location).replace('/api/v1', '');
  assert.deepEqual((await call('GET', self)).body.from, { repository: 'dev/app', tag: '1.2' });
  assert.deepEqual((await call('GET', self, { authorization: operator.basic })).body.from, {}, 'nor its name');
  const { items } = (await call('GET', '/promotions?source=dev/app&limit=1')).body;
  assert.deepEqual(items[0], made.body);
  const ofOperator = (await call('GET', '/promotions?source=dev/app', { authorization: operator.basic })).body;
  assert.deepEqual(ofOperator.items, [], 'nor, to whoever guesses it, that anything came from there');
  assert.equal((await call('GET', '/promotions')).status, 400);
});

test('what comes to the source later is told, and a second promotion takes it along', async () => {
  const { index } = await pushAll('2.0');
  const wanted = { from: { repository: 'dev/app', tag: '2.0' }, to: { repository: 'prod/app' } };
  const first = await promote(wanted);
  const late = await pushImage(place, undefined, { subject: index, artifactType: 'test/scan' });
  const self = `/promotions/${first.body.id}`;
  const subscriber = lateReferrers(registry.metadata, Date.now);
  const events = await registry.metadata.claimEvents({ claimant: 'test', at: Date.now(), until: Date.now() + 60_000, limit: 1000 });
  // Each twice, as may happen.
  for (const event of [...events, ...events]) await subscriber.handle(event);
  const told: Json[] = (await call('GET', self)).body.lateReferrers;
  assert.equal(told.length, 1);
  assert.deepEqual([told[0]?.['digest'], told[0]?.['artifactType']], [late.digest, 'test/scan']);
  const ofOperator = (await call('GET', self, { authorization: operator.basic })).body;
  assert.deepEqual([ofOperator.from, ofOperator.lateReferrers], [{}, []], 'what a hidden source holds is told to nobody else');
  assert.equal(await statusOf(`prod/app/manifests/${late.digest}`), 404);
  assert.equal((await promote(wanted)).status, 201);
  assert.equal(await statusOf(`prod/app/manifests/${late.digest}`), 200);
});

test('a promotion is undone, and a tag restored from its history', async () => {
  const [first, second] = [await pushImage(place, 'stable', { annotations: { n: '1' } }), imageOf([], { annotations: { n: '2' } })];
  const wanted = { from: { repository: 'dev/app', tag: 'stable' }, to: { repository: 'prod/app' } };
  await promote(wanted);
  assert.equal((await putManifest(place, 'stable', second)).status, 201);
  const { body } = await promote(wanted);
  assert.equal(body.previousDigest, first.digest);
  assert.equal(await tagged('stable'), body.digest);
  const undo = `/promotions/${body.id}/undo`;
  assert.equal((await call('POST', undo, { authorization: operator.basic })).status, 403);
  assert.deepEqual((await call('POST', undo)).body, { undone: ['stable'], left: [] });
  assert.equal(await tagged('stable'), first.digest);
  assert.equal((await call('POST', undo)).status, 409);
  const restore = (digest: string) => call('POST', '/repositories/prod%2Fapp/tags/stable/restore', { json: { digest } });
  assert.deepEqual((await restore(body.digest)).body, { digest: body.digest, previousDigest: first.digest });
  assert.equal((await restore(digestOf('never'))).status, 409);
});

test('conditions of the target are set by version, and refuse by name', async () => {
  await pushImage(place, '3.0', { annotations: { n: '3' } });
  const policy = '/projects/prod/promotion';
  const { headers, body } = await call('GET', policy);
  const { version: _version, promotedFrom: _promotedFrom, ...terms } = body;
  const wanted = { ...terms, requiredReferrers: ['test/signature'], minimumAgeMinutes: 60 };
  assert.equal((await call('PUT', policy, { json: wanted })).status, 428);
  assert.equal((await call('PUT', policy, { json: wanted, etag: '"7"' })).status, 412);
  const set = await call('PUT', policy, { json: wanted, etag: String(headers.etag) });
  assert.equal(set.status, 200, set.text);
  const promotion = { from: { repository: 'dev/app', tag: '3.0' }, to: { repository: 'prod/app' } };
  const refused = await promote(promotion);
  assert.equal(refused.status, 409);
  assert.match(refused.body.detail, /minimum-age .*referrers \(there is no referrer of test\/signature\)/);
  const { conditions, possible, cause } = (await promote({ ...promotion, dryRun: true })).body;
  assert.deepEqual([possible, cause, conditions.length], [false, 'conditions', 2]);
  assert.deepEqual([conditions[0].neededSeconds, conditions[1].needed, conditions[1].found], [3600, ['test/signature'], []]);
  const undone = await call('PUT', policy, { json: { ...terms }, etag: String(set.headers.etag) });
  assert.equal(undone.status, 200);
});

test('CVE-2022-31667: a tag rule exists in its own project alone, and holds for every push', async () => {
  const rules = '/projects/prod/tag-rules';
  const wrong = await call('POST', rules, { json: { tags: 'v[1]', kind: 'immutable' } });
  assert.deepEqual([wrong.status, wrong.body.errors[0].pointer], [400, '/tags']);
  const made = await call('POST', rules, { json: { tags: 'r*', kind: 'immutable' } });
  assert.equal(made.status, 201, made.text);
  const self = `${rules}/${made.body.id}`;
  const elsewhere = `/projects/dev/tag-rules/${made.body.id}`;
  for (const method of ['GET', 'DELETE']) {
    const asked = await call(method, elsewhere, { authorization: developer.basic, etag: '"1"' });
    assert.equal(asked.status, 404, method);
  }
  const prod = { client, repository: 'prod/app', authorization: releaser.basic };
  await pushImage(prod, 'r1', { annotations: { n: '1' } });
  const moved = await putManifest(prod, 'r1', imageOf([], { annotations: { n: '2' } }));
  assert.equal(moved.status, 409);
  assert.match(moved.body.toString(), /cannot be moved or deleted: the rule \d+ of the project/);
  assert.equal((await client.send('DELETE', '/v2/prod/app/manifests/r1', { authorization: releaser.basic })).status, 409);
  await pushImage(place, 'r1', { annotations: { n: '3' } });
  const promoted = await promote({ from: { repository: 'dev/app', tag: 'r1' }, to: { repository: 'prod/app' } });
  assert.equal(promoted.status, 409, promoted.text);
  assert.equal((await call('DELETE', self, { etag: '"9"' })).status, 412);
  assert.equal((await call('DELETE', self, { etag: String(made.headers.etag) })).status, 204);
});
