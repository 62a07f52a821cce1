import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RepositoryName } from '@longshore/oci';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { Page } from '../../registry/ports/content-store.ts';
import { placeholders } from '../sql-lists.ts';
import type { SqlSession } from '../sql-session.ts';

/** How many projects are looked into at once: on SQLite that holds up every request, for about a millisecond. */
const projectsAtOnce = 128;

type Granted = Extract<Visibility, { kind: 'granted' }>;

interface ProjectRow {
  readonly id: number;
  readonly name: string;
  /** Whether there is a repository of the very name of the project, with a manifest. */
  readonly has_own: boolean | number;
}

/** A stretch of the names in their order: the one repository of a project's own name, or everything below `project/`. */
interface Stretch {
  readonly start: string;
  readonly projectId: number | undefined;
}

/**
 * The first `page.limit + 1` names after `page.after`, of repositories with manifests in projects of these grants. Goes from project
 * to project, which costs what is found and a little for each grant, however many other repositories there are.
 */
export async function grantedRepositories(sql: SqlSession, { userId, roles }: Granted, page: Page): Promise<RepositoryName[]> {
  if (roles.length === 0) return [];
  const projects = await sql.all<ProjectRow>(
    `select p.id, p.name,
       exists (select 1 from repositories r where r.name = p.name and r.project_id = p.id
               and exists (select 1 from manifests m where m.repository_id = r.id)) as has_own
     from grants g join projects p on p.id = g.project_id where g.user_id = ? and g.role in (${placeholders(roles.length)})`,
    [userId, ...roles],
  );
  const after = page.after ?? '';
  const names: RepositoryName[] = [];
  let lookedInto = 0;
  for (const { start, projectId } of stretches(projects)) {
    const room = page.limit + 1 - names.length;
    if (room === 0) break;
    if (projectId === undefined) {
      if (start > after) names.push(start as RepositoryName);
    } else if (endOf(start) > after) {
      lookedInto += 1;
      if (lookedInto % projectsAtOnce === 0) await nextTurn();
      names.push(...(await namesBelow(sql, projectId, after.startsWith(start) ? after : start, room)));
    }
  }
  return names;
}

/** In the order of the names in them; no two overlap, since only what is below a project has a slash. */
function stretches(projects: readonly ProjectRow[]): Stretch[] {
  const all = projects.flatMap(({ id, name, has_own }): Stretch[] => {
    const below = { start: `${name}/`, projectId: id };
    return has_own ? [{ start: name, projectId: undefined }, below] : [below];
  });
  return all.sort((left, right) => (left.start < right.start ? -1 : 1));
}

/** What every name that begins with `start` is before: 0 follows the slash at its end. */
function endOf(start: string): string {
  return `${start.slice(0, -1)}0`;
}

async function namesBelow(sql: SqlSession, projectId: number, after: string, limit: number): Promise<RepositoryName[]> {
  const rows = await sql.all<{ name: RepositoryName }>(
    `select r.name from repositories r
     where r.project_id = ? and r.name > ? and exists (select 1 from manifests m where m.repository_id = r.id)
     order by r.name limit ?`,
    [projectId, after, limit],
  );
  return rows.map(({ name }) => name);
}
