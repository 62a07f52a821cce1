// Projects that are closed to addresses, behind a proxy that is trusted and past one that is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRegistry, type TestRegistry, type TestUser } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';

const inside = { 'x-forwarded-for': '10.1.2.3' };
const outside = { 'x-forwarded-for': '203.0.113.9' };
type From = Readonly<Record<string, string>>;

interface World {
  readonly registry: TestRegistry;
  readonly alice: TestUser;
  readonly root: TestUser;
  readonly get: (path: string, from: From, authorization?: string) => Promise<number>;
  readonly change: (who: TestUser, from: From, body: object, project?: string) => Promise<number>;
  readonly tokenOf: (who: TestUser | undefined, from: From, scope: string) => Promise<string>;
}

/** `inner/app` and `outer/app` of alice, who lets `inner` be used from 10.0.0.0/8 alone. */
async function world(flags: readonly string[]): Promise<World> {
  const registry = await startRegistry({ flags: ['--trusted-proxies', '127.0.0.1', ...flags] });
  const { client, metadata } = registry;
  const [alice, root] = [await registry.addUser('alice', { inner: 'owner', outer: 'owner' }), await registry.addUser('root')];
  await metadata.updateUser({ id: root.user.id, administrator: true, at: Date.now() });
  for (const repository of ['inner/app', 'outer/app']) await pushImage({ client, repository, authorization: alice.basic }, '1');
  const change: World['change'] = async (who, from, body, project = 'inner') => {
    const headers = { 'content-type': 'application/json', 'if-match': '*', ...from };
    const path = `/api/v1/projects/${project}`;
    return (await client.send('PATCH', path, { authorization: who.basic, body: JSON.stringify(body), headers })).status;
  };
  assert.equal(await change(alice, inside, { allowedAddresses: ['10.0.0.0/8'] }), 200);
  return {
    registry,
    alice,
    root,
    change,
    get: async (path, headers, authorization) => (await client.send('GET', path, { headers, authorization })).status,
    tokenOf: async (who, headers, scope) => {
      const path = `/auth/token?service=longshore&scope=${scope}`;
      const { body } = await client.send('GET', path, { headers, authorization: who?.basic });
      return `Bearer ${JSON.parse(body.toString()).token}`;
    },
  };
}

const manifest = '/v2/inner/app/manifests/1';

test('a token that was got inside is not good outside, and one of outside is good for nothing', async () => {
  await using stack = new AsyncDisposableStack();
  const { registry, get, tokenOf, alice, root } = await world([]);
  stack.use(registry);
  const scope = 'repository:inner/app:pull';
  for (const who of [alice, root]) {
    const got = await tokenOf(who, inside, scope);
    assert.equal(await get(manifest, inside, got), 200);
    assert.equal(await get(manifest, outside, got), 403);
    assert.equal(await get(manifest, outside, who.basic), 403);
    assert.equal(await get(manifest, inside, await tokenOf(who, outside, scope)), 401);
    assert.equal(await get('/v2/outer/app/manifests/1', outside, who.basic), 200);
  }
});

test('what is refused looks as if it were not there, on every surface', async () => {
  await using stack = new AsyncDisposableStack();
  const { registry, get, alice, root, tokenOf } = await world([]);
  stack.use(registry);
  const { client } = registry;
  const ask = async (path: string, headers: From, who = alice) => {
    const { status, body } = await client.send('GET', path, { headers, authorization: who.basic });
    return {
      status,
      text: body.toString().replace(/"requestId":"[^"]*"/, ''),
    };
  };
  for (const path of [
    '/v2/PROJECT/app/manifests/1',
    '/v2/PROJECT/app/tags/list',
    '/api/v1/projects/PROJECT',
    '/api/v1/repositories/PROJECT%2Fapp',
  ]) {
    const of = async (name: string) => {
      const { status, text } = await ask(path.replace('PROJECT', name), outside);
      return { status, text: text.replaceAll(name, 'NAME') };
    };
    const [closed, absent] = [await of('inner'), await of('absent')];
    assert.ok([403, 404].includes(closed.status), path);
    assert.deepEqual(closed, absent, path);
  }
  const listed = async (path: string, from: From, who = alice) => (await ask(path, from, who)).text.includes('inner');
  for (const path of ['/v2/_catalog', '/api/v1/projects', '/api/v1/repositories?q=app']) {
    for (const who of [alice, root])
      assert.deepEqual([await listed(path, inside, who), await listed(path, outside, who)], [true, false], path);
  }
  assert.equal(await get('/v2/', outside, alice.basic), 200);
  // A mount reads its source.
  const { digest } = JSON.parse((await ask('/v2/inner/app/manifests/1', inside)).text).config as { digest: string };
  const mount = async (headers: From) => {
    const path = `/v2/outer/other/blobs/uploads/?mount=${digest}&from=inner/app`;
    const authorization = await tokenOf(alice, inside, 'repository:inner/app:pull&scope=repository:outer/other:pull,push');
    return (await client.send('POST', path, { headers, authorization })).status;
  };
  assert.deepEqual([await mount(outside), await mount(inside)], [202, 201]);
});

test('the anonymous are kept out of a closed project too, whatever they may do elsewhere', async () => {
  for (const anonymous of ['pull', 'push']) {
    await using stack = new AsyncDisposableStack();
    const { registry, get, change, root } = await world(['--anonymous', anonymous]);
    stack.use(registry);
    assert.deepEqual([await get(manifest, inside), await get(manifest, outside)], [200, 401]);
    assert.equal(await get('/v2/outer/app/manifests/1', outside), 200);
    assert.equal(await change(root, outside, { allowedAddresses: null }), 200);
    assert.equal(await get(manifest, outside), 200);
  }
});

test('a forwarded address counts from a trusted proxy alone, and as far as it is trusted', async () => {
  await using stack = new AsyncDisposableStack();
  const { registry, get, alice } = await world([]);
  stack.use(registry);
  assert.equal(
    await get(manifest, { 'x-forwarded-for': '10.1.2.3, 203.0.113.9' }, alice.basic),
    403,
    'what the client wrote is left of what the proxy did',
  );
  assert.equal(await get(manifest, { 'x-forwarded-for': '::ffff:10.1.2.3' }, alice.basic), 200);
  assert.equal(await get(manifest, {}, alice.basic), 403, 'the proxy itself');
  await using past = await startRegistry({ flags: ['--trusted-proxies', '192.0.2.0/24'], data: registry.data });
  const spoofed = await past.client.send('GET', manifest, { authorization: alice.basic, headers: inside });
  assert.equal(spoofed.status, 403);
});

test('limits are checked, kept with a version, and cannot be turned against who sets them; administrators mend them from anywhere', async () => {
  await using stack = new AsyncDisposableStack();
  const { registry, alice, root, change } = await world([]);
  stack.use(registry);
  const read = async (who: TestUser, headers: From) => {
    const { status, body } = await registry.client.send('GET', '/api/v1/projects/inner', { authorization: who.basic, headers });
    return { status, ...JSON.parse(body.toString()) };
  };
  assert.deepEqual((await read(alice, inside)).allowedAddresses, ['10.0.0.0/8']);
  for (const allowedAddresses of [['10.0.0.0/33'], ['everywhere'], Array.from({ length: 101 }, (_, n) => `10.0.0.${n}`)]) {
    assert.equal(await change(alice, inside, { allowedAddresses }), 400);
  }
  assert.equal(await change(alice, inside, { allowedAddresses: ['192.0.2.0/24'] }), 409);
  assert.equal(await change(alice, inside, { deniedAddresses: ['10.1.0.0/16'] }), 409);
  assert.equal(await change(alice, outside, { allowedAddresses: null }), 404);
  assert.deepEqual([(await read(root, outside)).status, await change(root, outside, { allowedAddresses: ['192.0.2.0/24'] })], [200, 200]);
  assert.equal(await change(alice, inside, { allowedAddresses: null }), 404);
  assert.equal(await change(root, outside, { allowedAddresses: [] }), 200);
  assert.equal((await read(alice, outside)).allowedAddresses, undefined);
});
