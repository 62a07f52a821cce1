import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { digestOf, imageOf, pushBlob, putManifest } from '../protocol/sample-content.ts';
import { startConsole, withoutBrowser } from './browser.ts';

const stage = await startConsole();
after(() => stage.stop());
const { registry } = stage;
const alice = await registry.addUser('alice', { team: 'owner' });
const inBrowser = { skip: withoutBrowser };
const place = { client: registry.client, repository: 'team/shop/cart', authorization: alice.basic };

const config = JSON.stringify({
  os: 'linux',
  architecture: 'amd64',
  config: { User: '1000', ExposedPorts: { '8080/tcp': {} }, Env: ['MODE=fast'], Volumes: { '/data': {} } },
});
await pushBlob(place, config);
await pushBlob(place, 'a layer');
const manifest = JSON.stringify(
  imageOf(['a layer'], {
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: Buffer.byteLength(config) },
  }),
);
assert.equal((await putManifest(place, '1.4', manifest)).status, 201);

const assistant = '/deploy?repository=team%2Fshop%2Fcart&reference=1.4';
const yamlOf = (page: Page) =>
  page
    .locator('pre')
    .first()
    .textContent()
    .then((text) => text ?? '');
const section = (page: Page, name: string) => page.locator('section').filter({ has: page.getByRole('heading', { name }) });

test('what an image says fills the form, and what is chosen is in the YAML at once', inBrowser, async (t) => {
  const page = await stage.open(t, { as: alice });
  await page.goto(assistant);
  await page.getByRole('heading', { name: 'Workload' }).waitFor();
  const first = await yamlOf(page);
  assert.match(first, new RegExp(`image: ${registry.host}/team/shop/cart@${digestOf(manifest)}`));
  assert.match(first, /longshore\.dev\/image-tag: "1\.4"/);
  for (const expected of ['runAsNonRoot: true', 'containerPort: 8080', 'mountPath: /data', 'kubernetes.io/arch: amd64']) {
    assert.ok(first.includes(expected), expected);
  }
  await page.getByText('StatefulSet: pods').click();
  await page.getByLabel('Replicas').fill('3');
  await page.getByText('replicas: 3').waitFor();
  assert.match(await yamlOf(page), /kind: StatefulSet[\s\S]*volumeClaimTemplates/);
  await page.getByRole('button', { name: 'Add a variable' }).click();
  await section(page, 'Environment').getByLabel('Variable', { exact: true }).fill('MODE');
  await section(page, 'Environment').getByLabel('Value', { exact: true }).fill('on');
  await page.getByText('value: "on"').waitFor();
});

test('a field that a cluster would refuse says so itself, and the YAML says that it is from before', inBrowser, async (t) => {
  const page = await stage.open(t, { as: alice, language: 'zh-CN', appearance: 'dark' });
  await page.goto(assistant);
  const name = page.getByLabel('名称', { exact: true }).first();
  await name.fill('9lives');
  await page.getByText('以字母开头', { exact: false }).waitFor();
  await page.getByText('请先修正标出的字段', { exact: false }).waitFor();
  assert.match(await yamlOf(page), /name: cart/);
  await name.fill('lives');
  await page.getByText('请先修正标出的字段', { exact: false }).waitFor({ state: 'detached' });
  await page.locator('pre').filter({ hasText: 'name: lives' }).waitFor();
});

test('an image is found by its name, and the YAML downloaded', inBrowser, async (t) => {
  const page = await stage.open(t, { as: alice, size: { width: 390, height: 800 } });
  await page.goto('/deploy');
  await page.getByLabel('Repository').fill('cart');
  await page.getByTitle('team/shop/cart').click();
  await page.getByLabel('Version').click();
  await page.getByTitle('1.4').click();
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  assert.equal((await downloading).suggestedFilename(), 'workload.yaml');
});
