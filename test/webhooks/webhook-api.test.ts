import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { type Longshore, startLongshore } from '../tools/longshore.ts';

const dataDir = await mkdtemp(join(tmpdir(), 'longshore-webhooks-'));
const adminPassword = 'a password for a test';
const args = ['--outgoing-allow', '127.0.0.1', '--outgoing-ports', '1-65535', '--webhooks-timeout-seconds', '60'];
const start = () => startLongshore({ dataDir, adminPassword, args });
let server: Longshore = await start();

/** What came, in the order in which it came; `answer` says what the next is answered. */
const got: { id: string; type: string; repository: string | undefined; token: string | undefined }[] = [];
let answer = (): number | undefined => 200;
let arrived = (): void => undefined;
const receiver = createServer(async (request, response) => {
  const { id, type, data } = JSON.parse(Buffer.concat(await request.toArray()).toString());
  got.push({ id, type, repository: data.repository, token: request.headers['x-token'] as string | undefined });
  const status = answer();
  if (status !== undefined) response.writeHead(status).end();
  arrived();
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
after(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`admin:${adminPassword}`).toString('base64')}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, etag: response.headers.get('etag') ?? '', location: response.headers.get('location') ?? '', text };
}

/** Pushes an index without manifests under a tag. */
async function push(repository: string, tag: string): Promise<void> {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const body = { schemaVersion: 2, mediaType, manifests: [], annotations: { tag } };
  const { status, text } = await call('PUT', `/v2/${repository}/manifests/${tag}`, body, { 'content-type': mediaType });
  assert.equal(status, 201, text);
}

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) {
    await new Promise<void>((resolve) => {
      arrived = resolve;
    });
  }
}

const create = async (path: string, change: object = {}): Promise<{ path: string; etag: string }> => {
  const made = await call('POST', path, { name: 'ci', url, events: ['tag.created'], ...change });
  assert.equal(made.status, 201, made.text);
  return { path: made.location, etag: made.etag };
};

/** What the dead server had taken on is somebody else's after that time: as if it had passed. */
function letTimePass(ms: number): void {
  const db = new DatabaseSync(join(dataDir, 'longshore.db'));
  db.exec(`update webhook_lanes set held_until = held_until - ${ms} where held_until > 0`);
  db.close();
}

test('a webhook of a project hears of its own repositories, by its filters, and shows no secret', async () => {
  for (const repository of ['team/app', 'other/app']) await push(repository, 'first');
  const secrets = { secret: 'a secret of enough length', headers: { 'X-Token': 'header-secret' } };
  const { path } = await create('/api/v1/projects/team/webhooks', { ...secrets, tags: 'v*' });
  assert.match(path, /^\/api\/v1\/projects\/team\/webhooks\/\d+$/);
  for (const [repository, tag] of [
    ['other/app', 'v1'],
    ['team/app', 'latest'],
    ['team/app', 'v1'],
  ] as const)
    await push(repository, tag);
  await until(() => got.length > 0);
  assert.deepEqual(
    got.map(({ type, repository, token }) => [type, repository, token]),
    [['dev.longshore.tag.created', 'team/app', 'header-secret']],
  );
  const shown = await call('GET', path);
  const list = await call('GET', '/api/v1/projects/team/webhooks');
  for (const { text } of [shown, list]) assert.doesNotMatch(text, /enough length|header-secret|sealed/);
  assert.deepEqual(JSON.parse(shown.text).headers, ['X-Token']);
  for (const foreign of [path.replace('/team/', '/other/'), path.replace('/projects/team', '')])
    assert.equal((await call('GET', foreign)).status, 404);
  assert.equal((await call('DELETE', path)).status, 204);
});

test('CVE-2020-13788: an address inside is refused when it is given', async () => {
  for (const inside of [
    'http://127.0.0.2/',
    'http://169.254.169.254/latest',
    'http://[::ffff:10.0.0.1]/',
    'http://0x7f000002/',
    'https://u:p@hooks.example/',
  ]) {
    const refused = await call('POST', '/api/v1/webhooks', { name: 'x', url: inside });
    assert.equal(refused.status, 400, inside);
    assert.equal(JSON.parse(refused.text).errors[0].pointer, '/url');
  }
  assert.equal((await call('POST', '/api/v1/webhooks', { name: 'x', url, headers: { Host: 'other' } })).status, 400);
});

test('harbor#23463: a new host needs the secrets again; another path of the same host does not', async () => {
  const { path, etag } = await create('/api/v1/webhooks', {
    secret: 'a secret of enough length',
    headers: { Authorization: 'Bearer abc' },
  });
  const change = (body: object, version = etag) => call('PATCH', path, body, { 'if-match': version });
  const moved = { url: 'https://hooks.example/' };
  for (const body of [moved, { ...moved, secret: 'another secret of length' }, { ...moved, headers: { authorization: 'x' } }]) {
    const refused = await change(body);
    assert.equal(refused.status, 400, refused.text);
  }
  assert.equal((await change({ url: `${url}/other` })).status, 200);
  assert.equal((await change({ name: 'late' })).status, 412);
  assert.equal((await call('PATCH', path, { name: 'x' })).status, 428);
  const rotated = await change({ secret: 'the next secret of length' }, '"2"');
  assert.equal(typeof JSON.parse(rotated.text).previousSecretUntil, 'string');
  const given = await change({ ...moved, secret: null, headers: { authorization: null } }, '"3"');
  assert.equal(given.status, 200, given.text);
  assert.deepEqual([JSON.parse(given.text).hasSecret, JSON.parse(given.text).headers], [false, []]);
  assert.equal((await call('DELETE', path)).status, 204);
});

test('test and replay: a ping, and the same event once more, with their log', async () => {
  const { path } = await create('/api/v1/webhooks');
  const before = got.length;
  const pinged = JSON.parse((await call('POST', `${path}/test`)).text);
  await until(() => got.length > before);
  assert.equal(got.at(-1)?.type, 'dev.longshore.ping');
  const again = await call('POST', `${path}/deliveries/${pinged.id}/replay`);
  assert.equal(again.status, 202, again.text);
  await until(() => got.length > before + 1);
  assert.equal(got.at(-1)?.id, got.at(-2)?.id);
  let log: { state: string; log: { status: number }[] };
  do log = JSON.parse((await call('GET', `${path}/deliveries/${JSON.parse(again.text).id}`)).text);
  while (log.state === 'pending');
  assert.deepEqual([log.state, log.log.map(({ status }) => status)], ['delivered', [200]]);
  const list = JSON.parse((await call('GET', `${path}/deliveries?state=delivered&limit=1`)).text);
  assert.equal(list.items.length, 1);
  const rest = JSON.parse((await call('GET', `${path}/deliveries?state=delivered&limit=1&cursor=${list.next}`)).text);
  assert.deepEqual([list.items[0].replayOf, rest.items[0].id], [pinged.id, pinged.id]);
  await call('DELETE', path);
});

test('a server that is killed in the middle of deliveries loses none; what comes twice has the same id', async () => {
  const { path } = await create('/api/v1/webhooks', { repositories: 'killed/**' });
  const before = got.length;
  answer = () => undefined;
  const tags = Array.from({ length: 12 }, (_, index) => `t${index}`);
  for (const tag of tags) await push('killed/app', tag);
  await until(() => got.length > before);
  const noted = async () => JSON.parse((await call('GET', `${path}/deliveries`)).text).items.length;
  while ((await noted()) < tags.length);
  server.kill('SIGKILL');
  await server.exited;
  letTimePass(75_000);
  answer = () => 200;
  server = await start();
  const ids = () => new Set(got.slice(before).map(({ id }) => id));
  const marks = (): number => ids().size;
  await until(() => marks() >= tags.length);
  assert.equal(marks(), tags.length);
});
