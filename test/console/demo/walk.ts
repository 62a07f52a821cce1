import type { Page } from 'playwright-core';
import type { DemoPage } from './demo-pages.ts';

/** Goes to a page as a click on a link does, so that nothing is loaded twice; the console must be open. Resolves when all that it shows is there. */
export async function goTo(page: Page, { path, press }: DemoPage, language: 'en' | 'zh-CN'): Promise<void> {
  // A dialog belongs to the page that opened it: from the same address it would stay.
  await page.evaluate(`(async (router, path) => { router.history.push('/signed-in'); await router.load(); router.history.push(path); await router.load(); })(
    window.__TSR_ROUTER__, ${JSON.stringify(path)})`);
  await isThere(page);
  if (press === undefined) return;
  await page
    .getByRole('button', { name: spaced(press[language]) })
    .first()
    .click();
  await page.getByRole('dialog').first().waitFor();
  await isThere(page);
}

/** Resolves when a page shows what it has asked for. */
export async function isThere(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.getByRole('progressbar', { name: /Loading|正在加载/ }).waitFor({ state: 'detached' });
  await page
    .getByRole('status', { name: /Loading|正在加载/ })
    .first()
    .waitFor({ state: 'detached' });
}

/** The end of a name as components write it: an icon comes before it, and between two Chinese characters a space. */
function spaced(name: string): RegExp {
  const characters = [...name].map((character) => character.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`${characters.join(/^[a-z]/i.test(name) ? '' : '\\s?')}$`);
}
