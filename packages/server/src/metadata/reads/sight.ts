import type { ProjectVisibility } from '../../registry/ports/access.ts';
import type { Visibility } from '../../registry/ports/authorizer.ts';
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
  /** The ids of the projects of which anything may be seen. */
  readonly projects: () => Promise<number[]>;
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
    projects: async () => [...new Set([...bound.keys(), ...(await openProjects(sql, open))])],
  };
}

async function openProjects(sql: SqlSession, open: readonly ProjectVisibility[]): Promise<number[]> {
  if (open.length === 0) return [];
  const rows = await sql.all<{ id: number }>(`select p.id from projects p where p.visibility in (${placeholders(open.length)})`, open);
  return rows.map(({ id }) => id);
}
