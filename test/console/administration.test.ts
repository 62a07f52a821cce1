import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { basicAuthorization } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { startConsole, withoutBrowser } from './browser.ts';
import { endSessions, signInBeside } from './sessions.ts';

// That every page shows what there is, is looked at with the pages of others (every-page.test.ts).
const stage = await startConsole({ flags: ['--gc-grace-hours', '0', '--gc-untagged', 'delete', '--gc-untagged-after-hours', '0'] });
after(() => stage.stop());
const { registry } = stage;
const root = await registry.addUser('root', { team: 'owner' });
await registry.metadata.updateUser({ id: root.user.id, administrator: true, at: Date.now() });
const member = await registry.addUser('member', { team: 'reader' });
await pushImage({ client: registry.client, repository: 'team/app', authorization: root.basic }, 'v1');

/** A job that has failed, though it would not fail again. */
async function failedJob(): Promise<number> {
  const { id } = await registry.metadata.enqueueJob({
    name: 'retention',
    input: { project: 'gone' },
    requestedBy: 'system:test',
    at: Date.now(),
  });
  const claim = await registry.metadata.claimJob({ names: ['retention'], claimant: 'test', leaseMs: 60_000 });
  assert.equal(claim?.id, id);
  const ending = { outcome: 'failed', failure: 'The disk was full.' } as const;
  assert.ok(await registry.metadata.finishJob({ id, attempts: claim.attempts, ending, at: Date.now(), report: { lines: ['It began.'] } }));
  return id;
}
const failed = await failedJob();
await registry.startWork();

/** The name of a button with an icon begins with that of the icon. */
const press = (where: Page | Locator, name: string) => where.getByRole('button', { name: new RegExp(`^(\\S+ )?${name}$`) }).click();

async function dialogOf(page: Page, name: string): Promise<Locator> {
  const dialog = page.getByRole('dialog', { name });
  await dialog.waitFor();
  return dialog;
}

test('who is no administrator is told so', { skip: withoutBrowser }, async (t) => {
  const page = await stage.open(t, { as: member });
  await page.goto('/administration/users');
  await page.getByText('Administrators alone see this').waitFor();
});

test('an administrator makes a user, who joins a group, gets another password and is kept out; the log tells', {
  skip: withoutBrowser,
}, async (t) => {
  const page = await stage.open(t, { as: root });
  const status = async (password: string) =>
    (await registry.client.send('GET', '/v2/', { authorization: basicAuthorization('newcomer', password) })).status;
  await page.goto('/administration/users');
  await press(page, 'New user');
  const making = await dialogOf(page, 'New user');
  await making.getByLabel('Name').fill('newcomer');
  await press(making, 'Create');
  const shown = page.getByRole('status').filter({ hasText: 'The password of newcomer' });
  const first = (await shown.locator('pre').textContent()) ?? '';
  assert.equal(await status(first), 200);
  await page.getByRole('link', { name: 'Groups' }).click();
  await press(page, 'New group');
  const grouping = await dialogOf(page, 'New group');
  await grouping.getByLabel('Name', { exact: true }).fill('newcomers');
  await endSessions(registry, root);
  await press(grouping, 'Create');
  await signInBeside(page, root);
  assert.equal(await grouping.getByLabel('Name', { exact: true }).inputValue(), 'newcomers', 'what was typed outlives the session');
  await press(grouping, 'Create');
  await page
    .getByRole('row', { name: /newcomers/ })
    .getByRole('button', { name: 'Expand row' })
    .click();
  await press(page, 'Add a user');
  const adding = await dialogOf(page, 'Add a user');
  await adding.getByLabel('user').fill('newc');
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option-content').getByText('newcomer', { exact: true }).click();
  await press(adding, 'Add');
  await page.getByRole('link', { name: 'Users' }).click();
  await page.getByRole('link', { name: 'newcomer' }).click();
  await press(page, 'Set a new password');
  const setting = await dialogOf(page, 'New password of newcomer');
  await setting.getByLabel('Password').fill('a better password');
  await press(setting, 'Save');
  await setting.waitFor({ state: 'hidden' });
  assert.deepEqual([await status(first), await status('a better password')], [401, 200]);
  const out = page.getByRole('switch', { name: 'Disabled' });
  await out.click();
  await page.getByRole('switch', { name: 'Disabled', checked: true }).waitFor();
  assert.equal(await status('a better password'), 401);
  await page.getByRole('link', { name: 'Audit log' }).click();
  const action = page.getByLabel('Action', { exact: true });
  await action.fill('user.created');
  await action.press('Enter');
  await page.waitForURL(/action=user\.created/);
  await page.getByRole('row', { name: /user:\d+:root user\.created user newcomer allowed/ }).waitFor();
  await page.getByRole('row', { name: /session\.created/ }).waitFor({ state: 'detached' });
  await action.and(page.locator(':focus')).waitFor();
  const saved = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  const lines = (await readFile(await (await saved).path(), 'utf8')).trim().split('\r\n');
  assert.match(lines[0] ?? '', /^id,at,actor,.*,action,/);
  assert.equal(lines.length, 2, 'what is searched for, and nothing else');
  assert.match(lines[1] ?? '', /"user:\d+:root".*"user\.created","user","newcomer","allowed"/);
  // A refusal is no file to keep.
  await endSessions(registry, root);
  await page.getByRole('link', { name: 'Export CSV' }).click();
  await signInBeside(page, root);
});

test('a webhook of the registry is made, and changed to hear of something else', { skip: withoutBrowser }, async (t) => {
  const page = await stage.open(t, { as: root });
  await page.goto('/administration/webhooks');
  await press(page, 'New webhook');
  const making = await dialogOf(page, 'New webhook');
  await making.getByLabel('Name').fill('watcher');
  await making.getByLabel('Address').fill('https://hooks.example/registry');
  await press(making, 'Create');
  const row = page.getByRole('row', { name: /watcher https:\/\/hooks\.example\/registry tag\.created, tag\.moved enabled/ });
  await press(row, 'Change');
  const changing = await dialogOf(page, 'Change watcher');
  await changing.getByLabel('Events').fill('gc.fin');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await changing.getByLabel('Repositories').fill('team/**');
  await press(changing, 'Save');
  await page
    .getByRole('row', { name: /watcher https:\/\/hooks\.example\/registry tag\.created, tag\.moved, gc\.finished enabled/ })
    .waitFor();
});

test('a job that failed says why and is tried again; garbage is looked at, collected, and found again after a reload', {
  skip: withoutBrowser,
}, async (t) => {
  const lost = await pushImage({ client: registry.client, repository: 'team/app', authorization: root.basic }, undefined, {
    annotations: { lost: 'yes' },
  });
  const stored = async () =>
    (await registry.client.send('GET', `/v2/team/app/manifests/${lost.digest}`, { authorization: root.basic })).status;
  const page = await stage.open(t, { as: root, language: 'zh-CN' });
  await page.goto('/');
  const warning = page.getByRole('alert').filter({ hasText: /^失败的任务/ });
  await warning.getByRole('link', { name: '前往处理' }).click();
  await page.waitForURL(/\/administration\/jobs$/);
  const row = page.getByRole('row', { name: new RegExp(`按保留策略清理 ${failed} `) });
  await row.getByRole('button', { name: '展开行' }).click();
  await page.getByRole('alert').getByText('The disk was full.').waitFor();
  await row.getByRole('button', { name: /重\s?试/ }).click();
  await row.getByText('已完成').waitFor();
  await page.getByText('没有需要执行的内容').waitFor();
  await page.getByRole('link', { name: '垃圾回收' }).click();
  await press(page, '预览将被清除的内容');
  const current = page.getByRole('status').filter({ hasText: /^垃圾回收/ });
  await current.getByText('已完成').waitFor();
  await current.getByText('清单').waitFor();
  assert.equal(await stored(), 200, 'to look removes nothing');
  await press(page, '立即回收');
  const asking = await dialogOf(page, '立即回收垃圾？');
  await asking.getByText('以下内容以及预览之后不再被引用的内容将永久删除').waitFor();
  await asking.getByText('清单').waitFor();
  await press(asking, '立即回收');
  await current
    .filter({ hasText: /^垃圾回收 \d/ })
    .getByText('已完成')
    .waitFor();
  assert.equal(await stored(), 404);
  await page.reload();
  await current
    .filter({ hasText: /^垃圾回收 \d/ })
    .getByText('已完成')
    .waitFor();
  await page
    .getByRole('row', { name: / root / })
    .first()
    .waitFor();
});
