import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { requireDigest } from '@longshore/oci';
import { openSqliteMetadata } from '../../packages/server/src/metadata/sqlite/sqlite-metadata.ts';
import { newImage } from '../crash/crash-scenario.ts';
import { indexOf, type Manifest } from '../crash/image.ts';
import { type Answer, describeAnswer, RegistryClient } from '../crash/registry-client.ts';
import { type ServerProcess, startCommand, startServer } from '../crash/server-process.ts';
import { WrongClock } from '../tools/wrong-clock.ts';

const hourMs = 60 * 60_000;
const tenMinutesMs = 10 * 60_000;
/** From the start of the second server to the next round of what runs every ten minutes: it has to be up, and get what is pushed late. */
const leadMs = 12_000;

const directory = await mkdtemp(join(tmpdir(), 'longshore-retention-'));
const data = join(directory, 'data');
const clock = new WrongClock(join(directory, 'clock'));
let server: ServerProcess;
let authorization: string;
const client = new RegistryClient(() => server.baseUrl);
let env: Record<string, string> = {};

async function start(): Promise<void> {
  server = await startServer({ data, env });
}

async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const command = startCommand(args, { data, env });
  const { code } = await command.ended;
  return { code, output: command.output() };
}

async function call(method: string, path: string, body?: unknown) {
  const answer = await client.send(method, `/api/v1${path}`, {
    headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)) }),
  });
  assert.ok(answer.status < 300, describeAnswer(answer));
  return answer.body.length === 0 ? undefined : JSON.parse(answer.body.toString());
}

async function push(repository: string, tag: string, manifest: Manifest): Promise<Answer> {
  for (const { bytes, digest } of manifest.blobs) {
    const answer = await client.pushBlob(repository, bytes, 'post-put', digest.startsWith('sha512') ? 'sha512' : 'sha256');
    assert.equal(answer.status, 201, describeAnswer(answer));
  }
  const answer = await client.putManifest(repository, tag, manifest);
  assert.equal(answer.status, 201, describeAnswer(answer));
  return answer;
}

async function tagsOf(repository: string): Promise<string[]> {
  const answer = await client.send('GET', `/v2/${repository}/tags/list`);
  return JSON.parse(answer.body.toString()).tags;
}

const statusOf = async (repository: string, { digest }: Manifest) => (await client.getManifest(repository, digest)).status;

const images = {
  old: newImage('old'),
  leased: newImage('leased'),
  renewed: newImage('renewed'),
  child: newImage('child'),
  promoted: newImage('promoted'),
};
const signature = newImage('signature', images.renewed);
const staleSignature = newImage('stale signature', images.old);
const index = indexOf([images.child], 'index');

before(async () => {
  await start();
  const token = await run('token', 'create', 'admin', '--name', 'test');
  authorization = `Basic ${Buffer.from(`admin:${token.output.trim()}`).toString('base64')}`;
  await call('POST', '/projects', { name: 'tmp', expireAfterHours: 72 });
  await call('POST', '/projects', { name: 'prod' });
  await call('POST', '/projects', { name: 'nightly' });
  for (const tag of ['old', 'leased', 'renewed', 'child', 'promoted'] as const) await push('tmp/app', tag, images[tag]);
  for (const [tag, manifest] of [
    ['signature', signature],
    ['stale', staleSignature],
    ['index', index],
    ['second', images.renewed],
  ] as const) {
    await push('tmp/app', tag, manifest);
  }
  for (const tag of ['1.0', '1.1', 'latest']) await push('nightly/app', tag, newImage(tag));
  for (const tag of ['a', 'b']) for (const repository of ['team/one', 'team/two']) await push(repository, tag, newImage(repository + tag));
  await call('POST', '/promotions', { from: { repository: 'tmp/app', tag: 'promoted' }, to: { repository: 'prod/app' } });
  await call('PUT', '/projects/nightly/retention', {
    rules: [{ repositories: '**', include: ['*'], exclude: [], keep: { kind: 'newest', count: 1 } }],
    schedule: '*/10 * * * *',
  });
  await server.stop();
  // Three days and an hour later, shortly before the minute in which it all comes round.
  const round = Math.ceil((Date.now() + 73 * hourMs) / tenMinutesMs) * tenMinutesMs;
  await clock.set(Math.round((round - leadMs - Date.now()) / 1000));
  env = clock.env;
  const beside = await openSqliteMetadata({ path: join(data, 'longshore.db'), durability: 'full' });
  await beside.leaseContent({ holder: 'pod/web', digest: requireDigest(images.leased.digest), expiresAt: round + hourMs });
  await beside.close();
  await start();
});

after(async () => {
  client.close();
  await server.kill();
  await rm(directory, { recursive: true, force: true });
});

/** The newest run of a project, once there is one that has ended. */
async function endedRun(project: string): Promise<Record<string, unknown>> {
  for (;;) {
    const [newest] = (await call('GET', `/projects/${project}/retention/runs`)).items;
    if (newest?.outcome !== undefined) return newest;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('what nothing needs leaves a temporary project 72 hours after its last push', { timeout: 60_000 }, async () => {
  // Late, but in time.
  for (const [tag, manifest] of [
    ['renewed', images.renewed],
    ['index', index],
  ] as const)
    await push('tmp/app', tag, manifest);
  const { kind, outcome, requestedBy } = await endedRun('tmp');
  assert.deepEqual([kind, outcome, requestedBy], ['expiry', 'done', 'system:expiry']);
  assert.deepEqual(await tagsOf('tmp/app'), ['index', 'leased', 'renewed']);
  const left = { leased: images.leased, renewed: images.renewed, 'child of an index': images.child, signature };
  for (const [what, manifest] of Object.entries(left)) assert.equal(await statusOf('tmp/app', manifest), 200, what);
  for (const [what, manifest] of Object.entries({ old: images.old, 'of the old': staleSignature })) {
    assert.equal(await statusOf('tmp/app', manifest), 404, what);
  }
  assert.equal(await statusOf('prod/app', images.promoted), 200);
});

test('a policy runs when its time comes', { timeout: 60_000 }, async () => {
  const { kind, outcome, requestedBy, tagsRemoved } = await endedRun('nightly');
  assert.deepEqual([kind, outcome, requestedBy, tagsRemoved], ['policy', 'done', 'system:schedule', 2]);
  assert.deepEqual(await tagsOf('nightly/app'), ['latest']);
  const { nextRunAt } = await call('GET', '/projects/nightly/retention');
  assert.ok(Date.parse(nextRunAt) > Date.now() + 72 * hourMs, 'and again');
});
