import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { TestRegistry, TestUser } from '../protocol/registry-fixture.ts';

/** Ends every session of a user, as somebody does who has lost a machine. */
export async function endSessions({ client }: TestRegistry, { user, basic: authorization }: TestUser): Promise<void> {
  const path = `/api/v1/users/${user.name}/sessions`;
  const { items } = JSON.parse((await client.send('GET', path, { authorization })).body.toString());
  for (const { id } of items) {
    const { status, body } = await client.send('DELETE', `${path}/${id}`, { authorization });
    assert.equal(status, 204, body.toString());
  }
}

/** Fills in the form of the sign-in, and sends it. */
export async function fillSignIn(page: Page, { user, password }: Pick<TestUser, 'user' | 'password'>): Promise<void> {
  await page.locator('#name').fill(user.name);
  await page.locator('#password').fill(password);
  await page.locator('#password').press('Enter');
}

/** Signs in again beside an English page that says that its session has ended, and waits until it goes on. */
export async function signInBeside(page: Page, as: Pick<TestUser, 'user' | 'password'>): Promise<void> {
  const ended = page.getByRole('dialog', { name: 'Your session has ended' });
  await ended.waitFor();
  const opened = page.context().waitForEvent('page');
  await ended.getByRole('button', { name: 'Sign in' }).click();
  await fillSignIn(await opened, as);
  await ended.waitFor({ state: 'hidden' });
}
