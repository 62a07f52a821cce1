import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pushImage } from '../protocol/sample-content.ts';
import { startConsole, withoutBrowser } from './browser.ts';

const stage = await startConsole();
after(() => stage.stop());
const { registry } = stage;
const inBrowser = { skip: withoutBrowser };
const alice = await registry.addUser('alice', { team: 'owner' });
const carol = await registry.addUser('carol');

test('where nothing was pushed yet, it is said how to', inBrowser, async (t) => {
  const page = await stage.open(t, { as: alice, language: 'zh-CN' });
  await page.goto('/');
  await page.getByRole('heading', { name: '推送镜像' }).waitFor();
  await page.getByText(`docker push ${registry.host}/alice/alpine:latest`).waitFor();
  // Without TLS, which skopeo wants to be told of.
  await page.getByText(`skopeo login --tls-verify=false -u alice ${registry.host}`).waitFor();
});

test('everybody sees what was pushed of what they may see, and goes to it by a click', inBrowser, async (t) => {
  await pushImage({ client: registry.client, repository: 'team/app', authorization: alice.basic }, 'v1');
  const page = await stage.open(t, { as: alice });
  await page.goto('/');
  const pushes = page.locator('.ant-card').filter({ hasText: 'Recent pushes' });
  await pushes.getByText('alice').waitFor();
  assert.equal(await page.getByText('Storage', { exact: true }).count(), 0, 'which is for administrators');
  await pushes.getByRole('link', { name: 'team/app:v1' }).click();
  await page.waitForURL(/\/repositories\/team%2Fapp\/images\/v1$/);
  const other = await stage.open(t, { as: carol });
  await other.goto('/');
  await other.getByRole('heading', { name: 'Push an image' }).waitFor();
  assert.equal(await other.getByText('team/app').count(), 0);
});

test('an administrator sees how much there is', inBrowser, async (t) => {
  const root = await registry.addUser('root');
  await registry.metadata.updateUser({ id: root.user.id, administrator: true, at: Date.now() });
  const page = await stage.open(t, { as: root });
  await page.goto('/');
  await page.getByRole('heading', { name: 'Storage' }).waitFor();
  await page.getByText('default directory').waitFor();
});
