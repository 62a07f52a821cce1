// Who did something is told to those with a role there: not to everybody who may look.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createApiClient } from '../../packages/api-client/src/index.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const owner = await registry.addUser('olga', { shown: 'owner' });
const reader = await registry.addUser('rita', { shown: 'reader' });
const stranger = await registry.addUser('sven');
const admin = await registry.addUser('root');
await registry.metadata.updateUser({ id: admin.user.id, administrator: true, at: Date.now() });
const as = ({ user, password }: typeof owner) => createApiClient({ baseUrl: registry.url, credential: { name: user.name, password } });
const { digest } = await pushImage({ client: registry.client, authorization: owner.basic, repository: 'shown/app' }, '1.0', {});
const project = { params: { path: { project: 'shown' } } };
const { response } = await as(owner).GET('/api/v1/projects/{project}', project);
await as(owner).PATCH('/api/v1/projects/{project}', {
  params: { path: { project: 'shown' }, header: { 'If-Match': response.headers.get('etag') ?? '' } },
  body: { visibility: 'public' },
});

/** The names that each answer about the image has. */
async function namesTold(client: ReturnType<typeof as>): Promise<(string | undefined)[]> {
  const path = { repository: 'shown/app' };
  const { data: overview } = await client.GET('/api/v1/overview');
  const { data: tags } = await client.GET('/api/v1/repositories/{repository}/tags', { params: { path } });
  const { data: tag } = await client.GET('/api/v1/repositories/{repository}/tags/{tag}', { params: { path: { ...path, tag: '1.0' } } });
  const { data: history } = await client.GET('/api/v1/repositories/{repository}/tags/{tag}/history', {
    params: { path: { ...path, tag: '1.0' } },
  });
  const { data: manifests } = await client.GET('/api/v1/repositories/{repository}/manifests', { params: { path } });
  const { data: manifest } = await client.GET('/api/v1/repositories/{repository}/manifests/{digest}', {
    params: { path: { ...path, digest } },
  });
  const [push, listed, change, pushed] = [overview?.recentPushes[0], tags?.items[0], history?.items[0], manifests?.items[0]];
  assert.ok(push && listed && tag && change && pushed && manifest);
  return [push.by, listed.updatedBy, tag.updatedBy, change.by, pushed.pushedBy, manifest.pushedBy];
}

test('who pushed is told to members and administrators, and not to those for whom the project is only open', async () => {
  const name = `user:${owner.user.id}:olga`;
  for (const person of [owner, reader, admin]) assert.deepEqual(await namesTold(as(person)), new Array(6).fill(name), person.user.name);
  for (const client of [as(stranger), createApiClient({ baseUrl: registry.url })])
    assert.deepEqual(await namesTold(client), new Array(6).fill(undefined));
});
