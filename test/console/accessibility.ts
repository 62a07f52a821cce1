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
