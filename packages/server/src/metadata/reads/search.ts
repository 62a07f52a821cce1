import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RepositoryName } from '@longshore/oci';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { FoundRepository, KeyedPage, SearchPlace } from '../../registry/ports/browse-store.ts';
import type { Listed } from '../../registry/ports/content-store.ts';
import type { Condition } from '../garbage-conditions.ts';
import { chunks, padded, placeholders } from '../sql-lists.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';
import { visibleRepositories } from '../visibility-condition.ts';
import { visibleProjects } from './visible-projects.ts';

/** As many pages of matches are looked through before a search turns to what the one who asks may see. */
const pagesOfMatches = 4;
/** Sorts after every word that begins with a term before it: no name has a character beyond ~. */
const end = '\u007f';

interface MatchRow {
  readonly word: string;
  readonly position: number;
  readonly repository_id: number;
  /** Null of a match that the one who asks may not see. */
  readonly name: RepositoryName | null;
}

/** A search for one page. */
interface Search extends KeyedPage<SearchPlace> {
  readonly term: string;
  readonly visible: Condition;
}

/**
 * `BrowseStore.searchRepositories`. A repository shows once, with the first of its words that match. Whoever sees much finds a page among
 * the first matches; whoever sees little is not made to wait for all that match, but looks through what is visible.
 */
export async function searchRepositories(
  sql: SqlSession,
  { term, visibility }: { term: string; visibility: Visibility },
  page: KeyedPage<SearchPlace>,
): Promise<Listed<FoundRepository>> {
  const visible = visibleRepositories(visibility);
  if (visible === undefined || visibility.kind === 'nothing') return { items: [], more: false };
  const search = { ...page, term, visible };
  const most = (page.limit + 1) * (visibility.kind === 'held' ? pagesOfMatches : 1);
  const matches = await firstMatches(sql, search, most);
  const shown = matches.filter(({ name }) => name !== null);
  const isEnough = shown.length > page.limit || matches.length < most || visibility.kind === 'everything';
  const rows = isEnough ? shown : await matchesInProjects(sql, search, await visibleProjects(sql, visibility));
  return { items: rows.slice(0, page.limit).map(toFound), more: rows.length > page.limit };
}

const matching = `w.word >= ? and w.word < ? and (w.word, w.position, w.repository_id) > (?, ?, ?)
  and not exists (select 1 from repository_words e where e.repository_id = w.repository_id and e.word >= ? and e.word < ?
    and (e.word, e.position) < (w.word, w.position))`;

function matchingParams({ term, after }: Search): SqlValue[] {
  return [term, `${term}${end}`, ...(after ?? ['', 0, 0]), term, `${term}${end}`];
}

/** The first matches, whoever may see them. */
function firstMatches(sql: SqlSession, search: Search, most: number): Promise<MatchRow[]> {
  const { visible } = search;
  return sql.all<MatchRow>(
    `select page.word, page.position, page.repository_id, case when ${visible.text} then r.name end as name
     from (select w.word, w.position, w.repository_id from repository_words w where ${matching}
       order by w.word, w.position, w.repository_id limit ?) page
     join repositories r on r.id = page.repository_id join projects p on p.id = r.project_id
     order by page.word, page.position, page.repository_id`,
    [...visible.params, ...matchingParams(search), most],
  );
}

/** The first matches in these projects that are visible. SQLite keeps the order of cross joins, and would otherwise begin with all that match. */
async function matchesInProjects(sql: SqlSession, search: Search, projects: readonly number[]): Promise<MatchRow[]> {
  const { visible, limit } = search;
  let found: MatchRow[] = [];
  for (const chunk of chunks(projects)) {
    const ids = padded(chunk);
    const rows = await sql.all<MatchRow>(
      `select w.word, w.position, w.repository_id, r.name
       from projects p cross join repositories r cross join repository_words w
       where p.id in (${placeholders(ids.length)}) and r.project_id = p.id and w.repository_id = r.id and ${matching} and ${visible.text}
       order by w.word, w.position, w.repository_id limit ?`,
      [...ids, ...matchingParams(search), ...visible.params, limit + 1],
    );
    found = [...found, ...rows].sort(inOrder).slice(0, limit + 1);
    await nextTurn();
  }
  return found;
}

function inOrder(left: MatchRow, right: MatchRow): number {
  if (left.word !== right.word) return left.word < right.word ? -1 : 1;
  return left.position - right.position || left.repository_id - right.repository_id;
}

function toFound({ word, position, repository_id, name }: MatchRow): FoundRepository {
  return { name: name as RepositoryName, place: [word, position, repository_id] };
}
