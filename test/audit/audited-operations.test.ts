import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import description from '../../docs/reference/openapi.json' with { type: 'json' };
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { pushBlob, pushImage } from '../protocol/sample-content.ts';
import { codeOfApp } from '../tools/authenticator-app.ts';

const issuers = [{ name: 'github', issuer: 'https://issuer.example' }];
const registry = await startRegistry({ flags: [], env: { LONGSHORE_FEDERATION_ISSUERS: JSON.stringify(issuers) } });
after(() => registry.stop());
const { client, metadata } = registry;
const root = await registry.addUser('root', { team: 'owner', test: 'owner' });
const eve = await registry.addUser('eve', { other: 'reader' });
await metadata.updateUser({ id: root.user.id, administrator: true, at: Date.now() });
const place = { client, repository: 'team/app', authorization: root.basic };
const image = await pushImage(place, 'v1');
await pushImage(place, 'v2');

type Json = Record<string, unknown>;
const known: Record<string, string> = { digest: image.digest };
const covered = new Set<string>();
const paths: Record<string, Record<string, { operationId: string }>> = description.paths;

async function newest(): Promise<number> {
  return (await metadata.listAudit({}, { limit: 1, after: undefined })).items[0]?.id ?? 0;
}

async function since(last: number) {
  const { items } = await metadata.listAudit({}, { limit: 50, after: undefined });
  return items.filter(({ id }) => id > last).reverse();
}

/** One call as the administrator: it is done, and leaves exactly these entries, each with who, with what, and under which request. */
async function leaves(actions: readonly string[], call: string, json?: Json, keep?: readonly [name: string, pointer: string]) {
  const [method = '', template = ''] = call.split(' ');
  const operation = paths[`/api/v1${template}`]?.[method.toLowerCase()]?.operationId;
  assert.ok(operation !== undefined, `${call} is no operation`);
  const path = template.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(known[name] ?? `no ${name}`));
  const last = await newest();
  const headers = { 'if-match': known['version'] ?? '*', ...(json !== undefined && { 'content-type': 'application/json' }) };
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  const answer = await client.send(method, `/api/v1${path}`, { authorization: root.basic, headers, ...body });
  const text = answer.body.toString();
  assert.ok(answer.status < 300, `${call}: ${answer.status} ${text}`);
  const entries = await since(last);
  assert.deepEqual(entries.map(({ action }) => action).sort(), [...actions].sort(), call);
  for (const { actor, credential, address, requestId, outcome } of entries) {
    assert.deepEqual(
      [actor, credential, address, requestId, outcome],
      [`user:${root.user.id}:root`, 'password', '127.0.0.1', answer.headers['x-request-id'], 'allowed'],
      call,
    );
  }
  covered.add(operation);
  if (keep !== undefined) {
    const value = keep[1].split('.').reduce<unknown>((inner, key) => (inner as Json)[key], JSON.parse(text));
    known[keep[0]] = String(value);
  }
}

/** Signs the administrator in; answers the id of the session. */
async function startSession(): Promise<string> {
  const origin = { address: '127.0.0.1', userAgent: 'test' };
  const { id: userId, version } = (await metadata.findUser({ id: root.user.id })) ?? assert.fail();
  const [secretHash, createdAt] = [randomBytes(32), Date.now()];
  const session = {
    secretHash,
    userId,
    userVersion: version,
    provider: 'password',
    createdAt,
    provedAt: createdAt,
    expiresAt: createdAt + 60_000,
    ...origin,
  };
  return String((await metadata.createSession({ ...session, by: systemAgent('test') }))?.id);
}

test('each change by the management API leaves its entries, with who, with what, from where and under which request', async () => {
  known['session'] = await startSession();
  Object.assign(known, { user: 'bob', group: 'devs', project: 'team', role: 'pusher', repository: 'team/app', tag: 'v2' });
  await leaves(['user.created'], 'POST /users', { name: 'bob', password: 'a long password' });
  await leaves(['user.updated'], 'PATCH /users/{user}', { disabled: false });
  await leaves(['group.created'], 'POST /groups', { name: 'devs' });
  await leaves(['group.member-added'], 'PUT /groups/{group}/members/{user}');
  await leaves([], 'PUT /groups/{group}/members/{user}');
  await leaves(['group.member-removed'], 'DELETE /groups/{group}/members/{user}');
  await leaves(['project.created'], 'POST /projects', { name: 'made', visibility: 'private' });
  await leaves(['project.updated'], 'PATCH /projects/{project}', { description: 'ours' });
  for (const [prefix, member] of [
    ['', '/members'],
    ['/projects/{project}', '/projects/{project}/members'],
  ] as const) {
    await leaves(['role.created'], `POST ${prefix}/roles`, { name: 'pusher', actions: ['push'] });
    await leaves(['role.updated'], `PATCH ${prefix}/roles/{role}`, { actions: ['pull', 'push'] });
    await leaves(['member.added'], `POST ${member}`, { subject: { kind: 'group', name: 'devs' }, role: 'pusher' }, ['member', 'id']);
    await leaves(['member.changed'], `PATCH ${member}/{member}`, { role: 'reader' });
    await leaves(['member.removed'], `DELETE ${member}/{member}`);
    await leaves(['role.deleted'], `DELETE ${prefix}/roles/{role}`);
    await leaves(['robot.created'], `POST ${prefix}/robots`, { name: 'ci', permissions: [] }, ['robot', 'robot.id']);
    await leaves(['robot.updated'], `PATCH ${prefix}/robots/{robot}`, { description: 'builds' });
    await leaves(['robot.rotated'], `POST ${prefix}/robots/{robot}/rotate`, {});
    const trust = { issuer: 'github', rule: 'claims.repository == "octo/app"' };
    await leaves(['robot.trust-created'], `POST ${prefix}/robots/{robot}/trusts`, trust, ['trust', 'trust.id']);
    await leaves(['robot.trust-deleted'], `DELETE ${prefix}/robots/{robot}/trusts/{trust}`);
    await leaves(['robot.deleted'], `DELETE ${prefix}/robots/{robot}`);
  }
  await leaves(['group.deleted'], 'DELETE /groups/{group}');
  await leaves(['user.deleted'], 'DELETE /users/{user}');
  known['user'] = 'root';
  await leaves(['access-token.created'], 'POST /users/{user}/tokens', { name: 'ci' }, ['token', 'id']);
  await leaves(['access-token.deleted'], 'DELETE /users/{user}/tokens/{token}');
  await leaves(['session.ended'], 'DELETE /users/{user}/sessions/{session}');
  await leaves(['second-factor.begun'], 'POST /users/{user}/second-factor', undefined, ['secret', 'secret']);
  await leaves(['quota.changed'], 'PATCH /projects/{project}/quota', { limitTags: 100 });
  await leaves(['tag.deleted'], 'DELETE /repositories/{repository}/tags/{tag}');
  await leaves(['manifest.deleted', 'tag.deleted'], 'DELETE /repositories/{repository}/manifests/{digest}');
  await leaves(['repository.deleted'], 'DELETE /repositories/{repository}');
  known['project'] = 'made';
  await leaves(['project.deleted'], 'DELETE /projects/{project}');
});

test('rules, promotions, retention and webhooks leave their entries too', async () => {
  const rulesApp = { client, repository: 'rules/app', authorization: root.basic };
  const first = await pushImage(rulesApp, 'v1');
  await pushImage(rulesApp, 'v1', { annotations: { moved: 'here' } });
  await pushImage({ ...rulesApp, repository: 'target/app' }, 'v0');
  Object.assign(known, { project: 'rules', repository: 'rules/app', tag: 'v1' });
  await leaves(['tag-rule.created'], 'POST /projects/{project}/tag-rules', { tags: 'r*', kind: 'immutable' }, ['rule', 'id']);
  await leaves(['tag-rule.updated'], 'PATCH /projects/{project}/tag-rules/{rule}', { tags: 'rel*' });
  await leaves(['tag-rule.deleted'], 'DELETE /projects/{project}/tag-rules/{rule}');
  await leaves(['tag.moved'], 'POST /repositories/{repository}/tags/{tag}/restore', { digest: first.digest });
  const conditions = { fromChainOnly: false, minimumAgeMinutes: 0, requiredReferrers: [], roles: [] };
  await leaves(['promotion-policy.set'], 'PUT /projects/{project}/promotion', conditions);
  const promotion = { from: { repository: 'rules/app', tag: 'v1' }, to: { repository: 'target/app' } };
  await leaves(['image.promoted', 'tag.created'], 'POST /promotions', promotion, ['promotion', 'id']);
  await leaves(['promotion.undone', 'tag.deleted'], 'POST /promotions/{promotion}/undo');

  const rules = [{ repositories: '**', include: ['*'], exclude: [], keep: { kind: 'all' } }];
  await leaves(['retention-policy.set'], 'PUT /projects/{project}/retention', { rules, schedule: 'off' });
  const run: [string, string] = ['job', 'jobs.0'];
  await leaves(['job.requested'], 'POST /projects/{project}/retention/runs', {}, run);
  await leaves(['job.cancelled'], 'POST /projects/{project}/jobs/{job}/cancel', {});
  await leaves(['job.retried'], 'POST /projects/{project}/jobs/{job}/retry', {});
  await leaves(['job.cancelled'], 'POST /jobs/{job}/cancel', {});
  await leaves(['job.retried'], 'POST /jobs/{job}/retry', {});
  const compared = { repository: 'team/app', reference: (await pushImage(place, 'compared')).digest };
  await leaves(['job.requested'], 'POST /comparisons', { from: compared, to: compared }, ['comparison', 'id']);
  await leaves(['job.cancelled'], 'POST /comparisons/{comparison}/cancel', {});
  await leaves(['job.requested'], 'POST /projects/{project}/cleanup', { days: 30 });
  await leaves(['job.requested'], 'POST /cleanup', { name: 'target/app', days: 30 });
  await leaves(['job.requested'], 'POST /garbage/preview');
  await leaves(['job.requested'], 'POST /garbage/runs');
  known['version'] = '"1"';
  await leaves(['retention-policy.deleted'], 'DELETE /projects/{project}/retention');
  delete known['version'];

  for (const path of ['/webhooks', '/projects/{project}/webhooks']) {
    await leaves(['webhook.created'], `POST ${path}`, { name: 'ci', url: 'https://ci.example/' }, ['webhook', 'id']);
    await leaves(['webhook.updated'], `PATCH ${path}/{webhook}`, { name: 'cd' });
    await leaves(['webhook.tested'], `POST ${path}/{webhook}/test`, {}, ['delivery', 'id']);
    await leaves(['webhook.replayed'], `POST ${path}/{webhook}/deliveries/{delivery}/replay`, {});
    await leaves(['webhook.deleted'], `DELETE ${path}/{webhook}`);
  }
});

test('each changing request of /v2/ leaves its entries; one that is refused leaves a denial', async () => {
  const second = { client, repository: 'test/app', authorization: root.basic };
  const entriesOf = async (work: () => Promise<unknown>) => {
    const last = await newest();
    await work();
    return (await since(last)).map(({ action, outcome }) => `${action} ${outcome}`);
  };
  const pushed = await entriesOf(() => pushImage(second, 'v1'));
  assert.deepEqual(pushed.filter((entry) => !entry.startsWith('blob.')).sort(), ['manifest.pushed allowed', 'tag.created allowed']);
  assert.deepEqual(await entriesOf(() => pushBlob(second, Buffer.from('one more'))), ['blob.pushed allowed']);
  const remove = (authorization: string) => client.send('DELETE', '/v2/test/app/manifests/v1', { authorization });
  assert.deepEqual(await entriesOf(() => remove(eve.basic)), ['delete denied']);
  assert.deepEqual(await entriesOf(() => remove(root.basic)), ['tag.deleted allowed']);
});

test('what a handler refuses, a full quota, and a registry token at the API are denials; a refused login names the account', async () => {
  const denials = async (filter: Parameters<typeof metadata.listAudit>[0]) =>
    (await metadata.listAudit({ outcome: 'denied', ...filter }, { limit: 50, after: undefined })).items;
  const json = (body: Json) => ({ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  const asEve = { authorization: eve.basic };
  assert.equal((await client.send('POST', '/api/v1/projects', { ...asEve, ...json({ name: 'mine' }) })).status, 403);
  const [refused] = await denials({ action: 'createProject' });
  assert.equal(refused?.actor, `user:${eve.user.id}:eve`);
  assert.equal(refused?.credential, 'password');

  await metadata.setQuota({
    project: 'test',
    limits: { bytes: 1 },
    version: 'any',
    by: systemAgent('test'),
    at: Date.now(),
  });
  for (let count = 0; count < 3; count += 1) {
    const answer = await client.send('POST', '/v2/test/app/blobs/uploads/', { authorization: root.basic });
    assert.equal(answer.status, 413, answer.body.toString());
  }
  const full = await denials({ resource: 'test/app', actor: `user:${root.user.id}:root` });
  assert.equal(full.length, 1, 'repeats are counted');
  assert.match(full[0]?.reason ?? '', /^The quota of project test is 1 byte$/);

  const login = await client.send('GET', '/auth/token?scope=repository:team/app:pull', asEve);
  const authorization = `Bearer ${JSON.parse(login.body.toString()).token}`;
  assert.equal((await client.send('GET', '/api/v1/me', { authorization })).status, 401);
  assert.match((await denials({ action: 'login', actor: `user:${eve.user.id}:eve` }))[0]?.reason ?? '', /registry token/);

  const wrong = (name: string) => `Basic ${Buffer.from(`${name}:wrong`).toString('base64')}`;
  for (const name of ['eve', 'nobody-of-this-name']) await client.send('GET', '/v2/', { authorization: wrong(name) });
  const logins = (await denials({ action: 'login', actor: 'anonymous' })).map(({ resource }) => `${resource.kind} ${resource.name}`);
  assert.deepEqual(logins.sort(), ['account eve', 'registry ']);
});

/** Change nothing that lasts: what they would do is told, and asking for it is no change. */
const unaudited = new Set(['previewRetention', 'checkProjectRobotTrusts', 'checkRobotTrusts']);

test('the end of an identity at a provider leaves its entry', async () => {
  const [externalName, unsaid] = ['nora', undefined];
  const person = { provider: 'company', externalId: 'n-1', externalName, createUsers: true, names: [externalName], groups: [] };
  const said = { email: unsaid, administrator: unsaid, renewal: unsaid, checkAfter: unsaid };
  const outcome = await metadata.signInExternal({ ...person, ...said, by: systemAgent('test'), at: Date.now() });
  assert.ok(outcome.kind === 'user');
  const { items } = await metadata.listIdentityLinks(outcome.user.id, { limit: 1, after: undefined });
  known['identity'] = String(items[0]?.id);
  known['user'] = 'nora';
  await leaves(['user.unlinked'], 'DELETE /users/{user}/identities/{identity}');
});

test('beginning and end of a second factor leave their entries', async () => {
  const { user } = await registry.addUser('maya');
  const [userId, sealedSecret, by, at] = [user.id, 'sealed', systemAgent('test'), Date.now()];
  await metadata.beginSecondFactor({ userId, sealedSecret, by, at });
  await metadata.confirmSecondFactor({ userId, sealedSecret, step: 1, codeHashes: [], by, at });
  known['user'] = 'maya';
  await leaves(['second-factor.removed'], 'DELETE /users/{user}/second-factor');
  known['user'] = 'root';
  await leaves(['second-factor.confirmed'], 'POST /users/{user}/second-factor/confirm', { code: codeOfApp(known['secret'] ?? '') });
});

test('no operation that changes something was forgotten', () => {
  const changing = Object.values(paths).flatMap((methods) =>
    Object.entries(methods).flatMap(([method, { operationId }]) => (/^(post|put|patch|delete)$/.test(method) ? [operationId] : [])),
  );
  assert.deepEqual(
    changing.filter((operation) => !covered.has(operation) && !unaudited.has(operation)),
    [],
  );
});
