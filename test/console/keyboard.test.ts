import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { startConsole, withoutBrowser } from './browser.ts';
import { fillDemo } from './demo/demo-content.ts';

const stage = await startConsole({ flags: ['--outgoing-allow', '127.0.0.1', '--outgoing-ports', '1-65535'] });
after(() => stage.stop());
const { mei } = await fillDemo(stage.registry, { unit: 64, receiver: 'http://127.0.0.1:9/' });
const inBrowser = { skip: withoutBrowser };

/** More stops than any page has: whoever needs more is going round in circles. */
const mostStops = 120;

/** What has the focus, as a person looking at the page would say; undefined: nobody can tell where it is. */
const seenFocus = (page: Page) =>
  page.evaluate<string | undefined>(`(() => {
    const focused = document.activeElement;
    if (focused === null || focused === document.body) return undefined;
    // Components draw the frame around a field on what is around or beside it.
    const around = [focused, focused.parentElement, focused.parentElement?.parentElement, focused.parentElement?.parentElement?.parentElement];
    const isFramed = [...around, focused.nextElementSibling].some((element) => {
      if (!element) return false;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
    });
    return isFramed ? focused.outerHTML.slice(0, 200) : undefined;
  })()`);

/** Presses a key again and again until something has the focus, and sees it at every stop. */
async function walkTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await target.waitFor();
  const stops: string[] = [];
  while ((await target.and(page.locator(':focus')).count()) === 0) {
    assert.ok(stops.length < mostStops, `${target} is not reached by ${key}:\n${stops.join('\n')}`);
    await page.keyboard.press(key);
    const stop = await seenFocus(page);
    assert.ok(stop !== undefined, `the focus is not seen after:\n${stops.slice(-3).join('\n')}\nbut on ${await focusedHtml(page)}`);
    stops.push(stop);
  }
}

const focusedHtml = (page: Page) => page.evaluate<string>('document.activeElement?.outerHTML.slice(0, 300)');

/** Goes to something by keys and presses it. */
async function press(page: Page, target: Locator): Promise<void> {
  await walkTo(page, target);
  await page.keyboard.press('Enter');
}

/** Resolves when one is on a page, and at its heading. */
async function arrivesAt(page: Page, title: string): Promise<void> {
  await page.locator('h1:focus', { hasText: title }).waitFor();
}

const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true });

test('by keys alone: found, opened, looked into, and promoted', inBrowser, async (t) => {
  const page = await stage.open(t, { as: mei });
  await page.goto('/');
  await link(page, 'shop-test/cart:1.10.0').first().waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('web');
  await page.keyboard.press('Enter');
  await arrivesAt(page, 'web');
  await press(page, link(page, 'shop-dev/web'));
  await arrivesAt(page, 'shop-dev/web');
  await press(page, link(page, '2.4.1'));
  await arrivesAt(page, 'shop-dev/web:2.4.1');
  const tab = (name: string) => page.locator(`[role=tab][id$="-tab-${name}"]`);
  await walkTo(page, tab('overview'));
  await walkTo(page, tab('files'), 'ArrowRight');
  await page.keyboard.press('Enter');
  for (const name of ['srv', 'app']) await press(page, page.getByRole('button', { name, exact: true }));
  const file = page.getByRole('button', { name: 'package.json', exact: true });
  await press(page, file);
  const opened = page.getByRole('dialog', { name: 'srv/app/package.json' });
  await page.locator(':focus').filter({ has: opened }).waitFor();
  await page.keyboard.press('Escape');
  await file.and(page.locator(':focus')).waitFor();
  await walkTo(page, tab('files'), 'Shift+Tab');
  await walkTo(page, tab('promotion'), 'ArrowRight');
  await page.keyboard.press('Enter');
  await press(page, page.getByRole('button', { name: 'Promote', exact: true }));
  await page.locator('[role=status]:focus').getByText('shop-test/web:2.4.1 is this image now.').waitFor();
  assert.notEqual(await seenFocus(page), undefined);
});

test('by keys alone: two tags compared, and one deleted by its name', inBrowser, async (t) => {
  const page = await stage.open(t, { as: mei });
  await page.goto('/repositories/data%2Fetl');
  for (const name of ['2026.10', 'latest']) {
    await walkTo(page, page.getByRole('checkbox', { name: `Choose ${name}` }));
    await page.keyboard.press('Space');
  }
  await walkTo(page, page.getByRole('button', { name: 'Compare' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await arrivesAt(page, 'Compare images');
  await page.goBack();
  const opener = page.getByRole('button', { name: 'Delete the tag latest?' });
  await press(page, opener);
  const name = page.getByRole('dialog').getByRole('textbox');
  await name.and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Escape');
  await opener.and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await name.and(page.locator(':focus')).waitFor();
  await page.keyboard.type('latest');
  await press(page, page.getByRole('dialog').getByRole('button', { name: 'Delete tag' }));
  await opener.waitFor({ state: 'detached' });
  await arrivesAt(page, 'data/etl');
});
