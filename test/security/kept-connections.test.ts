// What is taken away counts for the next request, also over a connection on which the same was allowed a moment ago.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { jsonOf } from '../protocol/expected-answer.ts';
import { startRegistry, type TestUser } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';

const registry = await startRegistry({ flags: ['--trusted-proxies', '127.0.0.1'] });
after(() => registry.stop());
const { client, metadata } = registry;
const owner = await registry.addUser('owner', { team: 'owner' });
await pushImage({ client, repository: 'team/app', authorization: owner.basic }, '1');
const manifest = '/v2/team/app/manifests/1';

/** Statuses of the same request, asked often enough to be remembered. One after the other: over the same connection. */
async function statuses(authorization: string | undefined, path = manifest, method = 'GET'): Promise<number[]> {
  const all: number[] = [];
  for (let round = 0; round < 3; round += 1) all.push((await client.send(method, path, { authorization })).status);
  return all;
}

async function tokenOf(basic: string, actions = 'pull'): Promise<string> {
  const answer = await client.send('GET', `/auth/token?scope=repository:team/app:${actions}`, { authorization: basic });
  return `Bearer ${jsonOf<{ token: string }>(answer).token}`;
}

const setRole = ({ user }: TestUser, role: string | undefined) =>
  metadata.setProjectRole({ userId: user.id, project: 'team', role, by: systemAgent('test'), at: Date.now() });

async function change(body: object): Promise<void> {
  const headers = { 'content-type': 'application/json', 'if-match': '*', 'x-forwarded-for': '10.1.2.3' };
  const sent = { authorization: owner.basic, headers, body: JSON.stringify(body) };
  assert.equal((await client.send('PATCH', '/api/v1/projects/team', sent)).status, 200);
}

test('a role that is taken away, or less than it was', async () => {
  const member = await registry.addUser('member', { team: 'maintainer' });
  const token = await tokenOf(member.basic, 'pull,push');
  const uploads = '/v2/team/app/blobs/uploads/';
  assert.deepEqual(await statuses(token, uploads, 'POST'), [202, 202, 202]);
  assert.deepEqual(await statuses(token), [200, 200, 200]);
  await setRole(member, 'reader');
  assert.deepEqual(await statuses(token, uploads, 'POST'), [403, 403, 403]);
  assert.deepEqual(await statuses(token), [200, 200, 200]);
  await setRole(member, undefined);
  assert.deepEqual(await statuses(token), [403, 403, 403]);
  await setRole(member, 'reader');
  assert.deepEqual(await statuses(token), [200, 200, 200]);
});

test('a user who is disabled', async () => {
  const leaver = await registry.addUser('leaver', { team: 'reader' });
  const token = await tokenOf(leaver.basic);
  assert.deepEqual(await statuses(token), [200, 200, 200]);
  await metadata.updateUser({ id: leaver.user.id, disabled: true, at: Date.now() });
  assert.deepEqual(await statuses(token), [401, 401, 401]);
});

test('a robot that is disabled', async () => {
  const robots = '/api/v1/projects/team/robots';
  const sent = { authorization: owner.basic, headers: { 'content-type': 'application/json' } };
  const body = JSON.stringify({ name: 'ci', permissions: [{ role: 'reader' }] });
  const made = jsonOf<{ robot: { id: number; userName: string }; secret: string }>(await client.send('POST', robots, { ...sent, body }));
  const token = await tokenOf(`Basic ${Buffer.from(`${made.robot.userName}:${made.secret}`).toString('base64')}`);
  assert.deepEqual(await statuses(token), [200, 200, 200]);
  const headers = { ...sent.headers, 'if-match': '*' };
  const off = await client.send('PATCH', `${robots}/${made.robot.id}`, { ...sent, headers, body: JSON.stringify({ disabled: true }) });
  assert.equal(off.status, 200);
  assert.deepEqual(await statuses(token), [401, 401, 401]);
});

test('other credentials over the same connection are looked at, each by itself', async () => {
  const reader = await registry.addUser('reader', { team: 'reader' });
  const stranger = await registry.addUser('stranger');
  const [readers, strangers] = [await tokenOf(reader.basic), await tokenOf(stranger.basic)];
  for (let round = 0; round < 3; round += 1) {
    assert.deepEqual(await statuses(readers), [200, 200, 200]);
    assert.deepEqual(await statuses(strangers), [403, 403, 403]);
    assert.deepEqual(await statuses(undefined), [401, 401, 401]);
    assert.deepEqual(await statuses(`${readers}A`), [401, 401, 401]);
    assert.equal((await client.send('DELETE', manifest, { authorization: readers })).status, 403);
    assert.equal((await client.send('GET', '/v2/team/other/manifests/1', { authorization: readers })).status, 401);
  }
});

test('several at once over one HTTP/2 connection get what each may, whoever was let through a moment ago', async () => {
  await using over2 = await startRegistry({ transport: 'h2', flags: [] });
  const [reader, stranger] = [await over2.addUser('reader', { team: 'owner' }), await over2.addUser('stranger')];
  await pushImage({ client: over2.client, repository: 'team/app', authorization: reader.basic }, '1');
  const tokens: string[] = [];
  for (const { basic } of [reader, stranger]) {
    const answer = await over2.client.send('GET', '/auth/token?scope=repository:team/app:pull', { authorization: basic });
    tokens.push(`Bearer ${jsonOf<{ token: string }>(answer).token}`);
  }
  const [readers, strangers] = tokens;
  const asked = Array.from({ length: 24 }, (_, index) => [readers, strangers, undefined][index % 3]);
  for (let round = 0; round < 3; round += 1) {
    const answers = await Promise.all(asked.map((authorization) => over2.client.send('GET', manifest, { authorization })));
    assert.deepEqual(
      answers.map(({ status }) => status),
      asked.map((_, index) => [200, 403, 401][index % 3]),
    );
  }
});

test('a project that is no longer public, and one that is closed to an address', async () => {
  const token = await tokenOf(owner.basic);
  assert.deepEqual(await statuses(undefined), [401, 401, 401]);
  await change({ visibility: 'public' });
  assert.deepEqual(await statuses(undefined), [200, 200, 200]);
  await change({ visibility: 'private' });
  assert.deepEqual(await statuses(undefined), [401, 401, 401]);
  assert.deepEqual(await statuses(token), [200, 200, 200]);
  await change({ allowedAddresses: ['10.0.0.0/8'] });
  assert.deepEqual(await statuses(token), [403, 403, 403]);
});
