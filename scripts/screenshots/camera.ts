import { type Browser, chromium, type Page } from 'playwright-core';
import type { DemoPage } from '../../test/console/demo/demo-pages.ts';
import { goTo, isThere } from '../../test/console/demo/walk.ts';
import type { TestRegistry, TestUser } from '../../test/protocol/registry-fixture.ts';
import { programPath } from '../../test/tools/programs.ts';

/** How a page is looked at; `width`: in CSS pixels. */
export interface Look {
  readonly language: 'en' | 'zh-CN';
  readonly appearance: 'light' | 'dark';
  readonly width: number;
}

const address = 'https://registry.example.com';

/** Takes pictures of the pages of a registry, which are shown under a name as real ones have. */
export class Camera {
  readonly #browser: Browser;
  readonly #pages = new Map<string, Page>();

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Opens a browser for a registry that speaks TLS. */
  static async open({ host }: TestRegistry): Promise<Camera> {
    const args = ['--no-sandbox', `--host-resolver-rules=MAP registry.example.com ${host}`];
    return new Camera(await chromium.launch({ executablePath: programPath('chromium'), args }));
  }

  /** What the file of a picture is called. */
  fileName(name: string, { language, appearance, width }: Look): string {
    return [name, language, ...(appearance === 'dark' ? ['dark'] : []), ...(width < 1000 ? ['narrow'] : []), 'webp'].join('.');
  }

  /** A picture of a page as somebody sees it, or of all of it (`isWhole`); WebP. */
  async take(user: TestUser, shown: DemoPage, look: Look, isWhole: boolean): Promise<Buffer> {
    const page = await this.#pageOf(user, look);
    await page.emulateMedia({ colorScheme: look.appearance, reducedMotion: 'reduce' });
    await goTo(page, shown, look.language);
    await page.mouse.move(0, 0);
    // Nobody goes on from here by keyboard, which the frame around a title is for.
    await page.evaluate('document.querySelector(".page-title:focus")?.blur()');
    const session = await page.context().newCDPSession(page);
    const { cssContentSize } = await session.send('Page.getLayoutMetrics');
    const whole = { captureBeyondViewport: true, clip: { x: 0, y: 0, width: look.width, height: cssContentSize.height, scale: 1 } };
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82, ...(isWhole && whole) });
    await session.detach();
    return Buffer.from(data, 'base64');
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  async #pageOf(user: TestUser, look: Look): Promise<Page> {
    const key = `${look.language} ${look.width}`;
    const known = this.#pages.get(key);
    if (known !== undefined) return known;
    const viewport = { width: look.width, height: look.width < 1000 ? 860 : 800 };
    const context = await this.#browser.newContext({ baseURL: address, locale: look.language, viewport, ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto('/auth/sign-in?returnTo=/signed-in');
    await page.locator('#name').fill(user.user.name);
    await page.locator('#password').fill(user.password);
    await page.locator('#password').press('Enter');
    await page.waitForURL('**/signed-in');
    await isThere(page);
    this.#pages.set(key, page);
    return page;
  }
}
