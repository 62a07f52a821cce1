import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Violation {
  readonly id: string;
  readonly impact: 'minor' | 'moderate' | 'serious' | 'critical';
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[];
}

/** What axe-core finds in a page. */
export interface Findings {
  /** One line for each place with something serious or critical, by WCAG 2.1 A and AA; none when all is well. */
  readonly serious: readonly string[];
  /** How many places there are with what is less. */
  readonly lesser: number;
}

/** Looks at a page as it stands now. */
export async function lookWithAxe(page: Page): Promise<Findings> {
  // As text: under the page's policy nothing can be added to it, while whoever debugs it may run what he likes.
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(axe.source);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];
  const { violations } = await page.evaluate<{ violations: Violation[] }>(
    `axe.run(document, { runOnly: ${JSON.stringify(tags)}, resultTypes: ['violations'] })`,
  );
  const isSerious = ({ impact }: Violation) => impact === 'serious' || impact === 'critical';
  return {
    serious: violations
      .filter(isSerious)
      .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary = '' }) => `${id}: ${target.join(' ')}: ${failureSummary}`)),
    lesser: violations.filter((violation) => !isSerious(violation)).reduce((sum, { nodes }) => sum + nodes.length, 0),
  };
}
