import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { lookWithAxe } from './accessibility.ts';
import { startConsole, withoutBrowser } from './browser.ts';
import { fillDemo } from './demo/demo-content.ts';
import { demoPages } from './demo/demo-pages.ts';
import { goTo } from './demo/walk.ts';

const stage = await startConsole({ flags: ['--outgoing-allow', '127.0.0.1', '--outgoing-ports', '1-65535'] });
after(() => stage.stop());
const content = await fillDemo(stage.registry, { unit: 64, receiver: 'http://127.0.0.1:9/' });

/** The page that is shown, as the router calls it. */
const routeOf = (page: Page) => page.evaluate<string>('window.__TSR_ROUTER__.state.matches.at(-1).routeId');

/** What the router calls its pages: frames, which show one of theirs, are none. */
const pageRoutes = (page: Page) =>
  page.evaluate<string[]>(
    'Object.values(window.__TSR_ROUTER__.routesById).filter((route) => route.children === undefined).map(({ id }) => id)',
  );

// The harness fails them, too, for whatever a page does that its policy forbids.
for (const looks of [{ appearance: 'light', language: 'en' } as const, { appearance: 'dark', language: 'zh-CN' } as const]) {
  const title = `every page and dialog shows what there is, and axe-core finds nothing serious: ${Object.values(looks).join(', ')}`;
  test(title, { skip: withoutBrowser }, async (t) => {
    const page = await stage.open(t, { as: content.mei, ...looks });
    await page.goto('/search');
    const [seen, found, lesser] = [new Set<string>(), [] as string[], [] as string[]];
    for (const shown of demoPages(content)) {
      await goTo(page, shown, looks.language);
      await page.mouse.move(0, 0);
      seen.add(await routeOf(page));
      const findings = await lookWithAxe(page);
      found.push(...findings.serious.map((finding) => `${shown.name}: ${finding}`));
      if (findings.lesser > 0) lesser.push(`${shown.name} ${findings.lesser}`);
      for (const problem of await page.locator('.ant-alert-error').allInnerTexts()) found.push(`${shown.name} shows a problem: ${problem}`);
    }
    t.diagnostic(
      `axe-core on ${demoPages(content).length} pages and dialogs: ${lesser.length === 0 ? 'nothing' : `minor and moderate on ${lesser.join(', ')}`}`,
    );
    assert.deepEqual(found, []);
    assert.deepEqual(
      (await pageRoutes(page)).filter((id) => !seen.has(id)),
      [],
      'pages that nobody looked at: list them in demo-pages.ts',
    );
  });
}
