import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { headingFaults, lookWithAxe } from './accessibility.ts';
import { startConsole, withoutBrowser } from './browser.ts';
import { fillDemo } from './demo/demo-content.ts';
import { demoPages } from './demo/demo-pages.ts';
import { goTo } from './demo/walk.ts';
import { latinWords } from './latin-words.ts';

const stage = await startConsole({ flags: ['--outgoing-allow', '127.0.0.1', '--outgoing-ports', '1-65535'] });
after(() => stage.stop());
const content = await fillDemo(stage.registry, { unit: 64, receiver: 'http://127.0.0.1:9/' });

/** What people have called and written, and browsers call themselves. */
const demoWords = new Set(
  [
    'mei omar kenji sofia data platform preview dev latest chat ci cluster backup releaser web app bin etc srv usr var nothingatall ngi inx',
    'The shop from every merge Pushes what the pipeline has built Pull secret of the development Copies everything every night',
    'default Linux KHTML like Gecko',
  ].flatMap((line) => line.split(' ')),
);

/** The page that is shown, as the router calls it. */
const routeOf = (page: Page) => page.evaluate<string>('window.__TSR_ROUTER__.state.matches.at(-1).routeId');

/** What the router calls its pages: frames, which show one of theirs, are none. */
const pageRoutes = (page: Page) =>
  page.evaluate<string[]>(
    'Object.values(window.__TSR_ROUTER__.routesById).filter((route) => route.children === undefined).map(({ id }) => id)',
  );

/** Has the system prefer these colours, and resolves when the page has them. */
async function look(page: Page, appearance: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: appearance });
  await page.locator(`html[style*="color-scheme: ${appearance}"]`).waitFor({ state: 'attached' });
}

// Each page is seen in both languages and in both colours of each; what does not change with colours is looked at once for each language, and so that
// of both languages together it is seen in light and in dark. The harness fails them, too, for whatever a page does that its policy forbids.
for (const [first, language] of (['en', 'zh-CN'] as const).entries()) {
  test(`every page and dialog shows what there is, and axe-core finds nothing, in light and dark: ${language}`, {
    skip: withoutBrowser,
  }, async (t) => {
    const page = await stage.open(t, { as: content.mei, language });
    await page.goto('/search');
    const [seen, found] = [new Set<string>(), [] as string[]];
    for (const [index, shown] of demoPages(content).entries()) {
      const [before, after] = (first + index) % 2 === 0 ? (['light', 'dark'] as const) : (['dark', 'light'] as const);
      if (index === 0) await look(page, before);
      await goTo(page, shown, language);
      await page.mouse.move(0, 0);
      seen.add(await routeOf(page));
      found.push(...(await lookWithAxe(page, 'all')).map((finding) => `${shown.name}, ${before}: ${finding}`));
      found.push(...(await headingFaults(page)).map((fault) => `${shown.name}: ${fault}`));
      await look(page, after);
      found.push(...(await lookWithAxe(page, 'contrast')).map((finding) => `${shown.name}, ${after}: ${finding}`));
      if (language === 'zh-CN') found.push(...(await latinWords(page, demoWords)).map((word) => `${shown.name} says in English: ${word}`));
      for (const problem of await page.locator('.ant-alert-error').allInnerTexts()) found.push(`${shown.name} shows a problem: ${problem}`);
    }
    t.diagnostic(`axe-core on ${demoPages(content).length} pages and dialogs, in light and dark: ${found.length} findings`);
    assert.deepEqual(found, []);
    assert.deepEqual(
      (await pageRoutes(page)).filter((id) => !seen.has(id)),
      [],
      'pages that nobody looked at: list them in demo-pages.ts',
    );
  });
}
