import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RepositoryName } from '@longshore/oci';
import type { ProjectVisibility } from '../../registry/ports/access.ts';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { FoundRepository, KeyedPage, SearchPlace } from '../../registry/ports/browse-store.ts';
import type { Listed } from '../../registry/ports/content-store.ts';
import type { Condition } from '../garbage-conditions.ts';
import { filledUp } from '../sql-lists.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';
import { beforeNames } from '../visibility-condition.ts';
import { visibleProjects } from './visible-projects.ts';
import { boundRanges, type RangeRow } from './visible-repositories.ts';

/** Matches that are looked at in one statement, unless a page is larger: on SQLite that holds up every request, for some milliseconds. */
const windowMatches = 512;
/** So many matches are looked through before a search turns to what the one who asks may see, and at most so many for those who see much. */
const fewMatches = 200;
const mostMatches = 4096;
/** Whoever sees more projects finds a page sooner among all that match. */
const manyProjects = 128;
/** Projects that one statement looks through: PostgreSQL plans twice as many in four times the time. */
const projectsAtOnce = 64;
/** Sorts after every word that begins with a term before it: no name has a character beyond ~. */
const end = '\u007f';
/** No project has it. */
const noProject = -1;

interface MatchRow {
  readonly word: string;
  readonly position: number;
  readonly repository_id: number;
  readonly name: RepositoryName;
  readonly project_id: number;
  readonly visibility: ProjectVisibility;
  /** Whether a word of the same repository that comes before matches too. */
  readonly is_later: number | boolean;
}

/** A search for one page. */
interface Search extends KeyedPage<SearchPlace> {
  readonly term: string;
  readonly shows: (row: MatchRow) => boolean;
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
  if (visibility.kind === 'nothing') return { items: [], more: false };
  const sees = visibility.kind === 'everything' ? undefined : await sightOf(sql, visibility);
  const shows = (row: MatchRow) => !row.is_later && row.name > beforeNames && (sees?.(row) ?? true);
  const search = { ...page, term, shows };
  const walk: Walk = { shown: [], after: page.after, isOver: false };
  await walkOn(sql, search, walk, sees === undefined ? Number.POSITIVE_INFINITY : fewMatches);
  if (walk.isOver || visibility.kind === 'everything') return cut(walk.shown, page.limit);
  const projects = await visibleProjects(sql, visibility);
  // A project costs about as much as four matches.
  if (projects.length > manyProjects) await walkOn(sql, search, walk, Math.min(2 * projects.length, mostMatches));
  return cut(walk.isOver ? walk.shown : await matchesInProjects(sql, search, projects), page.limit);
}

/**
 * Tells what somebody may see; undefined: everything. Roles are looked at here, once for all matches: in the statement they would be looked up
 * for each, by a plan of PostgreSQL's liking.
 */
async function sightOf(
  sql: SqlSession,
  { holder, action, open }: Extract<Visibility, { kind: 'held' }>,
): Promise<((row: MatchRow) => boolean) | undefined> {
  const ranges = holder === undefined ? [] : await boundRanges(sql, holder, action);
  if (ranges.some(({ id }) => id === null)) return undefined;
  const byProject = new Map<number | null, RangeRow[]>();
  for (const range of ranges) byProject.set(range.id, [...(byProject.get(range.id) ?? []), range]);
  return ({ name, project_id: project, visibility }) =>
    open.includes(visibility) || (byProject.get(project) ?? []).some((range) => range.range_low <= name && name < range.range_high);
}

/** Looks through about so many more matches, of these projects or of all; a null project stands for words whose project was not written down. */
async function walkOn(sql: SqlSession, search: Search, walk: Walk, matches: number, projects?: readonly (number | null)[]): Promise<void> {
  for (let looked = 0; !walk.isOver && looked < matches; ) {
    if (looked > 0) await nextTurn();
    const most = looked === 0 ? search.limit + 1 : Math.max(windowMatches, search.limit + 1);
    const rows = await nextMatches(sql, search, walk.after, most, projects);
    walk.shown.push(...rows.filter(search.shows));
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

/**
 * The next matches, shown or not. The page is cut before anything is joined to it. Words that come before are looked for among those of their
 * repository: by the range PostgreSQL would go through everything that matches.
 */
function nextMatches(
  sql: SqlSession,
  { term }: Search,
  after: SearchPlace | undefined,
  most: number,
  projects: readonly (number | null)[] | undefined,
): Promise<MatchRow[]> {
  const matching = matchingAfter(term, after);
  const candidates = projects === undefined ? candidatesOf('1 = 1', matching, most) : candidatesIn(projects, matching, most);
  return sql.all<MatchRow>(
    `select page.word, page.position, page.repository_id, r.name, r.project_id, p.visibility,
       exists (select 1 from repository_words e where e.repository_id = page.repository_id and (e.word || '') >= ? and (e.word || '') < ?
         and (e.word || '', e.position) < (page.word, page.position)) as is_later
     from (${candidates.text}) page
     join repositories r on r.id = page.repository_id join projects p on p.id = r.project_id
     order by page.word, page.position, page.repository_id`,
    [term, `${term}${end}`, ...candidates.params],
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
  return { name, place: [word, position, repository_id] };
}
