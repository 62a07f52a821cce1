import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startRegistry, type TestRegistry, type TestUser } from '../protocol/registry-fixture.ts';
import { findProgram, programPath, skipUnless } from '../tools/programs.ts';

/** The `skip` option of a test that needs a browser. */
export const withoutBrowser: string | false = skipUnless(
  findProgram('chromium') !== undefined,
  'not installed: chromium; run scripts/install-test-tools',
);

/** How somebody looks at the console. */
export interface Looks {
  /** Signed in as this user; without, as nobody. */
  readonly as?: Pick<TestUser, 'user' | 'password'>;
  /** What the browser prefers; en. */
  readonly language?: 'en' | 'zh-CN';
  /** What the system prefers; light. */
  readonly appearance?: 'light' | 'dark';
  /** In CSS pixels; 1280 by 800. */
  readonly size?: { readonly width: number; readonly height: number };
}

/** A registry with its console, and one browser for all tests of a file. */
export interface TestConsole {
  readonly registry: TestRegistry;
  /**
   * A page of a browser that has nothing of others; `page.goto('/projects')` goes to the registry. It is closed after the test, which fails when
   * the page threw something that nobody caught, or did what its policy (CSP) forbids. The browser is started by the first of them.
   */
  open(t: TestContext, looks?: Looks): Promise<Page>;
  stop(): Promise<void>;
}

/** Nothing waits as long but what has failed: a machine that does much besides may take its time. */
const patienceMs = 180_000;
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Builds the console if need be and starts a registry; `flags`: settings of `serve`. Call it once in a file, and `stop` after its tests. */
export async function startConsole({ flags = [] }: { flags?: readonly string[] } = {}): Promise<TestConsole> {
  await promisify(execFile)(process.execPath, ['scripts/build-console.ts'], { cwd: root });
  const registry = await startRegistry({ flags });
  let starting: Promise<Browser> | undefined;
  return {
    registry,
    open: async (t, looks = {}) => {
      starting ??= chromium.launch({ executablePath: programPath('chromium'), args: ['--no-sandbox'], timeout: patienceMs });
      return openPage(t, registry, await starting, looks);
    },
    stop: async () => {
      await (await starting)?.close();
      await registry.stop();
    },
  };
}

async function openPage(t: TestContext, { url }: TestRegistry, browser: Browser, looks: Looks): Promise<Page> {
  const { as, language = 'en', appearance = 'light', size = { width: 1280, height: 800 } } = looks;
  // What moves is looked at, and pressed, when it has arrived: it takes time, and on a machine that does much besides a lot of it.
  const still = { reducedMotion: 'reduce' } as const;
  const context = await browser.newContext({ baseURL: url, locale: language, colorScheme: appearance, viewport: size, ...still });
  context.setDefaultTimeout(patienceMs);
  const problems: string[] = [];
  await context.exposeBinding('tellViolation', (_source, violation: string) => void problems.push(violation));
  await context.addInitScript({ content: tellViolations });
  context.on('weberror', (error) => problems.push(`uncaught: ${error.error().stack ?? error.error().message}`));
  t.after(async () => {
    await context.close();
    assert.deepEqual(problems, [], 'what went wrong in the page');
  });
  if (as !== undefined) {
    const form = { name: as.user.name, password: as.password };
    const answer = await context.request.post('/auth/sign-in', { form, headers: { origin: url }, maxRedirects: 0 });
    assert.equal(answer.status(), 303, await answer.text());
  }
  return context.newPage();
}

const tellViolations = `document.addEventListener('securitypolicyviolation', (event) => {
  window.tellViolation('policy: ' + event.violatedDirective + ' of ' + event.blockedURI + ' at ' + event.sourceFile + ':' + event.lineNumber);
});`;
