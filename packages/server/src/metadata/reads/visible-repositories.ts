import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RepositoryName } from '@longshore/oci';
import type { ProjectVisibility, RoleHolder } from '../../registry/ports/access.ts';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { Page } from '../../registry/ports/content-store.ts';
import { projectOf } from '../../registry/project-name.ts';
import { namesOfProject } from '../../registry/repository-pattern.ts';
import type { SqlSession } from '../sql-session.ts';
import { beforeNames, both, openFrom, type Visible } from '../visibility-condition.ts';

/** How many stretches are looked into at once: on SQLite that holds up every request, for about a millisecond. */
const stretchesAtOnce = 128;

type Held = Extract<Visibility, { kind: 'held' }>;

const withManifests = 'exists (select 1 from manifests m where m.repository_id = r.id)';

/** Names on which a role is bound. */
export interface RangeRow {
  /** Of the project; null: every project. */
  readonly id: number | null;
  readonly name: string | null;
  readonly range_low: string;
  readonly range_high: string;
}

/** A stretch of the names in their order, all of one project: no two overlap. */
interface Stretch {
  readonly projectId: number;
  readonly low: string;
  readonly high: string;
}

/**
 * The first `page.limit + 1` names after `page.after`, of repositories with manifests that are visible. Costs what is found, a little for each
 * stretch of names that roles are bound to, and less for each open project without repositories on the way.
 */
export async function visibleRepositoryNames(sql: SqlSession, visibility: Held, page: Page): Promise<RepositoryName[]> {
  const ranges = visibility.holder === undefined ? [] : await boundRanges(sql, visibility.holder, visibility.action);
  if (ranges.some(({ id }) => id === null)) return everyRepositoryName(sql, visibility, page);
  const names = await boundNames(sql, visibility, [...ranges, ...wholeProjects(visibility)], page);
  for (const open of visibility.open) names.push(...(await openNames(sql, visibility, open, page)));
  return [...new Set(names)].sort().slice(0, page.limit + 1);
}

/** Those on which a role is bound. */
async function boundNames(sql: SqlSession, visibility: Held, ranges: readonly RangeRow[], page: Page): Promise<RepositoryName[]> {
  const after = page.after ?? beforeNames;
  const names: RepositoryName[] = [];
  let lookedInto = 0;
  for (const stretch of stretches(ranges)) {
    const room = page.limit + 1 - names.length;
    if (room === 0) break;
    if (stretch.high <= after) continue;
    lookedInto += 1;
    if (lookedInto % stretchesAtOnce === 0) await nextTurn();
    names.push(...(await namesIn(sql, visibility, stretch, after, room)));
  }
  return names;
}

/**
 * Those of projects of a visibility, in their order along an index of its projects, so that nothing but a page of them is read. What has the name of its
 * project stands apart from what is below it, since names of other projects are between them.
 */
async function openNames(
  sql: SqlSession,
  sight: Held,
  visibility: ProjectVisibility,
  { after = beforeNames, limit }: Page,
): Promise<RepositoryName[]> {
  const shown = both({ text: withManifests, params: [] }, openFrom(sight, 'p.id'));
  const own = await sql.all<{ name: RepositoryName }>(
    `select p.name from projects p join repositories r on r.project_id = p.id and r.name = p.name
     where p.visibility = ? and p.name > ? and ${shown.text} order by p.name limit ?`,
    [visibility, after, ...shown.params, limit + 1],
  );
  const first = after.includes('/') ? `${projectOf(after)}/` : after;
  const below = await sql.all<{ name: RepositoryName }>(
    `select r.name from projects p join repositories r on r.project_id = p.id and r.name > p.name
     where p.visibility = ? and (p.name || '/') >= ? and r.name > ? and ${shown.text} order by (p.name || '/'), r.name limit ?`,
    [visibility, first, after, ...shown.params, limit + 1],
  );
  return [...own, ...below].map(({ name }) => name);
}

/** The first `page.limit + 1` names after `page.after`, of all repositories with manifests. */
export async function everyRepositoryName(sql: SqlSession, visibility: Visible, page: Page): Promise<RepositoryName[]> {
  const shown = both({ text: withManifests, params: [] }, openFrom(visibility, 'r.project_id'));
  const rows = await sql.all<{ name: RepositoryName }>(
    `select r.name from repositories r where r.name > ? and ${shown.text} order by r.name limit ?`,
    [page.after === undefined || page.after < beforeNames ? beforeNames : page.after, ...shown.params, page.limit + 1],
  );
  return rows.map(({ name }) => name);
}

/** Whether the holder has a role with this action on the whole registry. */
export async function holdsEverywhere(sql: SqlSession, { holder, action }: Held): Promise<boolean> {
  return holder !== undefined && (await boundRanges(sql, holder, action, 'b.project_id is null')).length > 0;
}

/** The names of the projects that are shown besides, as if a role were bound to all of each. */
export function wholeProjects({ projects = [] }: Held): RangeRow[] {
  return projects.map(({ id, name }) => {
    const { low, high } = namesOfProject(name);
    return { id, name, range_low: low, range_high: high };
  });
}

/** Where roles with this action are bound. */
export async function boundRanges(sql: SqlSession, holder: RoleHolder, action: number, where = '1 = 1'): Promise<RangeRow[]> {
  const select = 'select p.id, p.name, b.range_low, b.range_high';
  const joins = 'join roles ro on ro.id = b.role_id left join projects p on p.id = b.project_id';
  const own = `${select} from role_bindings b ${joins} where b.subject_kind = ? and b.subject_id = ? and (ro.actions & ?) <> 0 and ${where}`;
  if (holder.kind !== 'user') return sql.all<RangeRow>(own, [holder.kind, holder.id, action]);
  const ofGroups = `${select} from group_members gm cross join role_bindings b ${joins}
    where b.subject_kind = 'group' and b.subject_id = gm.group_id and gm.user_id = ? and (ro.actions & ?) <> 0 and ${where}`;
  return sql.all<RangeRow>(`${own} union all ${ofGroups}`, [holder.kind, holder.id, action, holder.id, action]);
}

/**
 * In the order of the names in them. What a project has of its own name stands apart from what is below it, since names of other projects are
 * between them; a range within another one of its project adds nothing.
 */
function stretches(ranges: readonly RangeRow[]): Stretch[] {
  const all = ranges.flatMap(({ id, name, range_low: low, range_high: high }): Stretch[] => {
    if (id === null || name === null) return [];
    if (low !== name) return [{ projectId: id, low, high }];
    return [
      { projectId: id, low, high: `${name}!` },
      { projectId: id, low: `${name}/`, high },
    ];
  });
  all.sort((left, right) => (left.low < right.low ? -1 : left.low > right.low ? 1 : left.high > right.high ? -1 : 1));
  let end = '';
  return all.filter(({ high }) => {
    if (high <= end) return false;
    end = high;
    return true;
  });
}

async function namesIn(
  sql: SqlSession,
  visibility: Held,
  { projectId, low, high }: Stretch,
  after: string,
  limit: number,
): Promise<RepositoryName[]> {
  const shown = both({ text: withManifests, params: [] }, openFrom(visibility, 'r.project_id'));
  const rows = await sql.all<{ name: RepositoryName }>(
    `select r.name from repositories r
     where r.project_id = ? and r.name >= ? and r.name > ? and r.name < ? and ${shown.text}
     order by r.name limit ?`,
    [projectId, low, after, high, ...shown.params, limit],
  );
  return rows.map(({ name }) => name);
}
