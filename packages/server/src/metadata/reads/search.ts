import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RepositoryName } from '@longshore/oci';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { FoundRepository, KeyedPage, SearchPlace } from '../../registry/ports/browse-store.ts';
import type { Listed } from '../../registry/ports/content-store.ts';
import type { Condition } from '../garbage-conditions.ts';
import { filledUp } from '../sql-lists.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';
import { visibleRepositories } from '../visibility-condition.ts';
import { visibleProjects } from './visible-projects.ts';

/** Matches that are looked at in one statement, unless a page is larger: on SQLite that holds up every request, for some milliseconds. */
const windowMatches = 256;
/** So many matches are looked through before a search turns to what the one who asks may see, and at most so many for much to see. */
const fewMatches = 512;
const mostMatches = 4096;
/** Projects that one statement looks through. */
const projectsAtOnce = 64;
/** Sorts after every word that begins with a term before it: no name has a character beyond ~. */
const end = '\u007f';
/** No project has it. */
const noProject = -1;

interface MatchRow {
  readonly word: string;
  readonly position: number;
  readonly repository_id: number;
  /** Null of a match that is not shown: it is hidden from the one who asks, or a word of its repository that comes before matches too. */
  readonly name: RepositoryName | null;
}

/** A search for one page. */
interface Search extends KeyedPage<SearchPlace> {
  readonly term: string;
  readonly visible: Condition;
}

/** Matches in their order, as far as they were looked through. */
interface Walk {
  readonly shown: MatchRow[];
  after: SearchPlace | undefined;
  /** Nothing more is needed: the page is full, or there are no more matches. */
  isOver: boolean;
}

/**
 * `BrowseStore.searchRepositories`. A repository shows once, with the first of its words that match. Whoever sees much finds a page among
 * the first matches; whoever sees little is not made to wait for all that match, but looks through the projects that are visible.
 */
export async function searchRepositories(
  sql: SqlSession,
  { term, visibility }: { term: string; visibility: Visibility },
  page: KeyedPage<SearchPlace>,
): Promise<Listed<FoundRepository>> {
  const visible = visibleRepositories(visibility);
  if (visible === undefined || visibility.kind === 'nothing') return { items: [], more: false };
  const search = { ...page, term, visible };
  const walk: Walk = { shown: [], after: page.after, isOver: false };
  await walkOn(sql, search, walk, visibility.kind === 'everything' ? Number.POSITIVE_INFINITY : fewMatches);
  if (walk.isOver || visibility.kind === 'everything') return cut(walk.shown, page.limit);
  const projects = await visibleProjects(sql, visibility);
  // Each project costs about as much as a match: whoever sees many is likelier to find a page among as many matches.
  if (projects.length > fewMatches) await walkOn(sql, search, walk, Math.min(projects.length, mostMatches));
  return cut(walk.isOver ? walk.shown : await matchesInProjects(sql, search, projects), page.limit);
}

/** Looks through about so many more matches, of these projects or of all; a null project stands for words whose project was not written down. */
async function walkOn(sql: SqlSession, search: Search, walk: Walk, matches: number, projects?: readonly (number | null)[]): Promise<void> {
  for (let looked = 0; !walk.isOver && looked < matches; ) {
    if (looked > 0) await nextTurn();
    const most = looked === 0 ? search.limit + 1 : Math.max(windowMatches, search.limit + 1);
    const rows = await nextMatches(sql, search, walk.after, most, projects);
    for (const row of rows) if (row.name !== null) walk.shown.push(row);
    walk.isOver = walk.shown.length > search.limit || rows.length < most;
    walk.after = placeOf(rows.at(-1)) ?? walk.after;
    looked += rows.length;
  }
}

/** The first matches in these projects that are visible. */
async function matchesInProjects(sql: SqlSession, search: Search, projects: readonly number[]): Promise<MatchRow[]> {
  // Words that were written by a version before 0018 have no project.
  const places = [null, ...projects];
  let found: MatchRow[] = [];
  for (let from = 0; from < places.length; from += projectsAtOnce) {
    const walk: Walk = { shown: [], after: search.after, isOver: false };
    await walkOn(sql, search, walk, Number.POSITIVE_INFINITY, places.slice(from, from + projectsAtOnce));
    found = [...found, ...walk.shown].sort(inOrder).slice(0, search.limit + 1);
    await nextTurn();
  }
  return found;
}

/** The next matches, shown or not. The page is cut before anything is joined to it: most matches may be of no concern to anybody. */
function nextMatches(
  sql: SqlSession,
  { term, visible }: Search,
  after: SearchPlace | undefined,
  most: number,
  projects: readonly (number | null)[] | undefined,
): Promise<MatchRow[]> {
  const matching = matchingAfter(term, after);
  const candidates = projects === undefined ? candidatesOf('1 = 1', matching, most) : candidatesIn(projects, matching, most);
  return sql.all<MatchRow>(
    `select page.word, page.position, page.repository_id, case when ${visible.text}
       and not exists (select 1 from repository_words e where e.repository_id = page.repository_id and e.word >= ? and e.word < ?
         and (e.word, e.position) < (page.word, page.position)) then r.name end as name
     from (${candidates.text}) page
     join repositories r on r.id = page.repository_id join projects p on p.id = r.project_id
     order by page.word, page.position, page.repository_id`,
    [...visible.params, term, `${term}${end}`, ...candidates.params],
  );
}

/** Only one lower bound: of two SQLite takes either for the index, and may go through all matches before the page. */
function matchingAfter(term: string, after: SearchPlace | undefined): Condition {
  if (after === undefined || after[0] < term) return { text: 'w.word >= ? and w.word < ?', params: [term, `${term}${end}`] };
  return { text: '(w.word, w.position, w.repository_id) > (?, ?, ?) and w.word < ?', params: [...after, `${term}${end}`] };
}

const inWordOrder = 'order by word, position, repository_id limit ?';

function candidatesOf(where: string, matching: Condition, most: number): Condition {
  const text = `select w.word, w.position, w.repository_id from repository_words w where ${where} and ${matching.text} ${inWordOrder}`;
  return { text, params: [...matching.params, most] };
}

/** The first of each project, along an index of its own; of all of them the first. */
function candidatesIn(projects: readonly (number | null)[], matching: Condition, most: number): Condition {
  const params: SqlValue[] = [];
  const texts = filledUp(projects, noProject).map((project, index) => {
    if (project !== null) params.push(project);
    const candidates = candidatesOf(project === null ? 'w.project_id is null' : 'w.project_id = ?', matching, most);
    params.push(...candidates.params);
    return `select * from (${candidates.text}) as of_project_${index}`;
  });
  return { text: `select * from (${texts.join(' union all ')}) as of_projects ${inWordOrder}`, params: [...params, most] };
}

function inOrder(left: MatchRow, right: MatchRow): number {
  if (left.word !== right.word) return left.word < right.word ? -1 : 1;
  return left.position - right.position || left.repository_id - right.repository_id;
}

function placeOf(row: MatchRow | undefined): SearchPlace | undefined {
  return row && [row.word, row.position, row.repository_id];
}

function cut(rows: readonly MatchRow[], limit: number): Listed<FoundRepository> {
  return { items: rows.slice(0, limit).map(toFound), more: rows.length > limit };
}

function toFound({ word, position, repository_id, name }: MatchRow): FoundRepository {
  return { name: name as RepositoryName, place: [word, position, repository_id] };
}
