import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { basicAuthorization } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { startConsole, withoutBrowser } from './browser.ts';
import { apiAs } from './demo/demo-api.ts';
import { endSessions, signInBeside } from './sessions.ts';

const stage = await startConsole({ flags: ['--outgoing-allow', '127.0.0.1', '--outgoing-ports', '1-65535'] });
after(() => stage.stop());
const { registry } = stage;
const { client } = registry;
await registry.startWork();
const root = await registry.addUser('root');
await registry.metadata.updateUser({ id: root.user.id, administrator: true, at: Date.now() });
const olivia = await registry.addUser('olivia', { shop: 'owner', 'shop-prod': 'owner' });
const rita = await registry.addUser('rita', { shop: 'reader' });
for (const tag of ['v1', 'v2']) await pushImage({ client, repository: 'shop/front', authorization: olivia.basic }, tag);

const skip = withoutBrowser;
/** The name of a button with an icon begins with that of the icon. */
const press = (where: Page | Locator, name: string) => where.getByRole('button', { name: new RegExp(`^(\\S+ )?${name}$`) }).click();
const tab = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages of this project' }).getByRole('link', { name }).click();

/** The dialog of a title, once it is there. */
async function dialogOf(page: Page, name: string | RegExp): Promise<Locator> {
  const dialog = page.getByRole('dialog', { name });
  await dialog.waitFor();
  return dialog;
}

/** One that an open list offers. */
const choice = (page: Page, option: string) =>
  page.locator('.ant-select-dropdown:visible .ant-select-item-option-content').getByText(option, { exact: true });

async function choose(page: Page, field: Locator, option: string): Promise<void> {
  await field.click();
  await choice(page, option).click();
}

/** What the row of a code block gives into the clipboard. */
async function copied(page: Page, block: Locator): Promise<string> {
  // It says so for a moment: one must be looking when it does.
  await Promise.all([block.getByRole('button', { name: 'Copied' }).waitFor(), block.getByRole('button').click()]);
  return page.evaluate<string>('navigator.clipboard.readText()');
}

/** What a shell would give a command of the words that somebody copied, for each flag. */
const flagOf = (words: string, flag: string) => new RegExp(`--${flag}[= ]'?([^\\s']+)'?`).exec(words)?.[1] ?? '';

const tagsAs = async (authorization: string, repository = 'shop/front') =>
  (await client.send('GET', `/v2/${repository}/tags/list`, { authorization })).status;

test('an administrator makes a project, gives roles to a user and a group found by their beginnings, and sets a limit', {
  skip,
}, async (t) => {
  await registry.addUser('packer-anna');
  const made = await client.send('POST', '/api/v1/groups', {
    authorization: root.basic,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'packagers' }),
  });
  assert.equal(made.status, 201, made.body.toString());
  const page = await stage.open(t, { as: root });
  await page.goto('/projects');
  await press(page, 'New project');
  const making = await dialogOf(page, 'New project');
  await making.getByLabel('Name').fill('plant');
  await press(making, 'Create');
  await page.waitForURL(/\/projects\/plant$/);
  await page.getByText('Nothing has been pushed yet').waitFor();
  await tab(page, 'Members');
  for (const [kind, begins, name, role] of [
    ['user', 'packer', 'packer-anna', 'maintainer'],
    ['group', 'pack', 'packagers', 'reader'],
  ] as const) {
    await press(page, 'Add member');
    const adding = await dialogOf(page, 'Add member');
    if (kind === 'group') await choose(page, adding.getByLabel('Kind'), kind);
    await adding.getByLabel('Name').fill(begins);
    await choice(page, name).click();
    await choose(page, adding.getByLabel('Role'), role);
    await press(adding, 'Add');
    await page.getByRole('row', { name: new RegExp(`^${name} ${kind} ${role}`) }).waitFor();
  }
  await tab(page, 'Quota');
  await page.getByText('(no limit)').first().waitFor();
  await press(page, 'Change');
  const limits = await dialogOf(page, 'Change limits');
  await limits.getByLabel('Storage in GiB').fill('2');
  await press(limits, 'Save');
  await page.getByRole('progressbar', { name: 'Storage' }).waitFor();
  // Set to the byte elsewhere, it is shown without an end of decimals, and stays to the byte while it is not touched.
  const api = apiAs(registry, root);
  const params = { path: { project: 'plant' } };
  await api.PATCH('/api/v1/projects/{project}/quota', {
    params: { ...params, header: { 'If-Match': '*' } },
    body: { limitBytes: 123_456_789 },
  });
  await page.reload();
  await press(page, 'Change');
  assert.equal(await limits.getByLabel('Storage in GiB').inputValue(), '0.11498');
  await limits.getByLabel('Tags').fill('7');
  await press(limits, 'Save');
  await limits.waitFor({ state: 'hidden' });
  const { data } = await api.GET('/api/v1/projects/{project}/quota', { params });
  assert.deepEqual([data?.storage.limitBytes, data?.tags.limit], [123_456_789, 7]);
});

test('the secret of a robot is shown once, and each line to copy logs in', { skip }, async (t) => {
  const page = await stage.open(t, { as: olivia });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('/projects/shop/robots');
  await press(page, 'New robot');
  const making = await dialogOf(page, 'New robot');
  await making.getByLabel('Name').fill('cluster');
  await press(making, 'Create');
  const shown = await dialogOf(page, 'The secret of cluster');
  const line = (text: string | RegExp) => shown.locator('.ant-flex', { has: page.locator('pre').filter({ hasText: text }) }).last();
  const secret = await copied(page, line(/^lsr_|^[A-Za-z0-9_-]{20,}$/));
  const login = await copied(page, line('docker login'));
  assert.ok(login.startsWith(`printf %s '${secret}' | docker login ${registry.host} `), login);
  const name = flagOf(login, 'username');
  assert.equal(await tagsAs(basicAuthorization(name, secret)), 200);
  await shown.getByRole('tab', { name: 'Kubernetes pull secret' }).click();
  const pullSecret = await copied(page, line('kubectl create secret'));
  assert.equal(flagOf(pullSecret, 'docker-server'), registry.host);
  const inCluster = basicAuthorization(flagOf(pullSecret, 'docker-username'), flagOf(pullSecret, 'docker-password'));
  assert.equal(await tagsAs(inCluster), 200);
  await press(shown, 'I have kept it');
  await page.getByRole('link', { name: 'cluster' }).click();
  await page.getByRole('heading', { name: 'cluster' }).waitFor();
  assert.ok(!(await page.content()).includes(secret), 'nobody sees it again');
  await press(page, 'Disable');
  await page.getByRole('button', { name: 'Enable' }).waitFor();
  assert.equal(await tagsAs(inCluster), 401);
});

test('a token of somebody logs in as them until it is revoked', { skip }, async (t) => {
  const page = await stage.open(t, { as: olivia });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('/account');
  await press(page, 'New token');
  const making = await dialogOf(page, 'New token');
  await making.getByLabel('Name').fill('laptop');
  await press(making, 'Create');
  const shown = await dialogOf(page, 'Your new token');
  const [token = '', login = ''] = await shown.locator('pre').allTextContents();
  await Promise.all([shown.getByRole('button', { name: 'Copied' }).waitFor(), press(shown, 'Token')]);
  assert.equal(await page.evaluate<string>('navigator.clipboard.readText()'), token);
  assert.ok(login.includes(`'${token}'`), login);
  const asTool = basicAuthorization(flagOf(login, 'username'), token);
  assert.equal(await tagsAs(asTool), 200);
  await press(shown, 'I have kept it');
  await page
    .getByRole('row', { name: /^laptop/ })
    .getByRole('button', { name: 'Revoke' })
    .click();
  await press(await dialogOf(page, 'Revoke the token laptop?'), 'Revoke');
  await page.getByText('You have no access tokens').waitFor();
  assert.equal(await tagsAs(asTool), 401);
});

test('settings say that they were saved, and what is typed outlives the session', { skip }, async (t) => {
  const page = await stage.open(t, { as: olivia });
  await page.goto('/projects/shop/settings');
  const general = page.locator('.ant-card', { has: page.getByLabel('Environment') });
  const terms = page.locator('.ant-card', { has: page.getByLabel('Minimum age in minutes') });
  await choose(page, general.getByLabel('Environment'), 'Test');
  await general.getByLabel('Next project of the chain').fill('shop-prod');
  await terms.getByLabel('Minimum age in minutes').fill('30');
  await press(general, 'Save');
  await general.getByText('Saved', { exact: true }).waitFor();
  await press(terms, 'Save');
  await terms.getByText('Saved', { exact: true }).waitFor();
  assert.equal(await terms.getByLabel('Minimum age in minutes').inputValue(), '30');
  await general.getByLabel('Description').fill('What the shop sells');
  await general.getByText('Saved', { exact: true }).waitFor({ state: 'hidden' });
  await endSessions(registry, olivia);
  await press(general, 'Save');
  await signInBeside(page, olivia);
  assert.equal(await general.getByLabel('Description').inputValue(), 'What the shop sells');
  await press(general, 'Save');
  await general.getByText('Saved', { exact: true }).waitFor();
  await general.getByLabel('Description').fill('What I think it sells');
  const header = { 'If-Match': '*' };
  const params = { path: { project: 'shop' }, header };
  await apiAs(registry, olivia).PATCH('/api/v1/projects/{project}', { params, body: { description: 'What it really sells' } });
  await press(general, 'Save');
  await press(general, 'Show what is stored now, and lose what I typed');
  await general.getByRole('alert').waitFor({ state: 'detached' });
  assert.equal(await general.getByLabel('Description').inputValue(), 'What it really sells');
  await tab(page, 'Overview');
  await page.getByRole('paragraph').getByText('What it really sells').waitFor();
  await page.getByRole('list', { name: 'Promotion chain' }).getByRole('link', { name: 'shop-prod' }).click();
  await page.getByRole('list', { name: 'Promotion chain' }).getByRole('link', { name: 'shop' }).waitFor();
});

test('a policy shows what would go while it is written, and a run removes just that', { skip }, async (t) => {
  for (const tag of ['old', 'new'])
    await pushImage({ client, repository: 'shop/back', authorization: olivia.basic }, tag, { annotations: { tag } });
  const page = await stage.open(t, { as: olivia });
  await page.goto('/projects/shop/retention');
  await press(page, 'Write a policy');
  await page.getByText('Tags that would go: 0, with manifests: 0. Tags that stay: 4.').waitFor();
  await page.getByRole('textbox', { name: 'Repositories' }).fill('back');
  await page.getByLabel('How many').fill('1');
  await page.getByText(/^Tags that would go: 1, with manifests: \d\. Tags that stay: 3\./).waitFor();
  await page.getByRole('row', { name: 'shop/back:old goes No rule keeps it' }).waitFor();
  assert.equal(await tagsAs(olivia.basic, 'shop/back'), 200);
  await press(page, 'Save policy');
  await page.getByText('Saved', { exact: true }).waitFor();
  assert.equal(await page.getByLabel('How many').inputValue(), '1');
  await press(page, 'Run now');
  await page.getByRole('row', { name: /done 1 3/ }).waitFor();
  await tab(page, 'Jobs');
  await page.getByRole('row', { name: /Retention \d+ done olivia/ }).waitFor();
  const left = await client.send('GET', '/v2/shop/back/tags/list', { authorization: olivia.basic });
  assert.deepEqual(JSON.parse(left.body.toString()).tags, ['new']);
});

test('a webhook is tried, seen to fail, and delivered again', { skip }, async (t) => {
  let status = 500;
  const signed: boolean[] = [];
  const receiver = createServer(async (request, response) => {
    await request.toArray();
    signed.push(Object.keys(request.headers).some((name) => name.includes('signature')));
    response.writeHead(status).end('what the receiver says');
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  t.after(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  const page = await stage.open(t, { as: olivia });
  await page.goto('/projects/shop/webhooks');
  await press(page, 'New webhook');
  const making = await dialogOf(page, 'New webhook');
  await making.getByLabel('Name').fill('pipeline');
  await making.getByLabel('Address').fill(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`);
  await making.getByLabel('Secret for signatures').fill('a secret of a webhook');
  await press(making, 'Create');
  await page.getByRole('link', { name: 'pipeline' }).click();
  await press(page, 'Send a test');
  const row = page.getByRole('row', { name: /on its way 500/ });
  await row.waitFor();
  await row.getByRole('button', { name: 'Expand row' }).click();
  await page.getByText('what the receiver says').first().waitFor();
  status = 204;
  await page.getByRole('button', { name: 'Deliver again' }).last().click();
  // At its first attempt: what was sent before needs more than one, if it is tried again meanwhile.
  await page.getByRole('row', { name: /delivered 204 1/ }).waitFor();
  assert.ok(signed.length >= 2 && signed.every(Boolean));
});

test('a rule keeps a tag where it is, the log has who made it, and a project goes when its name is typed', { skip }, async (t) => {
  await registry.addUser('dora', { depot: 'owner' });
  await pushImage({ client, repository: 'depot/app', authorization: root.basic }, 'v1');
  const page = await stage.open(t, { as: root });
  await page.goto('/projects/depot/tag-rules');
  await press(page, 'New rule');
  await press(await dialogOf(page, 'New rule'), 'Create');
  await page.getByRole('row', { name: /^v\* \*\* immutable/ }).waitFor();
  const moved = { client, repository: 'depot/app', authorization: root.basic };
  await assert.rejects(pushImage(moved, 'v1', { annotations: { moved: 'yes' } }));
  await tab(page, 'Audit');
  await page.getByLabel('Action', { exact: true }).fill('tag-rule.created');
  await press(page.getByRole('main'), 'Search');
  await page.getByRole('row', { name: /user:\d+:root tag-rule\.created/ }).waitFor();
  await tab(page, 'Settings');
  await press(page, 'Delete project');
  const asking = await dialogOf(page, 'Delete the project depot?');
  await asking.getByText('Repositories: 2').waitFor();
  await asking.getByText('Tags: 1').waitFor();
  assert.ok(await asking.getByRole('button', { name: 'Delete project' }).isDisabled());
  await asking.getByRole('textbox').fill('depot');
  await press(asking, 'Delete project');
  await page.waitForURL(/\/projects$/);
  assert.equal(await tagsAs(root.basic, 'depot/app'), 404);
});

test('whoever may not sees what they may, and is told in their language why not the rest', { skip }, async (t) => {
  const page = await stage.open(t, { as: rita, language: 'zh-CN', size: { width: 400, height: 800 } });
  await page.goto('/projects/shop/members');
  await page.getByText('您无权查看此内容').waitFor();
  await page.getByText('此操作需要 shop 的“管理”权限，您在其中的角色是 reader，不包含该权限。').waitFor();
  const add = page.getByRole('button', { name: '添加成员' });
  assert.equal(await add.getAttribute('aria-disabled'), 'true');
  await add.click({ force: true });
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.getByRole('link', { name: '标签规则' }).click();
  await page.getByText('有权限的人可以移动和删除任何标签').waitFor();
  await page.goto('/projects/shop/settings');
  await page.getByRole('link', { name: '设置', exact: true }).waitFor();
  // The page's policy lets `waitForFunction` look but once.
  await page.evaluate(`new Promise((done) => {
    const look = () => {
      const tab = document.querySelector('.project-tabs [aria-current=page]').getBoundingClientRect();
      return tab.left >= 0 && tab.right <= 400 ? done() : requestAnimationFrame(look);
    };
    look();
  })`);
  await page.goto('/repositories/shop%2Ffront');
  const remove = page.getByRole('button', { name: '删除仓库' });
  await remove.focus();
  await page.getByRole('tooltip').getByText('此操作需要 shop/front 的“删除”权限').waitFor();
  await remove.press('Enter');
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.goto('/projects/no-such-project');
  await page.getByRole('heading', { level: 1, name: 'no-such-project' }).waitFor();
  const refusal = page.getByRole('alert');
  await refusal.getByText('没有找到，或您无权查看').waitFor();
  assert.doesNotMatch((await refusal.textContent()) ?? '', /There is/);
});
