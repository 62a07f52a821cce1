import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import type { SendOptions } from '../protocol/http-client.ts';
import { basicAuthorization, startRegistry } from '../protocol/registry-fixture.ts';
import { pushBlob, pushImage } from '../protocol/sample-content.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const { client, metadata } = registry;
const owner = await registry.addUser('owner', { team: 'owner', other: 'owner' });
const admin = await registry.addUser('root');
await metadata.updateUser({ id: admin.user.id, administrator: true, at: Date.now() });
const place = { client, repository: 'team/app', authorization: owner.basic };
await pushImage(place, '1');

const agent = systemAgent('test');
type Json = Record<string, unknown>;
const reading = [{ role: 'reader' }];
let robotsMade = 0;

async function call(method: string, path: string, options: SendOptions & { json?: Json } = {}) {
  const { json, ...rest } = options;
  const body = json === undefined ? {} : { body: JSON.stringify(json), headers: { 'content-type': 'application/json', ...rest.headers } };
  const answer = await client.send(method, `/api/v1${path}`, { authorization: owner.basic, ...rest, ...body });
  const text = answer.body.toString();
  return { status: answer.status, headers: answer.headers, text, body: text === '' ? {} : JSON.parse(text) };
}

/** Makes a robot of team, and answers where it is and how it logs in. */
async function make(json: Json = {}, path = '/projects/team/robots', authorization = owner.basic) {
  robotsMade += 1;
  const made = await call('POST', path, { json: { name: `robot${robotsMade}`, permissions: reading, ...json }, authorization });
  assert.equal(made.status, 201, made.text);
  const { robot, secret } = made.body;
  const self = `${path}/${robot.id}`;
  assert.equal(made.headers.location, `/api/v1${self}`);
  return { robot, secret, self, etag: String(made.headers.etag), basic: basicAuthorization(robot.userName, secret) };
}

const pull = async (authorization: string, repository = 'team/app', method = 'GET') =>
  (await client.send(method, `/v2/${repository}/manifests/1`, { authorization })).status;

/** A registry token for pulling team/app; undefined when the login is refused. */
async function tokenFor(basic: string): Promise<string | undefined> {
  const path = '/auth/token?scope=repository:team/app:pull&offline_token=true';
  const answer = await client.send('GET', path, { authorization: basic });
  if (answer.status !== 200) return undefined;
  const { token, refresh_token } = JSON.parse(answer.body.toString());
  assert.equal(refresh_token, undefined, 'robots get no refresh token');
  return `Bearer ${token}`;
}

const patch = (self: string, json: Json, etag: string) => call('PATCH', self, { json, headers: { 'if-match': etag } });

test('a robot logs in with its user name and secret, by token and without, and does what it may', async () => {
  const { basic, robot, secret, self } = await make({
    name: 'ci',
    description: 'builds',
    permissions: [{ repositories: 'app', role: 'writer' }],
  });
  assert.equal(robot.userName, 'robot+team+ci');
  assert.match(secret, /^lsr_/);
  assert.equal(await pull(basic), 200);
  assert.equal(await pull((await tokenFor(basic)) ?? assert.fail()), 200);
  await pushImage({ ...place, authorization: basic }, '2');
  await assert.rejects(pushBlob({ ...place, repository: 'team/web', authorization: basic }, 'x'));
  assert.deepEqual([await pull(basic, 'other/app'), await pull(basic, 'gone/app')], [403, 403]);
  for (const authorization of [basic, `Bearer ${secret}`]) {
    const me = await call('GET', '/me', { authorization });
    assert.deepEqual(me.body, { kind: 'robot', name: 'team+ci', administrator: false, credential: `robot:${robot.id}` });
  }
  const { body } = await call('GET', self);
  assert.equal(body.lastUsedAddress, '127.0.0.1');
  assert.equal(typeof body.lastUsedAt, 'string');
  const [listed] = (await call('GET', '/projects/team/robots?limit=1')).body.items;
  assert.deepEqual(listed, body);
});

test('CVE-2026-18255: a secret, or its hash, is in no answer but that of creation and of rotation', async () => {
  const { self, secret, etag } = await make();
  const answers = [
    await call('GET', self),
    await call('GET', '/projects/team/robots'),
    await call('GET', '/robots', { authorization: admin.basic }),
    await patch(self, { description: 'x' }, etag),
    await call('POST', '/projects/team/robots', { json: { name: `robot${robotsMade}`, permissions: [] } }),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200, 409],
  );
  for (const { text } of answers) assert.doesNotMatch(text, /lsr_|hash/i);
  assert.ok(!answers.some(({ text }) => text.includes(secret)));
});

test('disabled, expired, deleted: logins and tokens end at the next request, and stay ended', async () => {
  for (const end of ['disable', 'delete', 'expire'] as const) {
    const { self, basic, etag, robot } = await make();
    const token = (await tokenFor(basic)) ?? assert.fail();
    assert.equal(await pull(token), 200);
    if (end === 'disable') assert.equal((await patch(self, { disabled: true }, etag)).status, 200);
    if (end === 'delete') assert.equal((await call('DELETE', self, { headers: { 'if-match': etag } })).status, 204);
    // Only the clock does that, so the row is set as it will be.
    const past = { project: 'team', id: Number(robot.id), version: undefined, changes: { expiresAt: 1 }, at: Date.now() };
    if (end === 'expire') await metadata.updateRobot({ ...past, by: agent });
    assert.deepEqual([await pull(token), await pull(basic), await tokenFor(basic)], [401, 401, undefined], end);
    if (end === 'delete') {
      const again = await make({ name: robot.name });
      assert.deepEqual([await pull(token), await pull(basic), await pull(again.basic)], [401, 401, 200], 'another one of the same name');
    }
    if (end === 'disable') {
      const { headers } = await call('GET', self);
      await patch(self, { disabled: false }, String(headers.etag));
      assert.deepEqual([await pull(token), await pull(basic)], [401, 200]);
    }
  }
});

test('rotation: the secret before and its tokens are good for the overlap, and at most two are good', async () => {
  const { self, basic, robot } = await make();
  const token = (await tokenFor(basic)) ?? assert.fail();
  const rotate = async (json: Json) => {
    const { status, body } = await call('POST', `${self}/rotate`, { json });
    assert.equal(status, 200);
    assert.equal(body.robot.secrets.at(-1).expiresAt, undefined);
    return basicAuthorization(robot.userName, body.secret);
  };
  const second = await rotate({});
  assert.deepEqual([await pull(basic), await pull(token), await pull(second)], [200, 200, 200]);
  const third = await rotate({ overlapSeconds: 3600 });
  assert.deepEqual([await pull(basic), await pull(token), await pull(second), await pull(third)], [401, 401, 200, 200]);
  const fourth = await rotate({ overlapSeconds: 0 });
  assert.deepEqual([await pull(second), await pull(third), await pull(fourth)], [401, 401, 200]);
  assert.equal((await call('GET', self)).body.secrets.length, 1);
});

test('CVE-2022-31667: through another project a robot is not there', async () => {
  const { robot, basic } = await make();
  for (const parent of ['/projects/other/robots', '/robots', '/projects/gone/robots']) {
    const self = `${parent}/${robot.id}`;
    const authorization = admin.basic;
    assert.equal((await call('GET', self, { authorization })).status, 404);
    assert.equal((await call('PATCH', self, { authorization, json: { disabled: true }, headers: { 'if-match': '*' } })).status, 404);
    assert.equal((await call('DELETE', self, { authorization })).status, 404);
    assert.equal((await call('POST', `${self}/rotate`, { authorization, json: {} })).status, 404);
  }
  assert.equal(await pull(basic), 200);
});

test('nobody makes a robot, or gets the secret of one, that may do more than they may themselves', async () => {
  const deputy = await registry.addUser('deputy', { team: 'owner' });
  await metadata.setProjectRole({ userId: deputy.user.id, project: 'team', role: 'maintainer', by: agent, at: Date.now() });
  const refusedRole = await call('POST', '/projects/team/robots', {
    json: { name: 'x', permissions: reading },
    authorization: deputy.basic,
  });
  assert.equal(refusedRole.status, 403, 'without administer');
  for (const permissions of [[{ role: 'owner' }], [{ role: 'reader' }, { role: 'owner', repositories: 'a/*' }]]) {
    const answer = await call('POST', '/projects/team/robots', { json: { name: 'x', permissions } });
    assert.equal(answer.status, 403, 'no robot administers');
  }
  assert.equal((await call('POST', '/robots', { json: { name: 'x', permissions: [] } })).status, 403, 'robots of the registry');
  const elsewhere = await call('POST', '/projects/team/robots', {
    json: { name: 'x', permissions: [{ project: 'other', role: 'reader' }] },
  });
  assert.deepEqual([elsewhere.status, elsewhere.body.errors[0].pointer], [400, '/permissions/0/project']);
  const everywhere = await make({ permissions: [{ role: 'maintainer' }] }, '/robots', admin.basic);
  assert.equal(await pull(everywhere.basic), 200);
  assert.equal((await call('POST', `${everywhere.self}/rotate`, { json: {} })).status, 403);
});

test('robots manage no robots, whatever they were bound to, and their names give them nothing', async () => {
  const { basic } = await make({ name: 'other', permissions: [{ role: 'maintainer' }] });
  assert.equal((await call('GET', '/projects/team/robots', { authorization: basic })).status, 403);
  const another = { authorization: basic, json: { name: 'x', permissions: reading } };
  assert.equal((await call('POST', '/projects/team/robots', another)).status, 403);
  assert.equal((await call('GET', '/projects/other/robots', { authorization: basic })).status, 404);
  const named = await make({ name: 'admin', permissions: [] }, '/robots', admin.basic);
  assert.equal(await pull(named.basic), 403, 'harbor#23675');
  assert.equal((await call('GET', '/robots', { authorization: named.basic })).status, 403);
});

test('a robot that may push everywhere creates no project with settings of its own', async () => {
  const { basic } = await make({ name: 'everywhere', permissions: [{ role: 'writer' }] }, '/robots', admin.basic);
  const made = await call('POST', '/projects', { authorization: basic, json: { name: 'unowned', visibility: 'public' } });
  assert.equal(made.status, 403);
  assert.equal((await call('GET', '/projects/unowned', { authorization: admin.basic })).status, 404);
});

test('without permissions nothing, and what is replaced counts at once', async () => {
  const { self, basic, etag } = await make({ permissions: [] });
  const token = (await tokenFor(basic)) ?? assert.fail();
  assert.deepEqual([await pull(basic), await pull(token)], [403, 403]);
  const given = await patch(self, { permissions: [{ repositories: 'app', role: 'reader' }] }, etag);
  assert.equal(given.status, 200);
  const better = (await tokenFor(basic)) ?? assert.fail();
  assert.equal(await pull(better), 200);
  assert.equal((await patch(self, { permissions: [] }, etag)).status, 412);
  assert.equal((await patch(self, { permissions: [] }, String(given.headers.etag))).status, 200);
  assert.equal(await pull(better), 403);
  assert.equal((await call('PATCH', self, { json: {} })).status, 428);
});

test('it ends after 90 days unless an instant, or never, is said', async () => {
  const days = (text: string) => Math.round((Date.parse(text) - Date.now()) / 86_400_000);
  assert.equal(days((await make()).robot.expiresAt), 90);
  assert.equal((await make({ expiresAt: 'never' })).robot.expiresAt, 'never');
  assert.equal(days((await make({ expiresAt: new Date(Date.now() + 5 * 86_400_000).toISOString() })).robot.expiresAt), 5);
  for (const expiresAt of ['2001-01-01T00:00:00Z', 'soon', null]) {
    const answer = await call('POST', '/projects/team/robots', { json: { name: 'x', permissions: [], expiresAt } });
    assert.equal(answer.status, 400, String(expiresAt));
  }
});
