import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createApiClient } from '../../packages/api-client/src/index.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { until } from '../security/until.ts';

const secret = 'hunter2-of-the-test';
const registry = await startRegistry({
  flags: [
    '--audit-forward',
    'https://127.0.0.1:9/in',
    '--gc-grace-hours',
    '0',
    '--gc-untagged',
    'delete',
    '--gc-untagged-after-hours',
    '0',
  ],
  env: { LONGSHORE_AUDIT_FORWARD_AUTHORIZATION: `Bearer ${secret}` },
});
after(() => registry.stop());
await registry.startWork();
const alice = await registry.addUser('alice', { team: 'maintainer' });
const bob = await registry.addUser('bob');
const admin = await registry.addUser('root');
await registry.metadata.updateUser({ id: admin.user.id, administrator: true, at: Date.now() });
const as = ({ user, password }: typeof alice) => createApiClient({ baseUrl: registry.url, credential: { name: user.name, password } });
const { digest } = await pushImage({ client: registry.client, authorization: alice.basic, repository: 'team/app' }, '1.0', {});

test('an overview shows what the caller may see, and administrators what there is', async () => {
  const overview = async (client: ReturnType<typeof as>) => (await client.GET('/api/v1/overview')).data ?? assert.fail();
  const seen = await overview(as(alice));
  assert.deepEqual(
    seen.recentPushes.map((push) => [push.repository, push.tag, push.digest]),
    [['team/app', '1.0', digest]],
  );
  assert.equal(seen.administration, undefined);
  assert.deepEqual((await overview(as(bob))).recentPushes, []);
  assert.deepEqual((await overview(createApiClient({ baseUrl: registry.url }))).recentPushes, []);
  const { administration } = await overview(as(admin));
  assert.deepEqual([administration?.repositories, administration?.tags, administration?.manifests], [2, 1, 1]);
  const [store] = administration?.storage.stores ?? [];
  assert.ok(store?.name === 'default' && store.bytes > 0 && (store.freeBytes ?? 0) > 0);
});

test('settings are shown to administrators alone, with their sources and without any secret', async () => {
  await assert.rejects(as(alice).GET('/api/v1/settings'), { status: 403 });
  await assert.rejects(as(alice).GET('/api/v1/storage'), { status: 403 });
  const { data } = await as(admin).GET('/api/v1/settings');
  const of = (key: string) => data?.settings.find((setting) => setting.key === key);
  assert.deepEqual([of('gc.graceHours')?.value, of('gc.graceHours')?.source], [0, '--gc-grace-hours']);
  const masked = of('audit.forwardAuthorization');
  assert.deepEqual([masked?.value, masked?.secret, masked?.source], ['********', true, 'LONGSHORE_AUDIT_FORWARD_AUTHORIZATION']);
  assert.ok(!JSON.stringify(data).includes(secret));
});

test('garbage is looked at, and collected, by jobs that anybody finds again; the run is written down', async () => {
  const client = as(admin);
  await assert.rejects(as(alice).POST('/api/v1/garbage/runs'), { status: 403 });
  await as(alice).DELETE('/api/v1/repositories/{repository}/tags/{tag}', { params: { path: { repository: 'team/app', tag: '1.0' } } });
  const ended = async (job: string) => {
    const look = async () => (await client.GET('/api/v1/jobs/{job}', { params: { path: { job } } })).data ?? assert.fail();
    let seen = await look();
    await until(async () => {
      seen = await look();
      assert.notEqual(seen.state, 'failed', seen.failure);
      return seen.state === 'done';
    });
    return seen;
  };
  const preview = await ended((await client.POST('/api/v1/garbage/preview')).data?.job ?? '');
  assert.equal((preview.progress as { manifests: number }).manifests, 1);
  assert.ok(preview.log.some(({ text }) => text.includes(`team/app@${digest}`)));
  assert.deepEqual((await client.GET('/api/v1/garbage/runs')).data?.items, [], 'a preview is no run');
  const run = await ended((await client.POST('/api/v1/garbage/runs')).data?.job ?? '');
  assert.match(run.log.at(-1)?.text ?? '', /^Removed 1 manifests/);
  const [entry] = (await client.GET('/api/v1/garbage/runs')).data?.items ?? [];
  assert.deepEqual([entry?.removed.manifests, entry?.failure, entry?.by], [1, undefined, `user:${admin.user.id}:root`]);
});
