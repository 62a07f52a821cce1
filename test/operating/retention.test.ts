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
/** From the start of the second server to the next round of what runs every ten minutes: time to be up, and to get what is pushed late. */
const leadMs = 5 * 60_000;

const directory = await mkdtemp(join(tmpdir(), 'longshore-retention-'));
const data = join(directory, 'data');
const clock = new WrongClock(join(directory, 'clock'));
let server: ServerProcess;
let authorization: string;
const client = new RegistryClient(() => server.baseUrl);
let env: Record<string, string> = {};
let round = 0;

/** What the second server, and the commands beside it, take for the time. */
const letClockBe = (at: number) => clock.set(Math.round((at - Date.now()) / 1000));

async function start(): Promise<void> {
  server = await startServer({ data, env });
}

async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const command = startCommand(args, { data, env });
  const { code } = await command.ended;
  return { code, output: command.output() };
}

async function call(method: string, path: string, body?: unknown, more: Record<string, string> = {}) {
  const answer = await client.send(method, `/api/v1${path}`, {
    headers: { authorization, ...more, ...(body !== undefined && { 'content-type': 'application/json' }) },
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
  for (const repository of ['team/one', 'team/two', 'other/app'])
    for (const tag of ['a', 'b']) await push(repository, tag, newImage(repository + tag));
  await call('POST', '/promotions', { from: { repository: 'tmp/app', tag: 'promoted' }, to: { repository: 'prod/app' } });
  await call('PUT', '/projects/nightly/retention', {
    rules: [{ repositories: '**', include: ['*'], exclude: [], keep: { kind: 'newest', count: 1 } }],
    schedule: '*/10 * * * *',
  });
  await server.stop();
  // Three days and an hour later, before the minute in which it all comes round.
  round = Math.ceil((Date.now() + 73 * hourMs) / tenMinutesMs) * tenMinutesMs;
  await letClockBe(round - leadMs);
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

test('what nothing needs leaves a temporary project 72 hours after its last push', { timeout: 600_000 }, async () => {
  // Late, but in time.
  for (const [tag, manifest] of [
    ['renewed', images.renewed],
    ['index', index],
  ] as const)
    await push('tmp/app', tag, manifest);
  const warned = await client.send('GET', '/v2/tmp/app/manifests/renewed');
  const [, at = ''] = /goes at (\S+), 72 hours after its last push/.exec(String(warned.headers['warning'])) ?? [];
  const fakeNow = Date.parse(String(warned.headers['date']));
  assert.ok(Math.abs(Date.parse(at) - 72 * hourMs - fakeNow) < 60_000, String(warned.headers['warning']));
  const again = await client.putManifest('tmp/app', 'renewed', images.renewed);
  assert.match(String(again.headers['warning']), /is temporary/);
  assert.equal((await client.send('GET', '/v2/nightly/app/manifests/latest')).headers['warning'], undefined);
  await letClockBe(round);
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

test('a policy runs when its time comes', { timeout: 600_000 }, async () => {
  const { kind, outcome, requestedBy, tagsRemoved } = await endedRun('nightly');
  assert.deepEqual([kind, outcome, requestedBy, tagsRemoved], ['policy', 'done', 'system:schedule', 2]);
  assert.deepEqual(await tagsOf('nightly/app'), ['latest']);
  const { nextRunAt } = await call('GET', '/projects/nightly/retention');
  assert.ok(Date.parse(nextRunAt) > Date.now() + 72 * hourMs, 'and again');
});

test('a policy that would leave nothing removes nothing, unless it is allowed to', { timeout: 600_000 }, async () => {
  await push('empty/app', 'only', newImage('only'));
  const terms = { rules: [{ repositories: '**', include: ['release-*'], exclude: [], keep: { kind: 'all' } }], schedule: 'off' };
  await call('PUT', '/projects/empty/retention', terms);
  await call('POST', '/projects/empty/retention/runs', {});
  const { outcome, message } = await endedRun('empty');
  assert.equal(outcome, 'refused');
  assert.match(String(message), /set allowEmpty/);
  assert.deepEqual(await tagsOf('empty/app'), ['only']);
  await call('PUT', '/projects/empty/retention', { ...terms, allowEmpty: true }, { 'if-match': '"1"' });
  await call('POST', '/projects/empty/retention/runs', {});
  let newest = await endedRun('empty');
  while (newest['outcome'] === 'refused') newest = await endedRun('empty');
  assert.deepEqual([newest['outcome'], newest['tagsRemoved']], ['done', 1]);
});

/** The rows of a table that a clean-up prints, by their first cell. */
const rowsOf = (output: string) =>
  new Map(
    output.split('\n').flatMap((line): [string, number[]][] => {
      const [name = '', ...cells] = line.trim().split(/\s+/);
      return cells.length >= 3 && cells.every((cell) => /^\d+$/.test(cell)) ? [[name, cells.map(Number)]] : [];
    }),
  );

test('a clean-up goes over a repository, a project and a store beside the server, and shows first what would go', {
  timeout: 600_000,
}, async () => {
  await push('team/one', 'new', newImage('new'));
  const dry = await run('cleanup', '--repo', 'team/one', '--days', '2', '--dry-run');
  assert.equal(dry.code, 0, dry.output);
  assert.match(dry.output, /^repository 'team\/one'/m);
  const [kept, removed, manifests, bytes = 0] = rowsOf(dry.output).get('total') ?? [];
  assert.deepEqual([kept, removed, manifests, bytes > 10], [1, 2, 2, true], dry.output);
  assert.deepEqual(await tagsOf('team/one'), ['a', 'b', 'new'], 'a dry run removes nothing');

  const one = await run('cleanup', '--repo', 'team/one', '--days', '2', '--yes');
  assert.match(one.output, /removed: 2 tags, 2 manifests/);
  assert.deepEqual([await tagsOf('team/one'), await tagsOf('team/two')], [['new'], ['a', 'b']]);

  const project = await run('cleanup', '--repo', 'team', '--days', '2', '--yes');
  assert.match(project.output, /^project 'team'/m);
  assert.deepEqual(rowsOf(project.output).get('team/two'), [0, 2, 2], project.output);
  assert.equal(rowsOf(project.output).has('team/one'), false, 'which loses nothing');
  assert.deepEqual([await tagsOf('team/one'), await tagsOf('team/two'), await tagsOf('other/app')], [['new'], [], ['a', 'b']]);

  const store = await run('cleanup', '--repo', 'default', '--days', '2', '--yes');
  assert.match(store.output, /^store 'default'/m);
  assert.deepEqual(rowsOf(store.output).get('other/app'), [0, 2, 2], store.output);
  assert.deepEqual(
    [await tagsOf('team/one'), await tagsOf('other/app'), await tagsOf('tmp/app')],
    [['new'], [], ['index', 'leased', 'renewed']],
  );
  assert.match((await run('cleanup', '--repo', 'default', '--days', '2', '--yes')).output, /total +\d+ +0 +0 +0/, 'nothing is left to do');
});

test('what a clean-up cannot do it says with what to do instead', { timeout: 600_000 }, async () => {
  const says = async (pattern: RegExp, ...args: string[]) => {
    const { code, output } = await run('cleanup', ...args);
    assert.equal(code, 2, output);
    assert.match(output, pattern);
  };
  await Promise.all([
    says(/--repo NAME/, '--days', '3'),
    says(/--days N/, '--repo', 'team'),
    says(/from 0 to 36500, not 'soon'/, '--repo', 'team', '--days', 'soon'),
    says(/no store, project or repository 'nobody'/, '--repo', 'nobody', '--days', '3'),
    says(/the name goes with --repo/, 'team', '--days', '3'),
    says(/--yes to remove this, or --dry-run/, '--repo', 'team', '--days', '0'),
  ]);
  const help = await run('cleanup', '--help');
  assert.match(help.output, /longshore cleanup --repo team\/app --days 30 --dry-run/);
});
