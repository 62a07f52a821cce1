import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RepositoryName, Tag } from '@longshore/oci';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import { overviewDepth, overviewProjects, type PulledTag, type RecentPush } from '../../registry/ports/overview-store.ts';
import type { Day, DayOfPulls } from '../../registry/ports/pull-store.ts';
import { fromColumn } from '../digest-column.ts';
import type { Condition } from '../garbage-conditions.ts';
import { chunks, padded, placeholders } from '../sql-lists.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';
import { beforeNames, openFrom, type Visible } from '../visibility-condition.ts';
import { isWholeProject, type SeenRow, type Sight, sightOf } from './sight.ts';

/** Entries that one statement looks at: on SQLite it holds up every request, for about a millisecond. */
const windowRows = 250;

interface PushRow extends SeenRow {
  readonly id: number;
  readonly tag: Tag;
  readonly digest: Uint8Array | null;
  readonly actor: string;
  readonly at: number;
}

interface PulledRow extends SeenRow {
  readonly repository_id: number;
  readonly tag: Tag;
  readonly digest: Uint8Array;
  readonly pulls: number;
  readonly last_at: number;
}

/** `OverviewStore.listRecentPushes`. */
export async function listRecentPushes(sql: SqlSession, visibility: Visibility, limit: number): Promise<RecentPush[]> {
  if (visibility.kind === 'nothing') return [];
  const open = openOf(visibility);
  const next = (after: PushRow | undefined) =>
    sql.all<PushRow>(
      `select page.id, page.tag, page.to_digest as digest, page.actor, page.at, r.name, r.project_id, p.visibility, ${open.text} as open
       from (select h.id, h.repository_id, h.tag, h.to_digest, h.actor, h.at from tag_history h where h.id < ? order by h.id desc limit ?) page
       join repositories r on r.id = page.repository_id join projects p on p.id = r.project_id order by page.id desc`,
      [...open.params, after?.id ?? Number.MAX_SAFE_INTEGER, windowRows],
    );
  const known = new Set<string>();
  const shown: RecentPush[] = [];
  await walk(sql, visibility, next, ({ name, tag, digest, actor, at }, isSeen) => {
    const isFirst = !known.has(`${name}:${tag}`);
    known.add(`${name}:${tag}`);
    // The newest change of a tag tells what it is now; nothing when it was deleted.
    if (isFirst && isSeen && digest !== null)
      shown.push({ repository: name as RepositoryName, tag, digest: fromColumn(digest), by: actor, at });
    return shown.length < limit;
  });
  return shown;
}

/** `OverviewStore.listMostPulled`. */
export async function listMostPulled(sql: SqlSession, visibility: Visibility, limit: number): Promise<PulledTag[]> {
  if (visibility.kind === 'nothing') return [];
  const open = openOf(visibility);
  const next = (after: PulledRow | undefined) =>
    sql.all<PulledRow>(
      `select page.repository_id, page.tag, page.pulls, page.last_at, m.digest, r.name, r.project_id, p.visibility, ${open.text} as open
       from (select tp.repository_id, tp.tag, tp.pulls, tp.last_at from tag_pulls tp
             where (tp.pulls, tp.repository_id, tp.tag) < (?, ?, ?)
             order by tp.pulls desc, tp.repository_id desc, tp.tag desc limit ?) page
       join repositories r on r.id = page.repository_id join projects p on p.id = r.project_id
       join tags t on t.repository_id = page.repository_id and t.name = page.tag join manifests m on m.id = t.manifest_id
       order by page.pulls desc, page.repository_id desc, page.tag desc`,
      [...open.params, after?.pulls ?? Number.MAX_SAFE_INTEGER, after?.repository_id ?? 0, after?.tag ?? '', windowRows],
    );
  const shown: PulledTag[] = [];
  await walk(sql, visibility, next, ({ name, tag, digest, pulls, last_at: lastPulledAt }, isSeen) => {
    if (pulls === 0) return false;
    if (isSeen) shown.push({ repository: name as RepositoryName, tag, digest: fromColumn(digest), pulls, lastPulledAt });
    return shown.length < limit;
  });
  return shown;
}

/** Visits rows until `visit` wants no more, there are no more, or as many were looked at as an overview looks at. */
async function walk<R extends SeenRow>(
  sql: SqlSession,
  visibility: Visible,
  next: (after: R | undefined) => Promise<R[]>,
  visit: (row: R, isSeen: boolean) => boolean,
): Promise<void> {
  const sight = visibility.kind === 'held' ? await sightOf(sql, visibility) : undefined;
  const isSeen = (row: R) => row.open === 1 && row.name > beforeNames && (sight?.sees(row) ?? true);
  let after: R | undefined;
  for (let looked = 0; looked < overviewDepth; looked += windowRows) {
    const rows = await next(after);
    for (const row of rows) if (!visit(row, isSeen(row))) return;
    after = rows.at(-1);
    if (after === undefined) return;
    await nextTurn();
  }
}

/** As a column: whether the project is open to where the one who asks is. */
function openOf(visibility: Visible): { readonly text: string; readonly params: readonly SqlValue[] } {
  const open = openFrom(visibility, 'r.project_id');
  return open === undefined ? { text: '1', params: [] } : { text: `case when ${open.text} then 1 else 0 end`, params: open.params };
}

/** `OverviewStore.sumDaysOfPulls`. */
export async function sumDaysOfPulls(sql: SqlSession, visibility: Visibility, since: Day): Promise<DayOfPulls[] | undefined> {
  if (visibility.kind === 'nothing') return [];
  const sight = visibility.kind === 'held' ? await sightOf(sql, visibility) : undefined;
  const open = openFrom(visibility, 'p.id');
  if (sight === undefined && !(await isAnyClosed(sql, visibility))) return undefined;
  const days = new Map<Day, DayOfPulls>();
  for (const ids of chunks(await summedProjects(sql, sight, open))) {
    const asked = padded(ids);
    const rows = await sql.all<DayOfPulls>(
      `select pp.day, cast(sum(pp.bytes) as bigint) as bytes, cast(sum(pp.pulls) as bigint) as pulls
       from project_pulls pp where pp.project_id in (${placeholders(asked.length)}) and pp.day >= ? group by pp.day`,
      [...asked, since],
    );
    for (const { day, bytes, pulls } of rows) {
      const known = days.get(day) ?? { day, bytes: 0, pulls: 0 };
      days.set(day, { day, bytes: known.bytes + bytes, pulls: known.pulls + pulls });
    }
  }
  return [...days.values()].sort((left, right) => left.day - right.day);
}

/** Whether a project is closed to where the one who asks is. */
async function isAnyClosed(sql: SqlSession, { from }: Visible): Promise<boolean> {
  if (from === undefined) return false;
  const closed = 'select 1 as found from closed_addresses c';
  if (from === 'unknown') return (await sql.get(`${closed} limit 1`)) !== undefined;
  return (await sql.get(`${closed} where c.low <= ? and c.high >= ? limit 1`, [from, from])) !== undefined;
}

/** Some of the projects of which all is seen: what of a project's pulls is of a part of it is not known. */
async function summedProjects(sql: SqlSession, sight: Sight | undefined, open: Condition | undefined): Promise<number[]> {
  const isOpen = open ?? { text: '1 = 1', params: [] };
  if (sight === undefined) {
    const rows = await sql.all<{ id: number }>(`select p.id from projects p where ${isOpen.text} limit ${overviewProjects}`, isOpen.params);
    return rows.map(({ id }) => id);
  }
  const whole = (await sight.stretches()).filter(isWholeProject).slice(0, overviewProjects);
  const found: number[] = [];
  for (const some of chunks(whole)) {
    const asked = padded(some.map(({ projectId }) => projectId));
    const rows = await sql.all<{ id: number }>(
      `select p.id from projects p where p.id in (${placeholders(asked.length)}) and ${isOpen.text}`,
      [...asked, ...isOpen.params],
    );
    found.push(...rows.map(({ id }) => id));
  }
  return found;
}
