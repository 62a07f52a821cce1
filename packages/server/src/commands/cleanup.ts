import { createInterface } from 'node:readline/promises';
import type { RetentionFeatureDeps } from '../features/retention/enqueue-run.ts';
import { previewRetention } from '../features/retention/preview-retention.ts';
import { resolveCleanUp } from '../features/retention/resolve-clean-up.ts';
import { type CleanUp, taskOfCleanUp } from '../features/retention/retention-tasks.ts';
import { runRetention } from '../features/retention/run-retention.ts';
import { printLine, spoken, tell } from '../observability/terminal.ts';
import { readArguments, UsageError } from './arguments.ts';

export const cleanupHelp = `longshore cleanup --repo NAME --days N [--dry-run] [--untagged-only] [--yes] [settings]

Removes the tags that were neither pushed nor pulled within the last N days, and the manifests that nothing holds
then. NAME is a store, a project or a repository; where it is several, the store comes before the project, and the
project before the repository. Never removed: what an index, a subject, another tag, a rule over tags or a
lease (a workload that runs) holds. Safe beside a running server; gc frees the bytes.

  --repo NAME       what to clean up
  --days N          how long nobody may have pushed or pulled it; fractions are allowed
  --dry-run         only show what would go
  --untagged-only   leave tags alone; only manifests that nothing holds go
  --yes             do not ask

Ends with 0 when it is done or there was nothing to do, 1 when it failed or was declined, 2 for wrong usage.

Examples:
  longshore cleanup --repo team/app --days 30 --dry-run
  longshore cleanup --repo team --days 90 --yes
  longshore cleanup --repo default --days 14 --untagged-only --yes --data /srv/longshore
`;

/** `longshore cleanup`: shows what would go, asks, and removes it in this process. */
export async function cleanup(argv: readonly string[], deps: RetentionFeatureDeps): Promise<number> {
  const flag = { type: 'boolean', default: false } as const;
  const options = { repo: { type: 'string' }, days: { type: 'string' }, 'dry-run': flag, 'untagged-only': flag, yes: flag } as const;
  const { values, positionals } = readArguments(argv, options);
  if (positionals.length > 0) throw new UsageError(`cleanup takes no '${positionals.join(' ')}': the name goes with --repo.`);
  if (values.repo === undefined) throw new UsageError('Say what to clean up: --repo NAME.');
  const days = requireDays(values.days);
  const stop = new AbortController();
  const onSignal = () => stop.abort(new Error('Interrupted: what was removed stays removed, the same command goes on.'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const target = await resolveCleanUp(deps.retention, { name: values.repo, days, untaggedOnly: values['untagged-only'] });
  if (target === undefined) throw new UsageError(`There is no store, project or repository '${values.repo}'.`);
  tell(target.description);
  const found = await showPreview(deps, target.projects, stop.signal);
  if (found === 0 || values['dry-run']) return 0;
  if (!values.yes && !(await isConfirmed())) return 1;
  return remove(deps, target.projects, stop.signal);
}

function requireDays(text: string | undefined): number {
  if (text === undefined) throw new UsageError('Say how old: --days N.');
  const days = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || days > 36_500) throw new UsageError(`--days takes a number from 0 to 36500, not '${text}'.`);
  return days;
}

/** Prints a table of what would go, by repository, and answers how many things those are. What is freed is of no one repository. */
async function showPreview(deps: RetentionFeatureDeps, projects: AsyncIterable<CleanUp>, signal: AbortSignal): Promise<number> {
  const total = { kept: 0, removed: 0, manifests: 0, bytes: 0 };
  const headings = ['TAGS KEPT', 'TAGS TO GO', 'MANIFESTS', 'BYTES'].map(spoken);
  printLine(row(spoken('REPOSITORY'), ...headings));
  for await (const cleanUp of projects) {
    const { summary, repositories } = await previewRetention(deps, taskOfCleanUp(cleanUp, deps.graceMs), { limit: 0, signal });
    const { tagsKept, tagsRemoved, manifestsRemoved, freedBytes } = summary;
    for (const each of repositories) printLine(row(each.repository, each.tagsKept, each.tagsRemoved, each.manifestsRemoved));
    total.kept += tagsKept;
    total.removed += tagsRemoved;
    total.manifests += manifestsRemoved;
    total.bytes += freedBytes;
  }
  printLine(row(spoken('total'), total.kept, total.removed, total.manifests, total.bytes));
  return total.removed + total.manifests;
}

function row(name: string, ...cells: readonly (string | number)[]): string {
  return [name + blanks(name, 40), ...cells.map(String).map((cell) => blanks(cell, 14) + cell)].join('');
}

/** What fills a text up to columns of a terminal, of which a Chinese sign takes two. */
function blanks(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - text.replaceAll(/\p{Script=Han}/gu, '--').length));
}

async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UsageError('There is no terminal to ask at: say --yes to remove this, or --dry-run to look.');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(spoken('Remove this? Type yes: '));
    if (answer.trim().toLowerCase() === 'yes') return true;
    tell('nothing was removed');
    return false;
  } finally {
    terminal.close();
  }
}

async function remove(deps: RetentionFeatureDeps, projects: AsyncIterable<CleanUp>, signal: AbortSignal): Promise<number> {
  let [tags, manifests] = [0, 0];
  for await (const cleanUp of projects) {
    const options = { kind: 'cleanup', requestedBy: 'system:cli', signal } as const;
    const report = await runRetention(deps, taskOfCleanUp(cleanUp, deps.graceMs), options);
    tags += report.tagsRemoved;
    manifests += report.manifestsRemoved;
  }
  tell(`removed: ${tags} tags, ${manifests} manifests; gc frees the bytes after gc.graceHours`);
  return 0;
}
