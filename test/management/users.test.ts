import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createApiClient } from '../../packages/api-client/src/index.ts';
import { addUser } from '../../packages/server/src/identity/accounts.ts';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const alice = await registry.addUser('alice');
const root = await addUser(registry.metadata, { name: 'root', administrator: true, now: Date.now() });
const client = (name: string, password = '') => createApiClient({ baseUrl: registry.url, credential: { name, password } });
const asRoot = client('root', root.password);
const asAlice = client('alice', alice.password);
const at = (user: string) => ({ params: { path: { user } } });

test('an administrator makes, changes and removes a user; a stale change is refused', async () => {
  const { data, response } = await asRoot.POST('/api/v1/users', { body: { name: 'carol' } });
  assert.deepEqual([response.status, response.headers.get('location'), data?.administrator], [201, '/api/v1/users/carol', false]);
  const asCarol = client('carol', data?.password);
  assert.equal((await asCarol.GET('/api/v1/me')).data?.name, 'carol');
  await assert.rejects(asRoot.POST('/api/v1/users', { body: { name: 'carol' } }), { status: 409, code: 'name-taken' });
  const path = { user: 'carol' };
  const change = (version: string, body: { disabled?: boolean; password?: string }) =>
    asRoot.PATCH('/api/v1/users/{user}', { params: { path, header: { 'If-Match': version } }, body });
  const etag = (await asRoot.GET('/api/v1/users/{user}', at('carol'))).response.headers.get('etag') ?? '';
  await assert.rejects(change('"999"', { disabled: true }), { status: 412, code: 'stale' });
  assert.equal((await change(etag, { disabled: true })).data?.disabled, true);
  await assert.rejects(change(etag, { disabled: false }), { status: 412 });
  await assert.rejects(asCarol.GET('/api/v1/me'), { status: 401 });
  const withoutVersion = { params: { path } as { path: typeof path; header: { 'If-Match': string } }, body: {} };
  await assert.rejects(asRoot.PATCH('/api/v1/users/{user}', withoutVersion), { status: 428, code: 'precondition-required' });
  await asRoot.DELETE('/api/v1/users/{user}', at('carol'));
  await assert.rejects(asRoot.GET('/api/v1/users/{user}', at('carol')), { status: 404 });
});

test('others are not for a user, and nobody raises himself', async () => {
  await assert.rejects(asAlice.GET('/api/v1/users'), { status: 403 });
  for (const user of ['root', 'nobody']) await assert.rejects(asAlice.GET('/api/v1/users/{user}', at(user)), { status: 403 });
  const header = { 'If-Match': '*' };
  const raise = asAlice.PATCH('/api/v1/users/{user}', { params: { path: { user: 'alice' }, header }, body: { administrator: true } });
  await assert.rejects(raise, { status: 403 });
  await assert.rejects(asRoot.DELETE('/api/v1/users/{user}', at('root')), { status: 409 });
});

test('CVE-2026-18255: a token is shown once, to its user alone, and makes no other', async () => {
  const { data } = await asAlice.POST('/api/v1/users/{user}/tokens', { ...at('alice'), body: { name: 'ci', expiresInSeconds: 3600 } });
  const byToken = createApiClient({ baseUrl: registry.url, credential: { token: data?.token ?? '' } });
  assert.match((await byToken.GET('/api/v1/me')).data?.credential ?? '', /^access-token:/);
  const { data: list } = await asRoot.GET('/api/v1/users/{user}/tokens', at('alice'));
  assert.deepEqual([list?.items.map(({ name }) => name), JSON.stringify(list).includes(data?.token ?? 'lsp_')], [['ci'], false]);
  const more = { ...at('alice'), body: { name: 'more' } };
  await assert.rejects(byToken.POST('/api/v1/users/{user}/tokens', more), { status: 403 });
  await assert.rejects(asRoot.POST('/api/v1/users/{user}/tokens', more), { status: 403 });
  const ofToken = (user: string) => ({ params: { path: { user, token: data?.id ?? '' } } });
  // Harbor's CVE-2022-31667: a child is reached through its parent.
  await assert.rejects(asRoot.DELETE('/api/v1/users/{user}/tokens/{token}', ofToken('root')), { status: 404 });
  await asAlice.DELETE('/api/v1/users/{user}/tokens/{token}', ofToken('alice'));
  await assert.rejects(byToken.GET('/api/v1/me'), { status: 401 });
});

test('whom a provider sent is shown to themselves and administrators, who alone may tell them apart from it', async () => {
  const { metadata } = registry;
  const by = systemAgent('test');
  const external = { provider: 'idp', externalId: 'id-of-dora', externalName: 'Dora', email: 'dora@example.test', createUsers: true };
  const signedIn = await metadata.signInExternal({
    ...external,
    ...{ names: ['dora'], groups: [{ externalName: '/Ops', names: ['ops'] }], administrator: undefined },
    ...{ renewal: 'a sealed secret', checkAfter: undefined, by, at: Date.now() },
  });
  assert.ok(signedIn.kind === 'user');
  const { data } = await asRoot.GET('/api/v1/users/{user}/identities', at('dora'));
  const [identity] = data?.items ?? [];
  assert.deepEqual([identity?.provider, identity?.externalId, identity?.email], ['idp', 'id-of-dora', 'dora@example.test']);
  assert.ok(!JSON.stringify(data).includes('sealed'));
  assert.deepEqual((await asRoot.GET('/api/v1/groups/{group}', { params: { path: { group: 'ops' } } })).data?.source, {
    provider: 'idp',
    externalName: '/Ops',
  });
  const join = { params: { path: { group: 'ops', user: 'alice' } } };
  await assert.rejects(asRoot.PUT('/api/v1/groups/{group}/members/{user}', join), { status: 409, code: 'conflict' });
  await assert.rejects(asAlice.GET('/api/v1/users/{user}/identities', at('dora')), { status: 403 });
  const link = (user: string) => ({ params: { path: { user, identity: identity?.id ?? '' } } });
  await assert.rejects(asAlice.DELETE('/api/v1/users/{user}/identities/{identity}', link('dora')), { status: 403 });
  await assert.rejects(asRoot.DELETE('/api/v1/users/{user}/identities/{identity}', link('alice')), { status: 404 });
  await asRoot.DELETE('/api/v1/users/{user}/identities/{identity}', link('dora'));
  assert.deepEqual((await asRoot.GET('/api/v1/users/{user}/identities', at('dora'))).data?.items, []);
});

test('a group for a provider that is still to send somebody is made ahead, once for each external name', async () => {
  const source = { provider: 'idp', externalName: '/Platform/Dev' };
  const { data } = await asRoot.POST('/api/v1/groups', { body: { name: 'platform', source } });
  assert.deepEqual(data?.source, source);
  await assert.rejects(asRoot.POST('/api/v1/groups', { body: { name: 'platform-2', source } }), { status: 409, code: 'conflict' });
  await assert.rejects(asRoot.POST('/api/v1/groups', { body: { name: 'platform' } }), { status: 409, code: 'name-taken' });
});
