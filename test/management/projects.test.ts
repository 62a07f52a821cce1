import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startRegistry } from '../protocol/registry-fixture.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const { client, metadata } = registry;
const [alice, bob] = [await registry.addUser('alice'), await registry.addUser('bob')];

async function call(method: string, path: string, authorization: string, body?: unknown, ifMatch?: string) {
  const answer = await client.send(method, `/api/v1${path}`, {
    authorization,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...(ifMatch !== undefined && { 'if-match': ifMatch }) },
  });
  const text = answer.body.toString();
  return { status: answer.status, etag: answer.headers['etag'], body: text === '' ? undefined : JSON.parse(text) };
}

test('a project is created, changed by version, hidden from others, and deleted with what is in it', async () => {
  assert.equal((await call('POST', '/projects', bob.basic, { name: 'alice' })).status, 403);
  const created = await call('POST', '/projects', alice.basic, { name: 'alice', description: 'hers' });
  assert.deepEqual([created.status, created.etag, created.body.visibility], [201, '"1"', 'private']);
  assert.equal((await call('POST', '/projects', alice.basic, { name: 'alice' })).status, 409);
  const hidden = await call('GET', '/projects/alice', bob.basic);
  const missing = await call('GET', '/projects/nowhere', bob.basic);
  assert.deepEqual([hidden.status, hidden.body.detail], [404, missing.body.detail]);
  assert.equal((await call('PATCH', '/projects/alice', alice.basic, { visibility: 'internal' })).status, 428);
  assert.equal((await call('PATCH', '/projects/alice', alice.basic, { visibility: 'internal' }, '"9"')).status, 412);
  const changed = await call('PATCH', '/projects/alice', alice.basic, { visibility: 'internal', description: null }, '"1"');
  assert.deepEqual([changed.status, changed.body.description, changed.etag], [200, undefined, '"2"']);
  assert.equal((await call('GET', '/projects/alice', bob.basic)).status, 200);
  const refused = await call('DELETE', '/projects/alice', bob.basic);
  assert.deepEqual([refused.status, refused.body.detail], [403, 'bob has no role on project alice.']);
  const { body } = await call('GET', '/projects?limit=1', bob.basic);
  assert.deepEqual(
    body.items.map(({ name }: { name: string }) => name),
    ['alice'],
  );
  await metadata.startUpload({
    id: 'open',
    repository: 'alice/app' as never,
    by: { actor: 'user:1:alice', credential: 'test', address: undefined, requestId: undefined, reason: 'a test', roles: [] },
    algorithm: 'sha256',
    at: Date.now(),
  });
  assert.deepEqual((await call('DELETE', '/projects/alice', alice.basic)).body, { repositories: 1, tags: 0, sizeBytes: 0 });
  assert.equal((await call('GET', '/projects/alice', alice.basic)).status, 404);
});

test('readers of a project are not told the name of a hidden one that it promotes to', async () => {
  const told = async (who: string) => [
    (await call('GET', '/projects/alice', who)).body.promotesTo,
    (await call('GET', '/projects/alice/promotion', who)).body.promotesTo,
    (await call('GET', '/projects', who)).body.items[0].promotesTo,
  ];
  await call('POST', '/projects', bob.basic, { name: 'bob' });
  await call('POST', '/projects/bob/members', bob.basic, { subject: { kind: 'user', name: 'alice' }, role: 'reader', repositories: 'app' });
  const created = await call('POST', '/projects', alice.basic, { name: 'alice', visibility: 'internal', promotesTo: 'bob' });
  assert.deepEqual([created.status, created.body.promotesTo], [201, 'bob']);
  const carol = await registry.addUser('carol');
  assert.deepEqual(await told(alice.basic), ['bob', 'bob', 'bob']);
  assert.deepEqual(await told(carol.basic), [undefined, undefined, undefined]);
});

test('whoever sees a project is told what they may do there, and who promotes into it', async () => {
  const erin = await registry.addUser('erin', { shop: 'owner', 'shop-dev': 'owner' });
  const dave = await registry.addUser('dave');
  const frank = await registry.addUser('frank', { shop: 'maintainer' });
  const change = async (name: string, body: unknown) =>
    call('PATCH', `/projects/${name}`, erin.basic, body, (await call('GET', `/projects/${name}`, erin.basic)).etag);
  assert.equal((await change('shop', { visibility: 'internal' })).status, 200);
  assert.equal((await change('shop-dev', { promotesTo: 'shop', visibility: 'private' })).status, 200);
  const allowed = async (who: string) => {
    const { body } = await call('GET', '/projects/shop/access', who);
    for (const { reason } of body.rights) assert.ok(reason.length > 5);
    return body.rights.filter((one: { allowed: boolean }) => one.allowed).map(({ action }: { action: string }) => action);
  };
  const maintains = ['pull', 'push', 'update', 'delete', 'list', 'promote', 'configure', 'audit'];
  assert.deepEqual(await allowed(frank.basic), maintains);
  assert.deepEqual(await allowed(erin.basic), [...maintains, 'administer']);
  assert.deepEqual(await allowed(dave.basic), ['pull', 'list']);
  assert.equal((await call('GET', '/projects/shop-dev/access', dave.basic)).status, 404);
  const rolesOf = async (where: string, who: string) =>
    (await call('GET', `${where}/access`, who)).body.rights.find(({ action }: { action: string }) => action === 'delete');
  assert.deepEqual((await rolesOf('/projects/shop', frank.basic)).roles, ['maintainer']);
  assert.deepEqual((await rolesOf('/projects/shop', dave.basic)).roles, []);
  const onPart = { subject: { kind: 'user', name: 'dave' }, role: 'maintainer', repositories: 'web/**' };
  assert.equal((await call('POST', '/projects/shop/members', erin.basic, onPart)).status, 201);
  const { allowed: onAll } = await rolesOf('/projects/shop', dave.basic);
  const { allowed: below } = await rolesOf('/repositories/shop%2Fweb%2Ffront', dave.basic);
  assert.deepEqual([onAll, below], [false, true], 'a role on a part counts in that part');
  assert.equal((await call('GET', '/repositories/shop-dev%2Fapp/access', dave.basic)).status, 404);
  assert.deepEqual((await call('GET', '/projects/shop/promotion', erin.basic)).body.promotedFrom, ['shop-dev']);
  assert.deepEqual((await call('GET', '/projects/shop/promotion', dave.basic)).body.promotedFrom, [], 'it is hidden from him');
});
