import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Failpoint, failpoints } from '../../packages/server/src/registry/failpoints.ts';
import { atEnd } from './at-end.ts';
import { accepted, CrashScenario, newImage, type Pushed } from './crash-scenario.ts';
import { blobOf, indexOf } from './image.ts';
import { describeAnswer } from './registry-client.ts';
import { scratchDirectory } from './scratch-directory.ts';

/** A scenario that dies at the failpoint; resolves to what was acknowledged and must be there afterwards. */
type Story = (scenario: CrashScenario, failpoint: Failpoint, base: Pushed) => Promise<Pushed[]>;

const pushBlob: Story = async (scenario, failpoint, base) => {
  const blob = blobOf(Buffer.from('one more layer '.repeat(5000)));
  await scenario.dieAt(failpoint, () => scenario.client.pushBlob('crash/two', blob.bytes, 'chunked'));
  const found = await scenario.client.getBlob('crash/two', blob.digest);
  assert.ok(found.status === 404 || (found.status === 200 && found.body.equals(blob.bytes)), 'half a blob is visible');
  return [base, await scenario.push('crash/two', 'again', newImage('again'))];
};

const continueUpload: Story = async (scenario, failpoint, base) => {
  const blob = blobOf(Buffer.from('a long layer '.repeat(5000)));
  const half = blob.bytes.byteLength >> 1;
  const location = await scenario.beginUpload('crash/two', blob.bytes.subarray(0, half));
  await scenario.dieAt(failpoint, () => scenario.client.sendChunks(location, blob.bytes.subarray(half), 1, half));
  // The acknowledged half must still be there: the upload goes on from it.
  const status = await scenario.client.send('GET', location);
  assert.equal(status.status, 204, describeAnswer(status));
  assert.equal(status.headers.range, `0-${half - 1}`);
  const patched = accepted(await scenario.client.sendChunks(location, blob.bytes.subarray(half), 1, half));
  const finished = await scenario.client.finishUpload(patched.headers.location ?? location, blob.digest, undefined);
  assert.equal(finished.status, 201, describeAnswer(finished));
  await scenario.checkBlob('crash/two', blob.digest, blob.bytes);
  return [base];
};

const pushManifest: Story = async (scenario, failpoint, base) => {
  const image = newImage('in flight');
  for (const { bytes, digest } of image.blobs) {
    await scenario.client.pushBlob('crash/two', bytes, 'streamed', digest.startsWith('sha512') ? 'sha512' : 'sha256');
  }
  await scenario.dieAt(failpoint, () => scenario.client.putManifest('crash/two', 'new', image));
  const byTag = await scenario.client.getManifest('crash/two', 'new');
  const byDigest = await scenario.client.getManifest('crash/two', image.digest);
  assert.equal(byTag.status, byDigest.status, 'a manifest is there and its tag is not, or the other way round');
  assert.ok(byTag.status === 404 || byTag.status === 200, describeAnswer(byTag));
  return [base, await scenario.push('crash/two', 'new', image)];
};

const deleteTag: Story = async (scenario, failpoint, base) => {
  const doomed = await scenario.push('crash/two', 'doomed', newImage('doomed'));
  await scenario.client.putManifest('crash/two', 'kept', doomed.manifest);
  await scenario.dieAt(failpoint, () => scenario.client.deleteManifest('crash/two', 'doomed'));
  const again = await scenario.client.deleteManifest('crash/two', 'doomed');
  assert.ok(again.status === 202 || again.status === 404, describeAnswer(again));
  assert.equal((await scenario.client.getManifest('crash/two', 'doomed')).status, 404);
  return [base, { ...doomed, tag: 'kept' }];
};

const deleteManifest: Story = async (scenario, failpoint, base) => {
  const { manifest } = await scenario.push('crash/two', 'doomed', newImage('doomed'));
  await scenario.dieAt(failpoint, () => scenario.client.deleteManifest('crash/two', manifest.digest));
  const statuses = [
    await scenario.client.getManifest('crash/two', 'doomed'),
    await scenario.client.getManifest('crash/two', manifest.digest),
  ];
  assert.equal(statuses[0]?.status, statuses[1]?.status, 'the manifest is gone and its tag is not, or the other way round');
  const again = await scenario.client.deleteManifest('crash/two', manifest.digest);
  assert.ok(again.status === 202 || again.status === 404, describeAnswer(again));
  return [base];
};

const deleteBlob: Story = async (scenario, failpoint, base) => {
  const blob = blobOf(Buffer.from('nobody needs this'));
  await scenario.client.pushBlob('crash/two', blob.bytes, 'post-put');
  await scenario.dieAt(failpoint, () => scenario.client.deleteBlob('crash/two', blob.digest));
  const again = await scenario.client.deleteBlob('crash/two', blob.digest);
  assert.ok(again.status === 202 || again.status === 404, describeAnswer(again));
  assert.equal((await scenario.client.getBlob('crash/two', blob.digest)).status, 404);
  return [base];
};

/** Leaves something for every step of a sweep, kills the sweep, and re-pushes what it was about to delete. */
const collect: Story = async (scenario, failpoint, base) => {
  const child = await scenario.push('crash/two', 'child', newImage('child'));
  const kept = await scenario.push('crash/two', 'kept', newImage('kept'));
  const index = indexOf([child.manifest], 'an index that goes');
  await scenario.client.putManifest('crash/two', 'index', index);
  for (const tag of ['child', 'index']) accepted(await scenario.client.deleteManifest('crash/two', tag));
  await scenario.beginUpload('crash/two', Buffer.from('never finished'));
  await scenario.dieAt('blob.renamed', () => scenario.client.pushBlob('crash/two', Buffer.from('an orphan'), 'post-put'));
  await scenario.kill();
  scenario.passTime();
  await scenario.collectGarbage(failpoint);
  await scenario.start();
  await scenario.check([base, kept]);
  return [base, kept, await scenario.push('crash/two', 'child', child.manifest)];
};

/** Kills a move, and pushes, continues an upload, and collects garbage before it goes on. */
const moveProject: Story = async (scenario, failpoint, base) => {
  const other = await scenario.push('crash/two', 'other', newImage('other'));
  const shared = await scenario.push('apart/one', 'shared', other.manifest);
  const late = blobOf(Buffer.from('begun before the move '.repeat(5000)));
  const half = late.bytes.byteLength >> 1;
  const location = await scenario.beginUpload('crash/two', late.bytes.subarray(0, half));
  await scenario.moveProject('crash', 'second', failpoint);
  const pushed = await scenario.push('crash/two', 'pushed', newImage('pushed'));
  const finished = await scenario.client.finishUpload(location, late.digest, late.bytes.subarray(half));
  assert.equal(finished.status, 201, describeAnswer(finished));
  await scenario.checkBlob('crash/two', late.digest, late.bytes);
  await scenario.check([base, other, shared, pushed]);
  scenario.passTime();
  await scenario.collectGarbage();
  await scenario.check([base, other, shared, pushed]);
  await scenario.moveProject('crash', 'second');
  return [base, other, shared, pushed];
};

/** Kills a promotion to another store: all of it is there or nothing, and the same request makes it. */
const promote: Story = async (scenario, failpoint, base) => {
  const there = await scenario.push('prod/other', 'there', newImage('there'));
  await scenario.moveProject('prod', 'second');
  const image = await scenario.push('crash/two', 'v1', newImage('promoted'));
  const headers = { authorization: await scenario.administrator(), 'content-type': 'application/json' };
  const wanted = JSON.stringify({ from: { repository: 'crash/two', tag: 'v1' }, to: { repository: 'prod/app' } });
  const ask = () => scenario.client.send('POST', '/api/v1/promotions', { headers, body: Buffer.from(wanted) });
  await scenario.dieAt(failpoint, ask);
  const byTag = await scenario.client.getManifest('prod/app', 'v1');
  const byDigest = await scenario.client.getManifest('prod/app', image.manifest.digest);
  const isThere = failpoint === 'promotion.committed' ? 200 : 404;
  assert.deepEqual([byTag.status, byDigest.status], [isThere, isThere]);
  const again = await ask();
  assert.equal(again.status, 201, describeAnswer(again));
  return [base, there, image, { ...image, repository: 'prod/app' }];
};

/** Kills a run of a policy in the middle of its second batch: the job goes on, and what remains is what the policy keeps. */
const retain: Story = async (scenario, failpoint, base) => {
  const headers = { authorization: await scenario.administrator(), 'content-type': 'application/json' };
  const call = (method: string, path: string, body?: unknown) =>
    scenario.client.send(method, `/api/v1/projects/kept${path}`, {
      headers,
      ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)) }),
    });
  const child = await scenario.push('kept/app', 'child', newImage('child of an index that stays'));
  const kept = await scenario.push('kept/app', 'keep', indexOf([child.manifest], 'an index that stays'));
  for (let number = 0; number < 40; number += 1) {
    await scenario.client.putManifest('kept/app', `old-${number}`, indexOf([], `that goes ${number}`));
  }
  const keep = { repositories: '**', include: ['keep'], exclude: [], keep: { kind: 'all' } };
  assert.equal((await call('PUT', '/retention', { rules: [keep], schedule: 'off' })).status, 200);
  await scenario.dieBehind(`${failpoint}:2`, () => call('POST', '/retention/runs', {}));
  const runs = async () => JSON.parse((await call('GET', '/retention/runs')).body.toString()).items as { outcome?: string }[];
  let seen = await runs();
  while (seen[0]?.outcome !== 'done') seen = await runs();
  assert.deepEqual(
    seen.map(({ outcome }) => outcome),
    ['done', 'failed'],
    'the one that died says so',
  );
  const tags = await scenario.client.send('GET', '/v2/kept/app/tags/list');
  assert.deepEqual(JSON.parse(tags.body.toString()).tags, ['keep']);
  for (let number = 0; number < 40; number += 1) {
    const gone = await scenario.client.getManifest('kept/app', indexOf([], `that goes ${number}`).digest);
    assert.equal(gone.status, 404, `manifest ${number} stayed`);
  }
  const byDigest = await scenario.client.getManifest('kept/app', child.manifest.digest);
  assert.equal(byDigest.status, 200, 'the index needs it');
  return [base, kept];
};

/** Kills the removal of a deleted project: the job goes on, and its name is free for another one meanwhile. */
const deleteProject: Story = async (scenario, failpoint, base) => {
  const headers = { authorization: await scenario.administrator() };
  const ask = (method: string, path: string) => scenario.client.send(method, `/api/v1${path}`, { headers });
  const shared = newImage('shared');
  await scenario.push('gone/app', 'shared', shared);
  for (const tag of ['a', 'b']) await scenario.push('gone/app', tag, newImage(tag));
  await scenario.dieBehind(`${failpoint}:3`, () => ask('DELETE', '/projects/gone?force=true'));
  const again = await scenario.push('gone/app', 'shared', shared);
  const isDone = async () => {
    const { items } = JSON.parse((await ask('GET', '/jobs')).body.toString()) as { items: { name: string; state: string }[] };
    return items.find(({ name }) => name === 'remove-deleted')?.state === 'done';
  };
  while (!(await isDone()));
  const tags = await scenario.client.send('GET', '/v2/gone/app/tags/list');
  assert.deepEqual(JSON.parse(tags.body.toString()).tags, ['shared']);
  return [base, again];
};

const stories: Record<Failpoint, Story> = {
  'upload.started': pushBlob,
  'upload.chunk.written': pushBlob,
  'upload.chunk.checkpointed': pushBlob,
  'upload.chunk.advanced': pushBlob,
  'upload.claimed': continueUpload,
  'upload.resumed': continueUpload,
  'blob.synced': pushBlob,
  'blob.renamed': pushBlob,
  'blob.placed': pushBlob,
  'blob.in-transaction': pushBlob,
  'blob.committed': pushBlob,
  'manifest.before-transaction': pushManifest,
  'manifest.in-transaction': pushManifest,
  'manifest.committed': pushManifest,
  'tag.delete.in-transaction': deleteTag,
  'tag.deleted': deleteTag,
  'manifest.delete.in-transaction': deleteManifest,
  'manifest.deleted': deleteManifest,
  'blob.delete.in-transaction': deleteBlob,
  'copy.stored': moveProject,
  'move.begun': moveProject,
  'move.placed': moveProject,
  'move.copied': moveProject,
  'move.finished': moveProject,
  'promotion.placed': promote,
  'promotion.in-transaction': promote,
  'promotion.committed': promote,
  'retention.tags.removed': retain,
  'retention.manifests.removed': retain,
  'deletion.batch.removed': deleteProject,
  'gc.manifests.removed': collect,
  'gc.links.removed': collect,
  'gc.condemned': collect,
  'gc.bytes-deleted': collect,
  'gc.forgotten': collect,
  'gc.upload.removed': collect,
  'gc.orphan.deleted': collect,
};

describe('a process that dies', { concurrency: 2 }, () => {
  for (const failpoint of failpoints) {
    test(`at ${failpoint} loses nothing acknowledged, shows nothing half, and leaks nothing`, { timeout: 600_000 }, async (t) => {
      const scenario = new CrashScenario(await scratchDirectory(t));
      atEnd(t, async () => {
        scenario.client.close();
        await scenario.kill();
      });
      await scenario.start();
      const base = await scenario.push('crash/one', 'base', newImage('base'));
      const acknowledged = await stories[failpoint](scenario, failpoint, base);
      await scenario.check(acknowledged);
      await scenario.checkNothingLeaks(acknowledged);
    });
  }
});
