// Requests whose body comes long after they were let in.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, test } from 'node:test';
import { startRegistry } from '../protocol/registry-fixture.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const { client, metadata } = registry;
const root = await registry.addUser('root');
await metadata.updateUser({ id: root.user.id, administrator: true, at: Date.now() });

/** Sends all but the body. The registry, having let the sender in, asks for it; then the answer sends it, and tells the status. */
async function hold(basic: string, method: string, path: string, body: object): Promise<() => Promise<number | undefined>> {
  const text = JSON.stringify(body);
  const headers = {
    authorization: basic,
    'content-type': 'application/json',
    'content-length': String(text.length),
    'if-match': '*',
    expect: '100-continue',
  };
  const held = request(`${registry.url}/api/v1${path}`, { method, headers, agent: false });
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
  const release = await hold(mallory.basic, 'POST', '/users', { name: 'backdoor', administrator: true });
  assert.equal((await asRoot('PATCH', '/users/mallory', { administrator: false })).status, 200);
  assert.equal(await release(), 403);
  assert.equal((await asRoot('GET', '/users/backdoor')).status, 404);
});

test('who was removed sets no password of the next user of that name', async () => {
  const erin = await registry.addUser('erin');
  const release = await hold(erin.basic, 'PATCH', '/users/erin', { password: 'taken over by the first' });
  assert.equal((await asRoot('DELETE', '/users/erin')).status, 204);
  assert.equal((await asRoot('POST', '/users', { name: 'erin' })).status, 201);
  assert.equal(await release(), 401);
});

test('the owner of a project changes nothing in the next one of that name', async () => {
  const alice = await registry.addUser('alice', { team: 'owner' });
  const release = await hold(alice.basic, 'PATCH', '/projects/team', { visibility: 'public' });
  assert.equal((await asRoot('DELETE', '/projects/team?force=true')).status, 200);
  assert.equal((await asRoot('POST', '/projects', { name: 'team' })).status, 201);
  assert.equal(await release(), 404);
  assert.equal((await asRoot('GET', '/projects/team')).body['visibility'], 'private');
});
