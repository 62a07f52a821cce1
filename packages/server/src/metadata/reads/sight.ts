import type { ProjectVisibility } from '../../registry/ports/access.ts';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import { namesOfProject } from '../../registry/repository-pattern.ts';
import { placeholders } from '../sql-lists.ts';
import type { SqlSession } from '../sql-session.ts';
import { boundRanges, type RangeRow, wholeProjects } from './visible-repositories.ts';

/** What of a repository decides whether somebody sees it. */
export interface SeenRow {
  readonly name: string;
  readonly project_id: number;
  readonly visibility: ProjectVisibility;
  /** Whether its project is open to where the one who asks is: 1 or 0. */
  readonly open: number;
}

/** What somebody may see. */
export interface Sight {
  readonly sees: (row: SeenRow) => boolean;
  /** The stretches of names in projects of which anything may be seen; no two of a project overlap. */
  readonly stretches: () => Promise<SeenStretch[]>;
}

/** Names of a project's repositories: from `low` on and before `high`. */
export interface SeenStretch {
  readonly projectId: number;
  readonly low: string;
  readonly high: string;
}

/** Whether a stretch is all of its project: patterns have a slash behind its name. */
export function isWholeProject({ low }: SeenStretch): boolean {
  return !low.includes('/');
}

/**
 * What somebody may see; undefined: everything. Roles are looked at here, once for all rows: in the statement they would be looked up for each,
 * by a plan of PostgreSQL's liking.
 */
export async function sightOf(sql: SqlSession, held: Extract<Visibility, { kind: 'held' }>): Promise<Sight | undefined> {
  const { holder, action, open } = held;
  const bound = new Map<number, RangeRow[]>();
  const ranges = holder === undefined ? [] : await boundRanges(sql, holder, action);
  for (const range of [...ranges, ...wholeProjects(held)]) {
    if (range.id === null) return undefined;
    const known = bound.get(range.id);
    if (known === undefined) bound.set(range.id, [range]);
    else known.push(range);
  }
  return {
    sees: ({ name, project_id: project, visibility }) =>
      open.includes(visibility) || (bound.get(project) ?? []).some((range) => range.range_low <= name && name < range.range_high),
    stretches: async () => {
      const whole = await openProjects(sql, open);
      const isWhole = new Set(whole.map(({ projectId }) => projectId));
      return [...whole, ...[...bound].flatMap(([projectId, ranges]) => (isWhole.has(projectId) ? [] : widest(projectId, ranges)))];
    },
  };
}

async function openProjects(sql: SqlSession, open: readonly ProjectVisibility[]): Promise<SeenStretch[]> {
  if (open.length === 0) return [];
  const rows = await sql.all<{ id: number; name: string }>(
    `select p.id, p.name from projects p where p.visibility in (${placeholders(open.length)})`,
    open,
  );
  return rows.map(({ id, name }) => ({ projectId: id, ...namesOfProject(name) }));
}

/** Without those within others: two ranges of patterns lie within each other or apart. */
function widest(projectId: number, ranges: readonly RangeRow[]): SeenStretch[] {
  const byLow = ranges.toSorted((left, right) => order(left.range_low, right.range_low) || order(right.range_high, left.range_high));
  let end = '';
  return byLow.flatMap(({ range_low: low, range_high: high }) => {
    if (high <= end) return [];
    end = high;
    return [{ projectId, low, high }];
  });
}

const order = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);
