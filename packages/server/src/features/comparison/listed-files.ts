import { type FileChange, fileChanges } from '../../registry/ports/comparison-store.ts';
import type { FileDifference } from '../../registry/ports/image-comparer.ts';
import type { ComparisonDeps } from './comparison-deps.ts';

type PageDeps = Pick<ComparisonDeps, 'comparisons' | 'comparer'>;

/** Which files are wanted: of one kind of change or of all, with paths that begin so or all. */
export interface FileFilter {
  readonly change: FileChange | undefined;
  readonly prefix: string | undefined;
}

/** The files behind `after`, by the bytes of their paths; one more than `limit` when there are more. */
export async function listFiles(
  deps: PageDeps,
  id: number,
  { change, prefix }: FileFilter,
  { limit, after }: { limit: number; after: string | undefined },
): Promise<{ items: FileDifference[]; more: boolean }> {
  const range = rangeOf(prefix, after);
  const files: FileDifference[] = [];
  // One after the other: a list takes one connection.
  for (const each of change === undefined ? fileChanges : [change]) files.push(...(await filesIn(deps, id, each, range, limit + 1)));
  files.sort((left, right) => byBytes(left.path, right.path));
  return { items: files.slice(0, limit), more: files.length > limit };
}

/** The file at exactly this path, if it differs. */
export async function findFile(deps: PageDeps, id: number, path: string): Promise<FileDifference | undefined> {
  for (const change of fileChanges) {
    const [found] = await filesIn(deps, id, change, { from: path, to: next(path) }, 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Paths from `from` on and before `to`; undefined: to the end. */
interface PathRange {
  readonly from: string;
  readonly to: string | undefined;
}

/** No path has a character before this one. */
const next = (path: string) => `${path}\u0001`;

function rangeOf(prefix = '', after: string | undefined): PathRange {
  const from = after === undefined ? '' : next(after);
  // No character is behind the last one.
  return { from: byBytes(from, prefix) > 0 ? from : prefix, to: prefix === '' ? undefined : `${prefix}\u{10ffff}` };
}

async function filesIn(deps: PageDeps, id: number, change: FileChange, { from, to }: PathRange, limit: number) {
  const files: FileDifference[] = [];
  for (let start = from; files.length < limit; ) {
    const page = await deps.comparisons.findComparisonPage(id, change, start);
    if (page === undefined) break;
    for (const file of await deps.comparer.filesOf(page)) {
      if (byBytes(file.path, from) >= 0 && (to === undefined || byBytes(file.path, to) < 0) && files.length < limit) files.push(file);
    }
    if (to !== undefined && byBytes(page.lastPath, to) >= 0) break;
    start = next(page.lastPath);
  }
  return files;
}

const byBytes = (left: string, right: string) => (left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right)));
