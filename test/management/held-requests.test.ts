// Requests whose body comes long after they were let in.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, test } from 'node:test';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { imageOf, pushImage } from '../protocol/sample-content.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const { client, metadata } = registry;
const root = await registry.addUser('root');
await metadata.updateUser({ id: root.user.id, administrator: true, at: Date.now() });

/** Sends all but the body. The registry, having let the sender in, asks for it; then the answer sends it, and tells the status. */
async function hold(
  basic: string,
  method: string,
  path: string,
  body: object,
  type = 'application/json',
): Promise<() => Promise<number | undefined>> {
  const text = JSON.stringify(body);
  const headers = {
    authorization: basic,
    'content-type': type,
    'content-length': String(text.length),
    'if-match': '*',
    expect: '100-continue',
  };
  const held = request(`${registry.url}${path}`, { method, headers, agent: false });
  held.flushHeaders();
  await once(held, 'continue');
  return async () => {
    held.end(text);
    const [response] = await once(held, 'response');
    response.resume();
    return response.statusCode;
  };
}

async function asRoot(method: string, path: string, body?: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { 'content-type': 'application/json', 'if-match': '*' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await client.send(method, `/api/v1${path}`, { authorization: root.basic, headers, ...sent });
  return { status: answer.status, body: answer.body.byteLength === 0 ? {} : JSON.parse(answer.body.toString()) };
}

test('an administrator who is none any more makes no other', async () => {
  const mallory = await registry.addUser('mallory');
  await metadata.updateUser({ id: mallory.user.id, administrator: true, at: Date.now() });
  const release = await hold(mallory.basic, 'POST', '/api/v1/users', { name: 'backdoor', administrator: true });
  assert.equal((await asRoot('PATCH', '/users/mallory', { administrator: false })).status, 200);
  assert.equal(await release(), 403);
  assert.equal((await asRoot('GET', '/users/backdoor')).status, 404);
});

test('who was removed sets no password of the next user of that name', async () => {
  const erin = await registry.addUser('erin');
  const release = await hold(erin.basic, 'PATCH', '/api/v1/users/erin', { password: 'taken over by the first' });
  assert.equal((await asRoot('DELETE', '/users/erin')).status, 204);
  assert.equal((await asRoot('POST', '/users', { name: 'erin' })).status, 201);
  assert.equal(await release(), 401);
});

test('the owner of a project changes nothing in the next one of that name', async () => {
  const alice = await registry.addUser('alice', { team: 'owner' });
  const release = await hold(alice.basic, 'PATCH', '/api/v1/projects/team', { visibility: 'public' });
  assert.equal((await asRoot('DELETE', '/projects/team?force=true')).status, 200);
  assert.equal((await asRoot('POST', '/projects', { name: 'team' })).status, 201);
  assert.equal(await release(), 404);
  assert.equal((await asRoot('GET', '/projects/team')).body['visibility'], 'private');
});

test('who may push no more makes no tag, and who lost a role moves none that it protects', async () => {
  const carol = await registry.addUser('carol', { shop: 'writer' });
  const second = imageOf([], { annotations: { nth: '2' } });
  const place = { client, repository: 'shop/app', authorization: carol.basic };
  await pushImage(place, 'kept');
  const put = (tag: string) => hold(carol.basic, 'PUT', `/v2/shop/app/manifests/${tag}`, second, String(second['mediaType']));
  const setRole = (role: string | undefined) =>
    metadata.setProjectRole({ userId: carol.user.id, project: 'shop', role, by: systemAgent('test'), at: Date.now() });
  const rule = { repositories: '**', tags: 'kept', kind: 'protected', roles: ['maintainer'] };
  assert.equal((await asRoot('POST', '/projects/shop/tag-rules', rule)).status, 201);
  await setRole('maintainer');
  const move = await put('kept');
  await setRole('writer');
  assert.equal(await move(), 403);
  const create = await put('made');
  await setRole(undefined);
  assert.equal(await create(), 403);
  const { status } = await client.send('GET', '/v2/shop/app/manifests/made', { authorization: root.basic });
  assert.equal(status, 404);
});
