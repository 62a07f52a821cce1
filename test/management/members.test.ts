// Roles, members and groups through the API alone.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { roleActions } from '../../packages/server/src/access/roles.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const { client, metadata } = registry;
const [alice, bob, root] = [await registry.addUser('alice'), await registry.addUser('bob'), await registry.addUser('root')];
await metadata.updateUser({ id: root.user.id, administrator: true, at: Date.now() });
type Caller = { readonly basic: string };

async function call(who: Caller, method: string, path: string, body?: unknown, ifMatch?: string) {
  const headers = {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(ifMatch !== undefined && { 'if-match': ifMatch }),
  };
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await client.send(method, `/api/v1${path}`, { authorization: who.basic, ...json, headers });
  const text = answer.body.toString();
  const etag = answer.headers.etag;
  return { status: answer.status, etag, location: answer.headers.location, body: text === '' ? undefined : JSON.parse(text) };
}

const user = (name: string) => ({ kind: 'user', name });
const statuses = (answers: readonly { status: number }[]) => answers.map(({ status }) => status);
const pull = async ({ basic }: Caller, repository: string) =>
  (await client.send('GET', `/v2/${repository}/manifests/1`, { authorization: basic })).status;

await call(alice, 'POST', '/projects', { name: 'alice' });
await pushImage({ client, repository: 'alice/web/app', authorization: alice.basic }, '1');
await pushImage({ client, repository: 'alice/secret', authorization: alice.basic }, '1');

test('an owner gives a role on some repositories, changes it, and takes it away; it counts at once', async () => {
  const members = '/projects/alice/members';
  assert.equal(await pull(bob, 'alice/web/app'), 403);
  const added = await call(alice, 'POST', members, { subject: user('bob'), role: 'reader', repositories: 'web/**' });
  assert.deepEqual([added.status, added.etag, added.body.role], [201, '"1"', 'reader']);
  assert.deepEqual([await pull(bob, 'alice/web/app'), await pull(bob, 'alice/secret')], [200, 403]);
  assert.equal((await call(alice, 'POST', members, { subject: user('bob'), role: 'reader', repositories: 'web/**' })).status, 409);
  const self = String(added.location).replace('/api/v1', '');
  assert.deepEqual((await call(alice, 'GET', self)).body, added.body);
  assert.equal((await call(alice, 'PATCH', self, { role: 'writer' }, '"7"')).status, 412);
  const changed = await call(alice, 'PATCH', self, { role: 'writer' }, '"1"');
  assert.deepEqual([changed.status, changed.body.role, changed.etag], [200, 'writer', '"2"']);
  await pushImage({ client, repository: 'alice/web/app', authorization: bob.basic }, '1');
  const listed = await call(alice, 'GET', `${members}?limit=1`);
  assert.deepEqual([listed.body.items[0].role, typeof listed.body.next], ['owner', 'string']);
  const next = await call(alice, 'GET', `${members}?limit=1&cursor=${listed.body.next}`);
  assert.deepEqual(next.body.items, [changed.body]);
  // Whoever administers no more than a part of a project changes nothing about its members.
  assert.deepEqual(statuses([await call(bob, 'GET', members), await call(bob, 'DELETE', self)]), [403, 403]);
  assert.equal((await call(alice, 'DELETE', self)).status, 204);
  assert.deepEqual([await pull(bob, 'alice/web/app'), (await call(alice, 'GET', self)).status], [403, 404]);
});

test('what is not there, and patterns that are none, are named in the refusal', async () => {
  const add = (body: object, scope = '/projects/alice', who = alice) => call(who, 'POST', `${scope}/members`, body);
  const pointers = async (...answers: ReturnType<typeof add>[]) =>
    (await Promise.all(answers)).map(({ status, body }) => [status, body.errors?.[0].pointer]);
  assert.deepEqual(
    await pointers(
      add({ subject: user('nobody'), role: 'reader' }),
      add({ subject: user('bob'), role: 'king' }),
      add({ subject: user('bob'), role: 'reader', repositories: '*/web' }),
      add({ subject: user('bob'), role: 'reader', repositories: 'web/**' }, '', root),
    ),
    [
      [400, '/subject/name'],
      [400, '/role'],
      [400, '/repositories'],
      [400, '/repositories'],
    ],
  );
});

test('CVE-2022-31667: a member is reached through its own project alone', async () => {
  await call(root, 'POST', '/projects', { name: 'other' });
  const [owner] = (await call(alice, 'GET', '/projects/alice/members')).body.items;
  for (const path of [`/projects/other/members/${owner.id}`, `/members/${owner.id}`]) {
    assert.deepEqual(statuses([await call(root, 'GET', path), await call(root, 'DELETE', path)]), [404, 404]);
  }
});

test('nobody gives what he does not hold, and a project keeps an owner', async () => {
  const keeper = await call(alice, 'POST', '/projects/alice/roles', { name: 'keeper', actions: ['list', 'administer'] });
  assert.deepEqual([keeper.status, keeper.body.builtIn], [201, false]);
  const bound = await call(alice, 'POST', '/projects/alice/members', { subject: user('bob'), role: 'keeper' });
  assert.equal(bound.status, 201);
  const members = (await call(bob, 'GET', '/projects/alice/members')).body.items as { id: string; role: string }[];
  const owner = members.find(({ role }) => role === 'owner') ?? assert.fail();
  const add = (role: string) => call(bob, 'POST', '/projects/alice/members', { subject: user('root'), role });
  assert.deepEqual(statuses([await add('reader'), await add('owner'), await add('keeper')]), [403, 403, 201]);
  assert.equal((await call(bob, 'DELETE', `/projects/alice/members/${owner.id}`)).status, 403);
  assert.equal((await call(bob, 'POST', '/projects/alice/roles', { name: 'taker', actions: ['pull'] })).status, 403);
  assert.equal((await call(bob, 'PATCH', '/projects/alice/roles/keeper', { actions: ['pull', 'administer'] }, '"1"')).status, 403);
  assert.equal((await call(bob, 'POST', '/members', { subject: user('bob'), role: 'keeper' })).status, 403);
  assert.equal((await call(alice, 'DELETE', '/projects/alice/roles/keeper')).body.type, '/problems/in-use');
  for (const { id, role } of (await call(alice, 'GET', '/projects/alice/members')).body.items) {
    if (role === 'keeper') assert.equal((await call(alice, 'DELETE', `/projects/alice/members/${id}`)).status, 204);
  }
  assert.equal((await call(alice, 'DELETE', '/projects/alice/roles/keeper')).status, 204);
  assert.equal((await call(alice, 'DELETE', `/projects/alice/members/${owner.id}`)).status, 409);
});

test('roles of the registry are seen by whoever binds them and changed by administrators', async () => {
  const listed: { name: string; actions: string[] }[] = (await call(alice, 'GET', '/roles')).body.items;
  const sorted = Object.entries(roleActions).map(([name, actions]) => [name, [...actions].sort()] as const);
  assert.deepEqual(new Map(listed.map(({ name, actions }) => [name, actions.sort()])), new Map(sorted));
  const auditor = { name: 'auditor', actions: ['list', 'audit'] };
  assert.deepEqual(statuses([await call(alice, 'POST', '/roles', auditor), await call(root, 'POST', '/roles', auditor)]), [403, 201]);
  assert.equal((await call(root, 'PATCH', '/roles/owner', { actions: ['pull'] }, '"1"')).status, 409);
  assert.deepEqual((await call(root, 'PATCH', '/roles/auditor', { actions: ['audit'] }, '"1"')).body.actions, ['audit']);
  const everywhere = await call(root, 'POST', '/members', { subject: user('bob'), role: 'auditor' });
  assert.deepEqual([everywhere.status, everywhere.body.repositories], [201, '**']);
  assert.equal((await call(bob, 'GET', '/projects/alice/audit')).status, 200);
  assert.equal((await call(root, 'DELETE', String(everywhere.location).replace('/api/v1', ''))).status, 204);
  assert.equal((await call(bob, 'GET', '/projects/alice/audit')).status, 404);
});

test('CVE-2025-23208: a group gives its roles to who is in it, and to nobody after', async () => {
  assert.equal((await call(alice, 'POST', '/groups', { name: 'developers' })).status, 403);
  const made = await call(root, 'POST', '/groups', { name: 'developers' });
  assert.deepEqual([made.status, made.location], [201, '/api/v1/groups/developers']);
  const group = { kind: 'group', name: 'developers' };
  assert.equal((await call(alice, 'POST', '/projects/alice/members', { subject: group, role: 'reader' })).status, 201);
  const bobIn = '/groups/developers/members/bob';
  for (let times = 0; times < 2; times += 1) assert.equal((await call(root, 'PUT', bobIn)).status, 204);
  assert.equal(await pull(bob, 'alice/secret'), 200);
  const { items } = (await call(root, 'GET', '/groups/developers/members')).body;
  assert.deepEqual(
    items.map(({ name }: { name: string }) => name),
    ['bob'],
  );
  assert.deepEqual(statuses([await call(root, 'DELETE', bobIn), await call(root, 'DELETE', bobIn)]), [204, 404]);
  assert.equal(await pull(bob, 'alice/secret'), 403);
  await call(root, 'PUT', bobIn);
  assert.equal((await call(root, 'DELETE', '/groups/developers')).status, 204);
  assert.equal(await pull(bob, 'alice/secret'), 403);
});

test('a repository is deleted as a whole by who may delete, and its name begins with nothing', async () => {
  await pushImage({ client, repository: 'alice/web/old', authorization: alice.basic }, '1');
  const path = `/repositories/${encodeURIComponent('alice/web/old')}`;
  assert.equal((await call(bob, 'DELETE', path)).status, 404);
  const rules = '/projects/alice/tag-rules';
  const rule = await call(alice, 'POST', rules, { tags: '*', kind: 'immutable' });
  assert.equal(rule.status, 201, JSON.stringify(rule.body));
  const kept = await call(alice, 'DELETE', path);
  assert.deepEqual([kept.status, kept.body.type], [409, '/problems/conflict']);
  assert.equal((await call(alice, 'DELETE', `${rules}/${rule.body.id}`, undefined, '"1"')).status, 204);
  const { status, body } = await call(alice, 'DELETE', path);
  assert.deepEqual([status, body.repositories, body.tags], [200, 1, 1]);
  assert.deepEqual([await pull(alice, 'alice/web/old'), (await call(alice, 'DELETE', path)).status], [404, 404]);
  const history = await call(alice, 'GET', `${path}/tags/1/history`);
  assert.equal(history.status, 404);
});

test('CVE-2019-16097: a role on the whole registry makes nobody an administrator, and takes over no account of one', async () => {
  const carol = await registry.addUser('carol');
  assert.equal((await call(root, 'POST', '/members', { subject: user('carol'), role: 'owner' })).status, 201);
  assert.equal((await call(carol, 'GET', '/users')).status, 200, 'the role counts');
  assert.equal((await call(carol, 'POST', '/users', { name: 'mallory', administrator: true })).status, 403);
  assert.equal((await call(carol, 'GET', '/users/mallory')).status, 404);
  const { etag: bobs } = await call(carol, 'GET', '/users/bob');
  assert.equal((await call(carol, 'PATCH', '/users/bob', { administrator: true }, bobs)).status, 403);
  const { etag: roots } = await call(carol, 'GET', '/users/root');
  for (const change of [{ password: 'taken over by a role' }, { administrator: false }, { disabled: true }])
    assert.equal((await call(carol, 'PATCH', '/users/root', change, roots)).status, 403, JSON.stringify(change));
  assert.equal((await call(carol, 'DELETE', '/users/root')).status, 403);
  assert.equal((await call(root, 'GET', '/users/root')).etag, roots, 'nothing changed');
  const made = await call(carol, 'POST', '/users', { name: 'dave' });
  assert.equal(made.status, 201);
  assert.equal((await call(carol, 'PATCH', '/users/dave', { disabled: true }, made.etag)).status, 200);
});

test('who may administer, but not do everything, sets the password of nobody else', async () => {
  const erin = await registry.addUser('erin');
  const desk = { name: 'desk', actions: ['pull', 'list', 'administer'] };
  assert.equal((await call(root, 'POST', '/roles', desk)).status, 201);
  assert.equal((await call(root, 'POST', '/members', { subject: user('erin'), role: 'desk' })).status, 201);
  const { etag } = await call(erin, 'GET', '/users/bob');
  assert.equal((await call(erin, 'PATCH', '/users/bob', { password: 'to act as bob' }, etag)).status, 403);
  assert.equal((await call(erin, 'PATCH', '/users/bob', { disabled: true }, etag)).status, 200, 'a role may lock out');
  assert.equal((await call(erin, 'GET', '/users/erin')).status, 200);
});

test('a group that alone owns a project stays until there is another owner', async () => {
  await call(root, 'POST', '/projects', { name: 'shared' });
  await call(root, 'POST', '/groups', { name: 'owners' });
  assert.equal(
    (await call(root, 'POST', '/projects/shared/members', { subject: { kind: 'group', name: 'owners' }, role: 'owner' })).status,
    201,
  );
  const [first] = (await call(root, 'GET', '/projects/shared/members')).body.items;
  assert.equal((await call(root, 'DELETE', `/projects/shared/members/${first.id}`)).status, 204);
  const refused = await call(root, 'DELETE', '/groups/owners');
  assert.deepEqual([refused.status, refused.body.type], [409, '/problems/in-use']);
  assert.match(refused.body.detail, /project shared/);
  await call(root, 'POST', '/projects/shared/members', { subject: user('alice'), role: 'owner' });
  assert.equal((await call(root, 'DELETE', '/groups/owners')).status, 204);
});
