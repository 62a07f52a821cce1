import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { archiveOf } from '../../packages/oci/src/layers/testing/archive.ts';
import { pushBlob } from '../protocol/sample-content.ts';
import { startConsole, withoutBrowser } from './browser.ts';
import { attach, pushDemoImage } from './demo/demo-image.ts';
import { isThere } from './demo/walk.ts';

const stage = await startConsole();
after(() => stage.stop());
const { registry } = stage;
const alice = await registry.addUser('alice', { team: 'owner' });
const place = { client: registry.client, authorization: alice.basic, repository: 'team/hostile' };

const markup = '<img src=x onerror="window.hit = 1"><script>window.hit = 1</script>';
const link = 'javascript:window.hit=1';
const turned = 'invoice\u{202e}fdp.sh';
const layer = archiveOf([
  { name: 'a/', type: '5' },
  { name: `a/${turned}`, body: 'echo' },
  { name: 'a/two\nlines', body: markup },
  { name: `a/${markup.replaceAll('/', '')}`, body: markup },
]);
const image = await pushDemoImage(
  place,
  {
    architecture: 'amd64; touch /tmp/hit',
    created: '2026-01-01T00:00:00Z',
    steps: [{ line: `RUN ${markup} \u{1b}[2J`, layer }],
    config: {
      Env: [`A=${markup}`, '__proto__=polluted'],
      Labels: { [markup]: link, long: 'x'.repeat(700_000) },
      User: markup,
      Cmd: [link],
    },
  },
  {
    'org.opencontainers.image.url': link,
    'org.opencontainers.image.source': 'data:text/html,<script>window.hit=1</script>',
    [turned]: markup,
  },
);
await attach(place, { mediaType: image['mediaType'], digest: image['digest'], size: image['size'] }, `application/${turned}`, 'x', {
  by: markup,
});
await pushBlob(place, 'nothing');

test('what strangers write in an image stays text: no link, no markup, nothing that turns what follows', {
  skip: withoutBrowser,
}, async (t) => {
  const page = await stage.open(t, { as: alice });
  const path = `/repositories/team%2Fhostile/images/${encodeURIComponent(String(image['digest']))}`;
  for (const tab of ['overview', 'layers', 'history', 'config', 'files&path=a', 'manifest', 'referrers']) {
    await page.goto(`${path}?tab=${tab}`);
    await isThere(page);
    assert.equal(await page.evaluate('window.hit'), undefined, tab);
    assert.equal(await page.locator('main img[src="x"], #content img[src="x"], #content script').count(), 0, tab);
    assert.deepEqual(
      await page.locator('#content a[href]').evaluateAll((links) => links.filter(({ protocol }) => !/^https?:$/.test(protocol))),
      [],
      tab,
    );
    assert.doesNotMatch((await page.locator('#content').textContent()) ?? '', /[\u{202a}-\u{202e}\u{2066}-\u{2069}\u{1b}]/u, tab);
  }
  await page.goto(`${path}?tab=files&path=a`);
  await page.getByRole('button', { name: 'invoice\\u{202e}fdp.sh', exact: true }).waitFor();
  await page.getByRole('button', { name: 'two\\u{a}lines', exact: true }).click();
  await page.getByRole('dialog').getByText(markup, { exact: true }).waitFor();
});

test('a label of any length costs a page no more than others until somebody asks for all of it', { skip: withoutBrowser }, async (t) => {
  const page = await stage.open(t, { as: alice, language: 'zh-CN' });
  await page.goto(`/repositories/team%2Fhostile/images/${encodeURIComponent(String(image['digest']))}?tab=config`);
  const cell = page.getByRole('cell').filter({ hasText: /^x{2000}/ });
  await cell.getByRole('button', { name: '700,000' }).click();
  await page.getByText('x'.repeat(700_000), { exact: true }).waitFor();
});
