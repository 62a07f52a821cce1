// The requests that the guides to robots, quotas, promotion and the audit log show, on one server.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createApiClient } from '../../packages/api-client/src/index.ts';
import { type ClientHome, createClientHome } from '../clients/client-home.ts';
import { startRegistry, type TestRegistry, type TestUser } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { requirePrograms } from '../tools/programs.ts';
import { guideBlocks, localised, withoutComments } from './guide-blocks.ts';

const guides = ['robots', 'quotas', 'promotion', 'audit'] as const;

/** A server whose blocks are run by bash; a request that is refused ends the block. */
interface Scene {
  readonly registry: TestRegistry;
  readonly home: ClientHome;
  readonly token: string;
  readonly users: readonly TestUser[];
}

async function openScene(t: TestContext): Promise<Scene> {
  const registry = await startRegistry({ flags: [] });
  t.after(() => registry.stop());
  const home = await createClientHome();
  t.after(() => home.remove());
  const admin = await registry.addUser('admin', { team: 'owner', reports: 'owner' });
  await registry.metadata.updateUser({ id: admin.user.id, administrator: true, at: Date.now() });
  const users = [admin, await registry.addUser('alice', { team: 'owner' }), await registry.addUser('owner', { prod: 'owner' })];
  users.push(await registry.addUser('releaser', { dev: 'reader', prod: 'maintainer' }));
  const api = createApiClient({ baseUrl: registry.url, credential: { name: 'admin', password: admin.password } });
  const made = await api.POST('/api/v1/users/{user}/tokens', { params: { path: { user: 'admin' } }, body: { name: 'guides' } });
  await pushImage({ client: registry.client, authorization: admin.basic, repository: 'dev/app' }, '1.2');
  return { registry, home, token: made.data?.token ?? '', users };
}

/** What a block prints, with the server and the passwords of this test in the places of the guide's. */
function run({ registry, home, token, users }: Scene, text: string, env: Record<string, string> = {}): Promise<string> {
  const named = users.reduce(
    (so, { user, password }) => so.replaceAll(`-u ${user.name} `, `-u '${user.name}:${password}' `),
    text.replaceAll(/https:\/\/(\$registry|registry\.example(\.com)?)/g, registry.url),
  );
  const script = `set -e; cd "$HOME"; curl() { command curl --fail-with-body "$@"; }\n${named}`;
  return home.run('bash', ['-c', script], { env: { PATH: process.env['PATH'] ?? '', token, api: `${registry.url}/api/v1`, ...env } });
}

const requestsOf = async (guide: string) =>
  (await guideBlocks(guide)).filter(({ language, text }) => language === 'sh' && text.includes('curl ')).map(({ text }) => text);

test('guides show in both languages the same', async () => {
  for (const guide of guides) {
    const [english, chinese] = await Promise.all(
      [`${guide}.md`, `${guide}.zh-CN.md`].map(async (name) => (await guideBlocks(name)).map(({ text }) => withoutComments(text))),
    );
    assert.deepEqual(chinese, english, guide);
  }
});

test('what the guides show is done as they say', async (t) => {
  if (requirePrograms(t, 'bash', 'curl', 'sed', 'tr') === undefined) return;
  const scene = await openScene(t);
  await t.test('robots', async () => {
    const [create = '', system = '', rotate = ''] = await requestsOf('robots.md');
    const soon = new Date(Date.now() + 86_400_000).toISOString();
    const made = JSON.parse(await run(scene, localised(create, { '2027-06-30T00:00:00Z': soon })));
    assert.deepEqual([made.robot.userName, made.secret.slice(0, 4)], ['robot+team+ci', 'lsr_']);
    assert.equal(JSON.parse(await run(scene, system)).robot.userName, 'robot+scanner');
    const rotated = JSON.parse(await run(scene, rotate, { robot: made.robot.id }));
    assert.equal(rotated.robot.secrets.length, 2);
  });
  await t.test('quotas', async () => {
    const [change = ''] = await requestsOf('quotas.md');
    assert.match(await run(scene, change), /"tags":{"used":\d+,"limit":500,/);
  });
  await t.test('promotion', async () => {
    const [dryRun = '', conditions = '', rules = ''] = await requestsOf('promotion.md');
    assert.equal(JSON.parse(await run(scene, dryRun)).possible, true);
    assert.match(await run(scene, conditions), /"fromChainOnly":true/);
    assert.equal(JSON.parse(await run(scene, dryRun)).possible, false);
    assert.match(await run(scene, rules), /"immutable".*"protected"/);
  });
  await t.test('audit', async () => {
    const [look = ''] = await requestsOf('audit.md');
    const csv = await run(scene, `${look}\ncat audit.csv`);
    assert.match(csv, /promotion-policy|promotion/);
    assert.match(await run(scene, 'cat audit.jsonl'), /robot\.created/);
  });
});
