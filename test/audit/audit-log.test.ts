import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createAccessToken } from '../../packages/server/src/identity/accounts.ts';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { StorageError } from '../../packages/server/src/registry/ports/blob-store.ts';
import { basicAuthorization, startRegistry } from '../protocol/registry-fixture.ts';
import { imageOf, pushImage, putManifest } from '../protocol/sample-content.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const { client, metadata } = registry;
const alice = await registry.addUser('alice', { team: 'writer' });
const eve = await registry.addUser('eve', { other: 'reader' });
const root = await registry.addUser('root');
await metadata.updateUser({ id: root.user.id, administrator: true, at: Date.now() });
const place = { client, repository: 'team/app', authorization: alice.basic };

interface Shown {
  readonly id: string;
  readonly actor: string;
  readonly credential: string;
  readonly address: string;
  readonly requestId: string;
  readonly action: string;
  readonly resource: { readonly kind: string; readonly name: string };
  readonly outcome: string;
  readonly reason: string;
  readonly count: number;
}

async function search(query: string, path = '/api/v1/audit', authorization = root.basic): Promise<{ items: Shown[]; next?: string }> {
  const answer = await client.send('GET', `${path}?${query}`, { authorization });
  assert.equal(answer.status, 200, answer.body.toString());
  return JSON.parse(answer.body.toString());
}

test('a push is found by who did it, with what, from where and why', async () => {
  const { digest } = await pushImage(place, 'v1');
  const { items } = await search('action=tag.created');
  const [entry] = items;
  assert.equal(items.length, 1);
  assert.equal(entry?.actor, `user:${alice.user.id}:alice`);
  assert.deepEqual(
    [entry?.credential, entry?.address, entry?.resource],
    ['password', '127.0.0.1', { kind: 'repository', name: 'team/app' }],
  );
  assert.match(entry?.reason ?? '', /writer/);
  const own = await search('resource=team/app', '/api/v1/projects/team/audit');
  assert.ok(own.items.some(({ action }) => action === 'manifest.pushed'));
  assert.ok(digest.startsWith('sha256:'));
});

test('a refusal is in the log before its answer, under the request of the answer; repeats are counted, others are not swallowed', async () => {
  const refused = await Promise.all([1, 2, 3, 4].map(() => putManifest({ ...place, authorization: eve.basic }, 'x', imageOf([]))));
  assert.deepEqual(
    refused.map(({ status }) => status),
    [403, 403, 403, 403],
  );
  const { items } = await search(`outcome=denied&actor=user:${eve.user.id}:eve`);
  assert.equal(items.length, 1);
  assert.ok(refused.some(({ headers }) => headers['x-request-id'] === items[0]?.requestId));
  assert.equal((await client.send('GET', '/api/v1/audit', { authorization: eve.basic })).status, 403);
  const other = await search(`outcome=denied&action=listAudit`);
  assert.equal(other.items.length, 1);
});

test('who asks to promote what he may not see is in the log, though he hears that it is not there', async () => {
  const body = JSON.stringify({ from: { repository: 'team/app', tag: 'v1' }, to: { repository: 'other/app' } });
  const headers = { 'content-type': 'application/json' };
  const answer = await client.send('POST', '/api/v1/promotions', { authorization: eve.basic, headers, body });
  assert.equal(answer.status, 404);
  const { items } = await search('outcome=denied&action=createPromotion');
  assert.deepEqual([items[0]?.requestId, items[0]?.actor], [answer.headers['x-request-id'], `user:${eve.user.id}:eve`]);
  assert.match(items[0]?.reason ?? '', /team\/app/);
});

test('a refused login is in the log, without the name or the password that was given', async () => {
  const authorization = basicAuthorization('hunter2-as-a-name', 'hunter2');
  for (const path of ['/v2/', '/auth/token', '/api/v1/me']) assert.equal((await client.send('GET', path, { authorization })).status, 401);
  const { items } = await search('action=login');
  assert.deepEqual(
    items.map(({ actor, credential, outcome }) => [actor, credential, outcome]),
    [['anonymous', 'refused', 'denied']],
  );
});

test('no secret of any credential is in the database or its log', async () => {
  const { token: pat } = await createAccessToken(metadata, alice.user, { name: 'ci', ttlMs: 60_000, now: Date.now() });
  await client.send('GET', '/v2/', { authorization: basicAuthorization('alice', pat) });
  const bearer = await client.send('GET', '/auth/token?scope=repository:team/app:pull', { authorization: alice.basic });
  const jwt = String(JSON.parse(bearer.body.toString())['token']);
  assert.equal((await client.send('GET', '/v2/team/app/manifests/v1', { authorization: `Bearer ${jwt}` })).status, 200);
  assert.equal((await client.send('GET', '/v2/', { authorization: `Bearer ${jwt}x` })).status, 401);
  const files = (await readdir(registry.data, { recursive: true })).filter((name) => /\.(db|sqlite)(-wal)?$/.test(name));
  const content = Buffer.concat(await Promise.all(files.map((name) => readFile(join(registry.data, name))))).toString('latin1');
  assert.ok(content.includes('team/app'), 'this is the database');
  for (const marked of [alice.password, 'hunter2', pat, jwt, jwt.split('.')[2] ?? '']) {
    assert.ok(!content.includes(marked), `found in the database: ${marked.slice(0, 9)}...`);
  }
});

test('pages and exports give every entry once', async () => {
  const entries = Array.from({ length: 1200 }, (_, count) => ({
    at: 1_600_000_000_000 + count,
    by: systemAgent('test'),
    action: '=1+1',
    resource: { kind: 'registry', name: '' },
    project: undefined,
    outcome: 'allowed' as const,
    count: 1,
    detail: {},
  }));
  await metadata.appendAudit({ entries });
  const ids = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page: { items: Shown[]; next?: string } = await search(`action=%3D1%2B1&limit=200${cursor && `&cursor=${cursor}`}`);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  }
  assert.equal(new Set(ids).size, 1200);
  const lines = await client.send('GET', '/api/v1/audit/export/jsonl?action=%3D1%2B1', { authorization: root.basic });
  assert.equal(lines.headers['content-type'], 'application/jsonl');
  assert.deepEqual(
    lines.body
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id),
    ids,
  );
  const csv = await client.send('GET', '/api/v1/audit/export/csv?action=%3D1%2B1', { authorization: root.basic });
  const rows = csv.body.toString().trim().split('\r\n');
  assert.equal(rows.length, 1201);
  assert.match(rows[1] ?? '', /,"'=1\+1",/);
});

test('what was pulled is written when the server ends, counted by subject and repository', async (t) => {
  const own = await startRegistry({ flags: ['--anonymous', 'pull'], data: join(registry.data, 'reads') });
  t.after(() => own.stop());
  const bob = await own.addUser('bob', { team: 'writer' });
  const { digest } = await pushImage({ client: own.client, repository: 'team/app', authorization: bob.basic }, 'v1');
  for (let count = 0; count < 5; count += 1) await own.client.send('GET', '/v2/team/app/manifests/v1');
  await own.client.send('GET', `/v2/team/app/manifests/${digest}`, { authorization: bob.basic });
  // As containerd resolves a tag, and as the console shows one.
  await own.client.send('HEAD', '/v2/team/app/manifests/v1', { authorization: bob.basic });
  assert.equal((await own.client.send('GET', '/api/v1/repositories/team%2Fapp/tags', { authorization: bob.basic })).status, 200);
  await own.stop();
  const again = await startRegistry({ data: join(registry.data, 'reads'), flags: [] });
  t.after(() => again.stop());
  const { items } = await again.metadata.listAudit({ action: 'pull' }, { limit: 9, after: undefined });
  assert.deepEqual(
    items.map(({ actor, count, resource }) => [actor, count, resource.name]).sort(),
    [
      [`user:${bob.user.id}:bob`, 1, 'team/app'],
      ['anonymous', 5, 'team/app'],
    ].sort(),
  );
  assert.ok(Number(items.find(({ actor }) => actor === 'anonymous')?.detail['bytes']) > 0);
  const looked = (await again.metadata.listAudit({ action: 'look-up' }, { limit: 9, after: undefined })).items;
  assert.deepEqual(
    looked.map(({ actor, detail: { roles: _, ...figures } }) => [actor, figures]),
    [[`user:${bob.user.id}:bob`, { manifests: 1, blobs: 0, lists: 1 }]],
  );
});

test('somebody who asks for made-up names again and again fills no log, and hides nobody else', async () => {
  // Its first minute: at the end of each, what was counted is written, and more is taken.
  await using fresh = await startRegistry({ flags: [] });
  const { metadata } = fresh;
  const { basic: authorization } = await fresh.addUser('eve');
  const refused = async (count: number) => {
    const place = { client: fresh.client, repository: `made-up-${count}/app`, authorization };
    const { status } = await putManifest(place, 'x', imageOf([]));
    assert.equal(status, 403);
  };
  for (let count = 0; count < 800; ) await Promise.all(Array.from({ length: 40 }, () => refused(count++)));
  const found = await metadata.listAudit({ outcome: 'denied' }, { limit: 1000, after: undefined });
  assert.ok(found.items.length <= 510, `${found.items.length} entries`);
  const [rest] = found.items.filter(({ actor }) => actor === 'various');
  assert.deepEqual([rest?.address, rest?.reason], ['127.0.0.1', 'too many different denials']);
});

test('what cannot be written down is refused all the same, and answered 503: nobody is denied anything without an entry', async (t) => {
  const write = metadata.appendAudit;
  const away = () => Promise.reject(new StorageError('unreachable', 'the database is away'));
  Object.assign(metadata, { appendAudit: away });
  t.after(() => Object.assign(metadata, { appendAudit: write }));
  const bob = await registry.addUser('bob');
  const before = (await metadata.listAudit({}, { limit: 1, after: undefined })).items[0]?.id;
  for (const [method, path, authorization] of [
    ['DELETE', '/v2/team/app/manifests/v1', bob.basic],
    ['GET', '/api/v1/audit', bob.basic],
    ['GET', '/v2/', basicAuthorization('bob', 'wrong')],
    ['GET', '/auth/token', basicAuthorization('alice', 'wrong')],
    ['GET', '/api/v1/me', basicAuthorization('root', 'wrong')],
  ] as const) {
    const answer = await client.send(method, path, { authorization });
    assert.equal(answer.status, 503, `${method} ${path}: ${answer.body}`);
  }
  assert.equal((await metadata.listAudit({}, { limit: 1, after: undefined })).items[0]?.id, before);
  assert.equal((await client.send('GET', '/v2/team/app/manifests/v1', { authorization: alice.basic })).status, 200, 'who may is served');
  const { body } = await client.send('GET', '/metrics');
  assert.match(String(body), /^registry_audit_lost_total 5$/m);
});
