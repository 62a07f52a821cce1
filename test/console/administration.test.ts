import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pushImage } from '../protocol/sample-content.ts';
import { seriousFindings } from './accessibility.ts';
import { startConsole, withoutBrowser } from './browser.ts';

const stage = await startConsole();
after(() => stage.stop());
const { registry } = stage;
const root = await registry.addUser('root', { team: 'owner' });
await registry.metadata.updateUser({ id: root.user.id, administrator: true, at: Date.now() });
const member = await registry.addUser('member', { team: 'reader' });
await pushImage({ client: registry.client, repository: 'team/app', authorization: root.basic }, 'v1');

const pages = [
  '',
  '/users',
  '/users/member',
  '/groups',
  '/members',
  '/roles',
  '/robots',
  '/quotas',
  '/webhooks',
  '/jobs',
  '/garbage',
  '/audit',
  '/settings',
];

for (const looks of [{ appearance: 'light', language: 'en' } as const, { appearance: 'dark', language: 'zh-CN' } as const]) {
  test(`every page of the administration shows what there is: ${Object.values(looks).join(', ')}`, { skip: withoutBrowser }, async (t) => {
    const page = await stage.open(t, { as: root, ...looks });
    const found: string[] = [];
    for (const path of pages) {
      await page.goto(`/administration${path}`);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.getByRole('progressbar', { name: /Loading|正在加载/ }).waitFor({ state: 'detached' });
      if ((await page.getByRole('alert').count()) > 0) found.push(`${path}: ${await page.getByRole('alert').first().textContent()}`);
      found.push(...(await seriousFindings(page)).map((finding) => `${path}: ${finding}`));
    }
    assert.deepEqual(found, []);
  });
}

test('who is no administrator is told so', { skip: withoutBrowser }, async (t) => {
  const page = await stage.open(t, { as: member });
  await page.goto('/administration/users');
  await page.getByText('Administrators alone see this').waitFor();
});
