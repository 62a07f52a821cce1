import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { pushImage } from '../protocol/sample-content.ts';
import { startConsole, withoutBrowser } from './browser.ts';
import { endSessions, fillSignIn, signInBeside } from './sessions.ts';

const stage = await startConsole();
after(() => stage.stop());
const { registry } = stage;
const alice = await registry.addUser('alice', { team: 'reader' });
const inBrowser = { skip: withoutBrowser };

/** What a browser does when somebody comes back to its tab. */
const comeBack = (page: Page) => page.evaluate("window.dispatchEvent(new Event('visibilitychange'))");

test('somebody signs in from a page, comes back to it, and signs out', inBrowser, async (t) => {
  const page = await stage.open(t);
  await page.goto('/search?query=a%20b');
  await page.getByRole('link', { name: 'Sign in' }).first().click();
  await fillSignIn(page, alice);
  await page.waitForURL(/\/search\?query=a(%20|\+)b$/);
  await page.getByRole('button', { name: 'alice' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByText('You have signed out.').waitFor();
  await page.goto('/');
  await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
});

test('from a page of a repository, whose name is one part of the address, somebody comes back to it, too', inBrowser, async (t) => {
  const page = await stage.open(t);
  await page.goto('/repositories/team%2Fapp');
  await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).click();
  await fillSignIn(page, alice);
  await page.waitForURL(/\/repositories\/team%2Fapp$/);
});

test('the language is that of the browser until another is chosen, which stays and is signed in with', inBrowser, async (t) => {
  const page = await stage.open(t, { language: 'zh-CN' });
  await page.goto('/');
  await page.getByRole('menuitem', { name: '首页' }).waitFor();
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
  await page.getByRole('button', { name: '语言' }).click();
  await page.getByRole('menuitem', { name: 'English' }).click();
  await page.getByRole('menuitem', { name: 'Home' }).waitFor();
  await page.reload();
  await page.getByRole('menuitem', { name: 'Home' }).waitFor();
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('a browser that keeps nothing of the page shows it, in the language and colours of now', inBrowser, async (t) => {
  const page = await stage.open(t);
  const refused = "{ get() { throw new DOMException('Access is denied for this document.', 'SecurityError'); } }";
  await page.addInitScript({
    content: `for (const store of ['localStorage', 'sessionStorage']) Object.defineProperty(window, store, ${refused});`,
  });
  await page.goto('/');
  await page.getByRole('button', { name: 'Language' }).click();
  await page.getByRole('menuitem', { name: '简体中文' }).click();
  await page.getByRole('menuitem', { name: '首页' }).waitFor();
});

test('it is dark or light as the system is, until somebody chooses', inBrowser, async (t) => {
  const page = await stage.open(t, { appearance: 'dark' });
  const becomes = (scheme: string) => page.locator(`html[style*="color-scheme: ${scheme}"]`).waitFor({ state: 'attached' });
  await page.goto('/');
  await page.getByRole('menuitem', { name: 'Home' }).waitFor();
  await becomes('dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await becomes('light');
  await page.getByRole('button', { name: 'Appearance' }).click();
  await page.getByRole('menuitem', { name: 'Dark' }).click();
  await becomes('dark');
  await page.reload();
  await becomes('dark');
});

test('a session that ends takes nothing away: somebody signs in beside the page and goes on', inBrowser, async (t) => {
  const page = await stage.open(t, { as: alice });
  await page.goto('/');
  await page.getByRole('button', { name: 'alice' }).waitFor();
  const field = page.getByRole('banner').getByRole('searchbox');
  await field.fill('half of a thought');
  await endSessions(registry, alice);
  await comeBack(page);
  await signInBeside(page, alice);
  assert.equal(await field.inputValue(), 'half of a thought');
  await page.getByRole('button', { name: 'alice' }).waitFor();
});

test('when another person signs in, the page begins anew', inBrowser, async (t) => {
  const bob = await registry.addUser('bob');
  const page = await stage.open(t, { as: alice });
  await page.goto('/');
  await page.getByRole('button', { name: 'alice' }).waitFor();
  const form = { name: 'bob', password: bob.password };
  await page.context().request.post('/auth/sign-in', { form, headers: { origin: registry.url }, maxRedirects: 0 });
  const reloaded = page.waitForEvent('load');
  await comeBack(page);
  await reloaded;
  await page.getByRole('button', { name: 'bob' }).waitFor();
});

test('who signs in after another person finds nothing of theirs, nor by going back', inBrowser, async (t) => {
  const [carol, owner] = [await registry.addUser('carol'), await registry.addUser('owner', { team: 'owner' })];
  await pushImage({ client: registry.client, authorization: owner.basic, repository: 'team/hidden' }, '1');
  const page = await stage.open(t, { as: alice });
  await page.goto('/repositories');
  await page.getByRole('link', { name: 'team/hidden' }).waitFor();
  await page.getByRole('button', { name: 'alice' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByText('You have signed out.').waitFor();
  await page.goBack();
  await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).click();
  assert.equal(await page.getByText('team/hidden').count(), 0);
  await fillSignIn(page, carol);
  await page.getByRole('button', { name: 'carol' }).waitFor();
  await page.getByRole('heading', { level: 1, name: 'Repositories' }).waitFor();
  await page.getByText('carol/alpine').first().waitFor();
  assert.equal(await page.getByText('team/hidden').count(), 0);
  const kept = await page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
  assert.doesNotMatch(kept, /team|alice/);
});

test('a lost connection is said, takes no page away, and what was asked for comes with it', inBrowser, async (t) => {
  const page = await stage.open(t, { as: alice });
  await page.goto('/');
  await page.getByRole('button', { name: 'alice' }).waitFor();
  await page.context().setOffline(true);
  const lost = page.getByText('The registry cannot be reached. What you see may be old');
  await lost.waitFor();
  await page.getByRole('link', { name: 'Projects', exact: true }).click();
  await page.getByRole('alert').getByText('The registry cannot be reached.').first().waitFor();
  await page.context().setOffline(false);
  await lost.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { level: 1, name: 'Projects' }).waitFor();
});

test('a page that a newer registry has under another name is found by itself', inBrowser, async (t) => {
  const page = await stage.open(t, { as: alice });
  await page.goto('/');
  await page.getByRole('button', { name: 'alice' }).waitFor();
  let refused = 0;
  await page.route('**/assets/projects-page-*.js', async (route) => {
    refused += 1;
    await (refused === 1 ? route.fulfill({ status: 404, body: '{}' }) : route.continue());
  });
  await page.getByRole('link', { name: 'Projects', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Projects' }).waitFor();
  assert.ok(refused > 1);
});

test('while the registry takes its time, the page is there and says that it waits', inBrowser, async (t) => {
  const page = await stage.open(t, { as: alice });
  const answer = Promise.withResolvers<void>();
  await page.route('**/api/v1/me', async (route) => {
    await answer.promise;
    await route.continue();
  });
  await page.goto('/');
  await page.getByRole('progressbar', { name: 'Loading' }).waitFor();
  await page.getByRole('menuitem', { name: 'Home' }).waitFor();
  answer.resolve();
  await page.getByRole('button', { name: 'alice' }).waitFor();
  await page.getByRole('progressbar', { name: 'Loading' }).waitFor({ state: 'detached' });
});

test('administration is offered to administrators', inBrowser, async (t) => {
  const member = await stage.open(t, { as: alice });
  await member.goto('/');
  await member.getByRole('button', { name: 'alice' }).waitFor();
  assert.equal(await member.getByRole('link', { name: 'Administration' }).count(), 0);
});

test('by keyboard: to the content in one step, to the search with a slash', inBrowser, async (t) => {
  const page = await stage.open(t);
  await page.goto('/');
  await page.getByRole('menuitem', { name: 'Home' }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('#content:focus').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('team');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/search\?query=team$/);
});

test('an address of nothing says so', inBrowser, async (t) => {
  const page = await stage.open(t);
  await page.goto('/no/such/page');
  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
});
