import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { pushImage } from '../protocol/sample-content.ts';
import { startConsole, withoutBrowser } from './browser.ts';

const stage = await startConsole();
after(() => stage.stop());
const { registry } = stage;
const olivia = await registry.addUser('olivia', { shop: 'owner' });
const rita = await registry.addUser('rita', { shop: 'reader' });
for (const tag of ['v1', 'v2']) await pushImage({ client: registry.client, repository: 'shop/front', authorization: olivia.basic }, tag);

const skip = withoutBrowser;
const dialog = (page: Page) => page.getByRole('dialog');
const press = (page: Page, name: string) => page.getByRole('button', { name }).click();

test('retention shows what it would remove while it is written, and removes nothing', { skip }, async (t) => {
  const page = await stage.open(t, { as: olivia });
  await page.goto('/projects/shop/retention');
  await press(page, 'Write a policy');
  await page.getByText('0 tags and 0 manifests would go, 2 tags stay.').waitFor();
  await page.getByLabel('How many').fill('1');
  await page.getByText(/^1 tags and \d manifests would go, 1 tags stay\./).waitFor();
  await page
    .getByRole('row', { name: /shop\/front:v1/ })
    .getByText('goes')
    .waitFor();
  const tags = await registry.client.send('GET', '/v2/shop/front/tags/list', { authorization: olivia.basic });
  assert.deepEqual(JSON.parse(tags.body.toString()).tags, ['v1', 'v2']);
});

test('whoever may not sees what they may, and is told why not the rest', { skip }, async (t) => {
  const page = await stage.open(t, { as: rita });
  await page.goto('/projects/shop/members');
  await page.getByText('You may not see this').waitFor();
  await page.getByText(/rita is reader of project shop/).waitFor();
  const add = page.getByRole('button', { name: 'Add member' });
  assert.equal(await add.getAttribute('aria-disabled'), 'true');
  await add.click({ force: true });
  assert.equal(await dialog(page).count(), 0);
  await page.getByRole('link', { name: 'Tag rules' }).click();
  await page.getByText('Every tag may be moved and deleted').waitFor();
});
