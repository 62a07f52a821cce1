import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pushImage } from '../protocol/sample-content.ts';
import { seriousFindings } from './accessibility.ts';
import { startConsole, withoutBrowser } from './browser.ts';

const stage = await startConsole();
after(() => stage.stop());
const { registry } = stage;
const alice = await registry.addUser('alice', { team: 'owner' });
await pushImage({ client: registry.client, repository: 'team/app', authorization: alice.basic }, 'v1');

const pages = [
  '/',
  '/projects',
  '/repositories',
  '/repositories?project=team',
  '/repositories/team%2Fapp',
  '/repositories/team%2Fapp?history=v1',
  '/repositories/team%2Fapp?tab=manifests',
  '/repositories/team%2Fapp/images/v1',
  '/repositories/team%2Fapp/images/v1?tab=layers',
  '/repositories/team%2Fapp/images/v1?tab=history',
  '/repositories/team%2Fapp/images/v1?tab=config',
  '/repositories/team%2Fapp/images/v1?tab=files',
  '/repositories/team%2Fapp/images/v1?tab=manifest',
  '/repositories/team%2Fapp/images/v1?tab=promotion',
  '/search?query=app',
  '/compare',
  '/compare?from=team%2Fapp%3Av1&to=team%2Fapp',
  '/deploy',
  '/account',
  '/administration',
  '/signed-in',
  '/no/such/page',
];

// The harness fails them, too, for whatever a page does that its policy forbids.
for (const looks of [{ appearance: 'light', language: 'en' } as const, { appearance: 'dark', language: 'zh-CN' } as const]) {
  test(`axe-core finds nothing serious on any page: ${Object.values(looks).join(', ')}`, { skip: withoutBrowser }, async (t) => {
    const page = await stage.open(t, { as: alice, ...looks });
    const found: string[] = [];
    for (const path of pages) {
      await page.goto(path);
      await page.getByRole('button', { name: 'alice' }).waitFor();
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.getByRole('progressbar', { name: /Loading|正在加载/ }).waitFor({ state: 'detached' });
      found.push(...(await seriousFindings(page)).map((finding) => `${path}: ${finding}`));
    }
    assert.deepEqual(found, []);
  });
}
