import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type ApiClient, createApiClient } from '../../packages/api-client/src/index.ts';
import type { Role } from '../../packages/server/src/registry/ports/account-store.ts';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { startRegistry, type TestUser } from '../protocol/registry-fixture.ts';
import { compared, pushLayersTo } from './compared-images.ts';
import { makeLayers } from './made-layers.ts';

const { layer } = await makeLayers();
const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
await registry.startWork();
const { client, metadata } = registry;
const alice = await registry.addUser('alice', { team: 'owner', secret: 'owner' });
const bob = await registry.addUser('bob', { team: 'reader' });
const apiOf = ({ user: { name }, password }: TestUser): ApiClient =>
  createApiClient({ baseUrl: registry.url, credential: { name, password } });

const place = { client, authorization: alice.basic };
await pushLayersTo({ ...place, repository: 'team/app' }, { tag: '1', layers: [await layer({ a: '1' })] });
const hidden = [await layer({ a: '2', b: 'hidden' })];
const pushHidden = (authorization: string) =>
  pushLayersTo({ client, authorization, repository: 'secret/app' }, { tag: '1', layers: hidden });
await pushHidden(alice.basic);

const open = { repository: 'team/app', reference: '1' };
const secret = { repository: 'secret/app', reference: '1' };

/** Status of each read of a comparison, and of its end, for somebody. */
async function statuses({ basic: authorization }: TestUser, id: string): Promise<readonly number[]> {
  const path = `/api/v1/comparisons/${id}`;
  const answers: number[] = [];
  for (const rest of ['', '/files', '/text?path=a']) answers.push((await client.send('GET', `${path}${rest}`, { authorization })).status);
  return [...answers, (await client.send('POST', `${path}/cancel`, { authorization })).status];
}

/** There is nothing to end any more for whoever asked for it, and never was for others. */
const [seenByAsker, seen] = [
  [200, 200, 200, 409],
  [200, 200, 200, 403],
];
const unseen = [404, 404, 404, 404];

test('each read of a comparison asks for the right to pull both sides, at that time', async () => {
  const api = apiOf(alice);
  const giveBob = (role: Role | undefined) =>
    metadata.setProjectRole({ userId: bob.user.id, project: 'secret', role, by: systemAgent('test'), at: Date.now() });
  for (const [from, to] of [
    [open, secret],
    [secret, open],
  ] as const) {
    const { id, state } = await compared(api, from, to);
    assert.equal(state, 'done');
    assert.deepEqual(await statuses(alice, id), seenByAsker);
    assert.deepEqual(await statuses(bob, id), unseen, 'he may pull one side');
    await assert.rejects(apiOf(bob).POST('/api/v1/comparisons', { body: { from, to } }), { status: 404 });
    await giveBob('reader');
    assert.deepEqual(await statuses(bob, id), seen);
    await giveBob(undefined);
    assert.deepEqual(await statuses(bob, id), unseen, 'what was taken away counts at once');
  }
});

test('of a comparison that nobody asked for, or that is forgotten, it is said what to do', async () => {
  const { digest } = (await compared(apiOf(alice), open, secret)).from;
  const id = Buffer.from(['team/app', digest, 'team/app', digest].join(' ')).toString('base64url');
  const { status, body } = await client.send('GET', `/api/v1/comparisons/${id}`, { authorization: alice.basic });
  assert.equal(status, 404);
  assert.match(JSON.parse(body.toString()).detail, /^Nothing is kept of this comparison.*: compare the images again\.$/);
});

test('a comparison is gone with the images, and is not there for who makes the project again', async () => {
  const { id } = await compared(apiOf(alice), open, secret);
  const path = { project: 'secret' };
  const { response } = await apiOf(alice).GET('/api/v1/projects/{project}', { params: { path } });
  const header = { 'If-Match': response.headers.get('etag') ?? '' };
  await apiOf(alice).DELETE('/api/v1/projects/{project}', { params: { path, header, query: { force: true } } });
  assert.deepEqual(await statuses(alice, id), unseen);
  const mallory = await registry.addUser('mallory', { team: 'reader', secret: 'owner' });
  assert.deepEqual(await statuses(mallory, id), unseen, 'the name is hers, the images are not');
  await pushHidden(mallory.basic);
  assert.deepEqual(await statuses(mallory, id), seen, 'whoever has the same images may know how they differ');
  assert.deepEqual(await statuses(alice, id), unseen, 'she has no role in the new project');
});
