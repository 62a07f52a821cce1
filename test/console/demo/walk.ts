import type { Page } from 'playwright-core';
import type { DemoPage } from './demo-pages.ts';

/**
 * Goes to a page as a click on a link does, so that nothing is loaded twice, or stays where it is there already; the console must be open. Resolves when
 * all that it shows is there.
 */
export async function goTo(page: Page, { path, press }: DemoPage, language: 'en' | 'zh-CN'): Promise<void> {
  await closeDialog(page);
  await page.evaluate(`(async (router, path) => {
    if (location.pathname + location.search === path) return;
    router.history.push(path);
    await router.load();
  })(window.__TSR_ROUTER__, ${JSON.stringify(path)})`);
  await isThere(page);
  if (press === undefined) return;
  await page
    .getByRole('button', { name: spaced(press[language]) })
    .first()
    .click();
  await page.getByRole('dialog').first().waitFor();
  await isThere(page);
}

/** A dialog belongs to the page that opened it: where one goes from there to the same address, it would stay. */
async function closeDialog(page: Page): Promise<void> {
  const dialogs = page.getByRole('dialog');
  if ((await dialogs.count()) === 0) return;
  await page.keyboard.press('Escape');
  await dialogs.first().waitFor({ state: 'detached' });
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
