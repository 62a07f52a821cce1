import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { mediaTypes } from '@longshore/oci';
import type { Page } from 'playwright-core';
import { pushLayersTo } from '../comparison/compared-images.ts';
import { makeLayers } from '../comparison/made-layers.ts';
import { putManifest } from '../protocol/sample-content.ts';
import { lookWithAxe } from './accessibility.ts';
import { startConsole, withoutBrowser } from './browser.ts';
import { apiAs } from './demo/demo-api.ts';

const stage = await startConsole();
after(() => stage.stop());
const { registry } = stage;
const { directory, layer } = await makeLayers();
const alice = await registry.addUser('alice', { team: 'owner', secret: 'owner' });
const bob = await registry.addUser('bob', { team: 'reader' });
const inBrowser = { skip: withoutBrowser };
const place = (repository: string) => ({ client: registry.client, authorization: alice.basic, repository });

const base = await layer({ 'etc/kept': 'kept', 'usr/share/x': 'x' });
const before = await layer({
  'app/main.js': 'one\ntwo\nthree\n',
  'app/old/a': 'a',
  'app/run': 'run',
  'node_modules/left/package.json': '{"name":"left","version":"1.9.0"}',
});
const now = await layer(
  {
    'app/main.js': 'one\n<b>2</b>\nthree\n',
    'app/run': 'run',
    'app/new': 'new',
    'node_modules/left/package.json': '{"name":"left","version":"1.10.0"}',
  },
  { 'app/run': 0o755 },
);
const first = await pushLayersTo(place('team/app'), { tag: '1', layers: [base, before], config: { Env: ['MODE=test'] } });
const second = await pushLayersTo(place('team/app'), { tag: '2', layers: [base, now], config: { Env: ['MODE=<i>live</i>'] } });
await pushLayersTo(place('team/app'), { tag: 'moved', layers: [base, before] });
const movedTo = await pushLayersTo(place('team/app'), { tag: 'moved', layers: [base] });
await pushLayersTo(place('secret/app'), { tag: '1', layers: [base] });

let working: Promise<void> | undefined;
/** Until then every comparison waits, so that a test sees it wait for as long as it likes. */
const startWork = () => (working ??= registry.startWork());

const comparisonPage = (from: string, to: string, rest = '') =>
  `/compare?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}${rest}`;
const side = (page: Page, name: 'From' | 'To') => page.getByRole('group', { name, exact: true });

async function choose(page: Page, name: 'From' | 'To', repository: string, tag: string): Promise<void> {
  await side(page, name).getByLabel('Repository').fill('app');
  await page.locator('.ant-select-dropdown:visible').getByTitle(repository).click();
  await side(page, name).getByLabel('Tag or digest').click();
  await page.locator('.ant-select-dropdown:visible').getByTitle(tag, { exact: true }).click();
  await page.locator('.ant-select-dropdown:visible').waitFor({ state: 'detached' });
}

/** Cancels the comparison of the first two images as another tab does. */
async function cancelElsewhere(): Promise<void> {
  const image = (reference: string) => ({ repository: 'team/app', reference });
  const { data } = await apiAs(registry, alice).POST('/api/v1/comparisons', { body: { from: image('1'), to: image('2') } });
  const params = { path: { comparison: data?.id ?? '' } };
  await apiAs(registry, alice).POST('/api/v1/comparisons/{comparison}/cancel', { params });
}

test(
  'two images are chosen, their comparison survives a reload, is cancelled and begun again, and tells what differs',
  inBrowser,
  async (t) => {
    const page = await stage.open(t, { as: alice });
    await page.goto('/');
    await page.getByRole('link', { name: 'Compare images' }).click();
    await page.getByText('Choose two images', { exact: true }).waitFor();
    await choose(page, 'From', 'team/app', '1');
    await side(page, 'To').getByLabel('Repository').fill('team/nowhere');
    await page.keyboard.press('Tab');
    await page.getByText('No repository is called team/nowhere, or none that you may see.').waitFor();
    await side(page, 'To')
      .getByLabel('Repository')
      .fill(`${new URL(registry.url).host}/team/app:2`);
    await page.keyboard.press('Tab');
    await page.waitForURL(/to=team%2Fapp%3A2/);
    const waits = page.getByText('The comparison waits for its turn.');
    await waits.waitFor();
    await page.reload();
    await waits.waitFor();
    await cancelElsewhere();
    await page.getByText('The comparison was cancelled.').waitFor();
    await page.waitForURL(/cancelled=true/);
    await page.reload();
    await page.getByText('The comparison was cancelled.').waitFor();
    await page.getByRole('button', { name: 'Compare again' }).click();
    await waits.waitFor();
    await page.route('**/api/v1/comparisons/*', (route) => route.fulfill({ status: 503, json: { code: 'unavailable' } }));
    const isRefused = () => page.waitForResponse((answer) => answer.status() === 503);
    // The next is asked when the page knows of the one before.
    for (const asked of [await isRefused(), await isRefused()]) await asked.finished();
    assert.equal(await waits.isVisible(), true, 'a registry that is busy takes nothing away that is in sight');
    await page.unroute('**/api/v1/comparisons/*');
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByText('The comparison was cancelled.').waitFor();
    await page.reload();
    await page.getByText('The comparison was cancelled.').waitFor();
    await page.getByRole('button', { name: 'Compare again' }).click();
    await waits.waitFor();
    await startWork();
    await page.getByRole('tab', { name: 'Files (6)' }).click();
    await page.getByText('removed (2)', { exact: true }).click();
    await page.waitForURL(/change=removed/);
    await page.getByRole('button', { name: 'How app/old/a differs' }).waitFor();
    const rows = page.locator('[role=rowgroup] [role=row]');
    await rows.nth(2).waitFor({ state: 'detached' });
    assert.equal(await rows.count(), 2);
  },
);

const result = comparisonPage('team/app:1', 'team/app:2');

test(
  'what differs is looked into: files by their paths, their text as text, packages, configuration; and the other way round',
  inBrowser,
  async (t) => {
    await startWork();
    const page = await stage.open(t, { as: alice });
    await page.goto(`${result}&tab=files`);
    const find = page.getByRole('searchbox', { name: 'Path begins with' });
    await find.fill('/app/m');
    await find.press('Enter');
    await page.getByRole('button', { name: 'How app/run differs' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'How app/main.js differs' }).click();
    await page.waitForURL(/file=app%2Fmain\.js/);
    await page.reload();
    const file = page.getByRole('dialog');
    await file.getByText('-two', { exact: true }).waitFor();
    await file.getByText('+<b>2</b>', { exact: true }).waitFor();
    assert.deepEqual(await lookWithAxe(page, 'all'), []);
    await page.keyboard.press('Escape');
    await file.waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'Configuration (1)' }).click();
    await page.getByText('<i>live</i>', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Swap sides' }).click();
    await page.waitForURL(/from=team%2Fapp%3A2/);
    await page.getByRole('tab', { name: 'Packages (1)' }).click();
    await page.getByRole('row', { name: /downgraded.*left.*1\.10\.0.*1\.9\.0/ }).waitFor();
  },
);

test('who may not pull one of two images learns nothing of it, and what to do', inBrowser, async (t) => {
  const page = await stage.open(t, { as: bob });
  await page.goto(comparisonPage('team/app:1', 'secret/app:1'));
  await page.getByRole('alert').filter({ hasText: 'secret/app' }).waitFor();
  await page.getByText('not for you to see: secret/app:1', { exact: false }).waitFor();
  assert.equal(await page.getByText('not for you to see: team/app:1', { exact: false }).count(), 0);
  await page.getByText('ask an owner of the project for a role', { exact: false }).waitFor();
  const nobody = await stage.open(t);
  await nobody.goto(result);
  await nobody.getByText('Sign in to compare images').first().waitFor();
});

test('what cannot be read says so, and what differs nowhere says that', inBrowser, async (t) => {
  await startWork();
  const broken = join(directory, 'broken.tar.gz');
  await writeFile(broken, Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(2000, 7)]));
  await pushLayersTo(place('team/broken'), { tag: '1', layers: [{ file: broken }] });
  const page = await stage.open(t, { as: alice });
  await page.goto(comparisonPage('team/app:1', 'team/broken:1'));
  await page.getByRole('alert').filter({ hasText: 'its compressed data is damaged' }).waitFor();
  await pushLayersTo(place('secret/app'), { tag: 'again', layers: [base, base] });
  await page.goto(comparisonPage('secret/app:again', `team/app@${movedTo}`));
  await page.getByText('No difference:', { exact: false }).waitFor();
});

test('tags are compared from their list and their history, in Chinese, on a small dark screen', inBrowser, async (t) => {
  await startWork();
  const page = await stage.open(t, { as: alice, language: 'zh-CN', appearance: 'dark', size: { width: 390, height: 800 } });
  await page.goto('/repositories/team%2Fapp?history=moved');
  await page.getByRole('link', { name: '与上一版本对比' }).click();
  await page.waitForURL(new RegExp(`to=team%2Fapp%40${encodeURIComponent(movedTo)}`));
  await page.getByRole('tab', { name: /^文件/ }).waitFor();
  await page.goto('/repositories/team%2Fapp');
  for (const tag of ['moved', '2', '1']) await page.getByRole('checkbox', { name: `选择 ${tag} 进行对比` }).click();
  await page.getByRole('button', { name: /对\s?比$/ }).click();
  await page.waitForURL(/from=team%2Fapp%3A1&to=team%2Fapp%3A2/);
  await page.getByRole('tab', { name: '文件（6）' }).waitFor();
  assert.deepEqual(await lookWithAxe(page, 'all'), []);
});

test('of an image for several platforms, one is chosen', inBrowser, async (t) => {
  await startWork();
  const manifests = [first, second].map((digest, at) => ({
    mediaType: mediaTypes.ociManifest,
    ...{ digest, size: 1 },
    platform: { os: 'linux', architecture: at === 0 ? 'amd64' : 'arm64' },
  }));
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  assert.equal((await putManifest(place('team/app'), 'all', index)).status, 201);
  const page = await stage.open(t, { as: alice });
  await page.goto(comparisonPage('team/app:all', 'team/app:all'));
  await page.getByText('Both sides are the same image').waitFor();
  await side(page, 'To').getByLabel('Platform').click();
  await page.getByTitle('linux/arm64').click();
  await page.getByRole('tab', { name: 'Files (6)' }).waitFor();
});
