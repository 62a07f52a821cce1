import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[];
}

/** Everything of WCAG 2.1 A and AA that a machine can judge; or contrast alone, which is what changes with the colours. */
const scopes = {
  all: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
  contrast: { type: 'rule', values: ['color-contrast'] },
} as const;

/** What axe-core finds in a page as it stands now: one line for each place; none when all is well. */
export async function lookWithAxe(page: Page, scope: keyof typeof scopes): Promise<readonly string[]> {
  // As text: under the page's policy nothing can be added to it, while whoever debugs it may run what he likes.
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: Violation[] }>(
    `axe.run(document, { runOnly: ${JSON.stringify(scopes[scope])}, resultTypes: ['violations'] })`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** What is wrong with the order of a page's headings, by which people who hear it go through it: it begins with the only h1, and leaves out no level. */
export async function headingFaults(page: Page): Promise<readonly string[]> {
  const headings = await page.evaluate<{ level: number; text: string }[]>(
    `[...document.querySelectorAll('#content :is(h1, h2, h3, h4, h5, h6)')].map(({ tagName, textContent }) => ({ level: Number(tagName[1]), text: textContent }))`,
  );
  return headings.flatMap(({ level, text }, index) => {
    const above = headings[index - 1]?.level ?? 0;
    return level > above + 1 || (level === 1 && index > 0)
      ? [`h${level} "${text}" stands after ${above === 0 ? 'nothing' : `an h${above}`}`]
      : [];
  });
}
