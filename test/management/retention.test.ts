import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startRegistry } from '../protocol/registry-fixture.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const { client } = registry;
const alice = await registry.addUser('alice');
const mallory = await registry.addUser('mallory');

async function call(method: string, path: string, body?: unknown, options: { authorization?: string; ifMatch?: string } = {}) {
  const answer = await client.send(method, `/api/v1${path}`, {
    authorization: options.authorization ?? alice.basic,
    ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)) }),
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(options.ifMatch !== undefined && { 'if-match': options.ifMatch }),
    },
  });
  return {
    status: answer.status,
    etag: String(answer.headers.etag),
    body: answer.body.length === 0 ? undefined : JSON.parse(answer.body.toString()),
  };
}

async function push(repository: string, tag: string, authorization = alice.basic): Promise<void> {
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [],
    annotations: { tag },
  });
  const answer = await client.send('PUT', `/v2/${repository}/manifests/${tag}`, {
    authorization,
    headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' },
    body: Buffer.from(manifest),
  });
  assert.equal(answer.status, 201, answer.body.toString());
}

const rule = { repositories: '**', include: ['*'], exclude: [], keep: { kind: 'newest', count: 1 } };

test('a policy is set, previewed, and put in the queue', async () => {
  for (const tag of ['1.0', '1.1', '1.2']) await push('alice/app', tag);
  const path = '/projects/alice/retention';
  assert.equal((await call('GET', path)).status, 404);
  const set = await call('PUT', path, { rules: [rule] });
  assert.deepEqual([set.status, set.body.version, set.body.allowEmpty], [200, 1, false]);
  assert.ok(Date.parse(set.body.nextRunAt) > Date.now(), 'every night');
  assert.equal((await call('PUT', path, { rules: [] })).status, 428);
  assert.equal((await call('PUT', path, { rules: [] }, { ifMatch: '"7"' })).status, 412);

  const preview = await call('POST', `${path}/preview?limit=2`, {});
  assert.equal(preview.status, 200, JSON.stringify(preview.body));
  const rest = await call('POST', `${path}/preview?limit=2&cursor=${preview.body.next}`, {});
  const tags = [...preview.body.items, ...rest.body.items].map(({ tag, kept }) => [tag, kept]);
  assert.deepEqual(tags, [
    ['1.0', false],
    ['1.1', false],
    ['1.2', true],
  ]);
  assert.deepEqual([preview.body.summary.tagsRemoved, preview.body.summary.tagsKept], [2, 1]);
  const other = await call('POST', `${path}/preview`, { policy: { rules: [{ ...rule, keep: { kind: 'all' } }] } });
  assert.equal(other.body.summary.tagsRemoved, 0);

  const started = await call('POST', `${path}/runs`, {});
  assert.equal(started.status, 202, JSON.stringify(started.body));
  // Nobody works on the queue of this registry: the job can be looked at, cancelled and asked for again.
  const job = `/projects/alice/jobs/${started.body.jobs[0]}`;
  assert.deepEqual((await call('POST', `${path}/runs`, {})).body.jobs, started.body.jobs, 'it waits already');
  const waiting = await call('GET', job);
  assert.deepEqual([waiting.body.name, waiting.body.state, waiting.body.project], ['retention', 'queued', 'alice']);
  assert.equal((await call('POST', `${job}/retry`, {})).status, 409);
  assert.equal((await call('POST', `${job}/cancel`, {})).body.state, 'cancelled');
  assert.equal((await call('POST', `${job}/cancel`, {})).status, 409);
  assert.equal((await call('POST', `${job}/retry`, {})).body.state, 'queued');
  assert.deepEqual((await call('GET', `${path}/runs`)).body.items, []);
  const { body: log } = await call('GET', '/projects/alice/audit?limit=200');
  const actions = log.items.flatMap(({ action }: { action: string }) => (action.startsWith('job.') ? [action] : []));
  assert.deepEqual(actions.sort(), ['job.cancelled', 'job.requested', 'job.retried']);
  assert.equal((await call('DELETE', path, undefined, { ifMatch: set.etag })).status, 204);
});

test('a preview says that nothing would be left', async () => {
  await push('alice/last', 'only');
  const none = { ...rule, keep: { kind: 'pulledWithin', days: 1 } };
  const set = await call('PUT', '/projects/alice/retention', { rules: [none], schedule: 'off' });
  assert.equal(set.body.nextRunAt, undefined);
  const preview = await call('POST', '/projects/alice/retention/preview', {});
  assert.equal(preview.body.summary.isEmptied, true);
  assert.equal((await call('DELETE', '/projects/alice/retention', undefined, { ifMatch: '*' })).status, 204);
});

test('what a policy cannot say is refused with pointers', async () => {
  const { status, body } = await call('PUT', '/projects/alice/retention', {
    rules: [{ ...rule, repositories: 'a**b', include: ['sp ace'] }],
    schedule: 'soon',
  });
  assert.deepEqual(
    [status, body.errors.map(({ pointer }: { pointer: string }) => pointer)],
    [400, ['/rules/0/repositories', '/rules/0/include/0', '/schedule']],
  );
});

test('a project is nobody else’s to clean: as if it were not there', async () => {
  const asMallory = { authorization: mallory.basic };
  assert.equal((await call('GET', '/projects/alice/retention', undefined, asMallory)).status, 404);
  const put = await call('PUT', '/projects/alice/retention', { rules: [rule] }, asMallory);
  assert.ok([403, 404].includes(put.status));
  assert.ok([403, 404].includes((await call('GET', '/projects/alice/jobs', undefined, asMallory)).status));
  assert.equal((await call('POST', '/cleanup', { name: 'alice', days: 1 }, asMallory)).status, 403);
  const { body } = await call('GET', '/projects/alice/jobs');
  await push('mallory/app', 'x', mallory.basic);
  assert.ok(body.items.length > 0);
  // Of another project: through the parent only.
  const stolen = await call('GET', `/projects/mallory/jobs/${body.items[0].id}`, undefined, asMallory);
  assert.equal(stolen.status, 404);
});

test('a clean-up is for those who may delete, not for those who only say what a project keeps', async () => {
  const curator = await registry.addUser('curator');
  const role = { name: 'curator', actions: ['list', 'pull', 'configure'] };
  assert.equal((await call('POST', '/projects/alice/roles', role)).status, 201);
  const subject = { kind: 'user', name: 'curator' };
  assert.equal((await call('POST', '/projects/alice/members', { subject, role: 'curator' })).status, 201);
  const asCurator = { authorization: curator.basic };
  assert.equal((await call('POST', '/projects/alice/cleanup', { days: 1 }, asCurator)).status, 403);
  assert.equal((await call('POST', '/projects/alice/retention/preview', {}, asCurator)).status, 200);
});

test('a clean-up is tried without removing anything, and whoever may delete in a project cleans it up', async () => {
  await push('alice/old', 'one');
  const path = '/projects/alice/cleanup';
  const dry = await call('POST', path, { repository: 'alice/old', days: 0, dryRun: true });
  assert.equal(dry.status, 200, JSON.stringify(dry.body));
  const [item, ...others] = dry.body.projects;
  assert.deepEqual([item.project, item.repository, item.summary.tagsRemoved, others], ['alice', 'alice/old', 1, []]);
  const young = await call('POST', path, { repository: 'alice/old', days: 1, dryRun: true });
  assert.equal(young.body.projects[0].summary.tagsRemoved, 0);
  const kept = await client.send('GET', '/v2/alice/old/manifests/one', { authorization: alice.basic });
  assert.equal(kept.status, 200);
  const asked = await call('POST', path, { days: 30 });
  assert.deepEqual([asked.status, asked.body.jobs.length], [202, 1]);
  assert.equal((await call('POST', path, { repository: 'mallory/app', days: 1 })).status, 404, 'of another project');
  assert.equal((await call('POST', path, { days: 1, dryRun: true }, { authorization: mallory.basic })).status, 404);
});
