import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ProjectVisibility } from '../../registry/ports/access.ts';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { FoundRepository, KeyedPage, SearchPlace } from '../../registry/ports/browse-store.ts';
import type { Listed } from '../../registry/ports/content-store.ts';
import { searchWords } from '../search-words.ts';
import { placeholders } from '../sql-lists.ts';
import type { SqlSession } from '../sql-session.ts';
import { beforeNames } from '../visibility-condition.ts';
import { boundRanges, type RangeRow, wholeProjects } from './visible-repositories.ts';
import { firstMatches, inOrder, type MatchRow, nextMatches, placeOf } from './word-matches.ts';

/** Matches that are looked at in one statement, unless a page is larger: on SQLite that holds up every request, for some milliseconds. */
const windowMatches = 512;
/** How many pages are looked through before a search turns to what the one who asks may see. */
const fewPages = 8;
/** To find where the matches of a project begin costs about a quarter of looking at a match. */
const projectsPerMatch = 4;
/** Projects that the first statement looks through, and at most one: PostgreSQL plans twice as many in four times the time. */
const fewProjects = 8;
const projectsAtOnce = 64;

/** A search for one page. */
interface Search extends KeyedPage<SearchPlace> {
  readonly term: string;
  readonly visibility: Exclude<Visibility, { kind: 'nothing' }>;
  readonly shows: (row: MatchRow) => boolean;
}

interface Sight {
  readonly sees: (row: MatchRow) => boolean;
  /** The ids of the projects of which anything may be seen. */
  readonly projects: () => Promise<number[]>;
}

/** Matches in their order, as far as they were looked through. */
interface Walk {
  readonly shown: MatchRow[];
  after: SearchPlace | undefined;
  looked: number;
  /** Nothing more is needed: the page is full, or there are no more matches. */
  isOver: boolean;
}

/**
 * `BrowseStore.searchRepositories`. A repository shows once, with the first of its words that match. Whoever sees much of what matches finds a
 * page among the first matches. Whoever sees little is not made to wait for all that match, but looks through the projects that are visible,
 * those alone in which the page may be: the more projects, the longer the first way is tried.
 */
export async function searchRepositories(
  sql: SqlSession,
  { term, visibility }: { term: string; visibility: Visibility },
  page: KeyedPage<SearchPlace>,
): Promise<Listed<FoundRepository>> {
  if (visibility.kind === 'nothing') return { items: [], more: false };
  const sight = visibility.kind === 'held' ? await sightOf(sql, visibility) : undefined;
  const shows = (row: MatchRow) => row.open === 1 && row.name > beforeNames && (sight?.sees(row) ?? true) && isFirstWord(row, term);
  const search = { ...page, term, visibility, shows };
  const walk = walkFrom(page.after);
  const few = fewPages * (page.limit + 1);
  await walkOn(sql, search, walk, sight === undefined ? Number.POSITIVE_INFINITY : few);
  if (walk.isOver || sight === undefined) return cut(walk.shown, page.limit);
  const projects = await sight.projects();
  await walkOn(sql, search, walk, few + Math.floor(projects.length / projectsPerMatch));
  return cut(walk.isOver ? walk.shown : await shownInProjects(sql, search, projects, walk), page.limit);
}

/**
 * What somebody may see; undefined: everything. Roles are looked at here, once for all matches: in the statement they would be looked up for each,
 * by a plan of PostgreSQL's liking.
 */
async function sightOf(sql: SqlSession, held: Extract<Visibility, { kind: 'held' }>): Promise<Sight | undefined> {
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

/** Whether no word of the repository that comes before matches too. */
function isFirstWord(row: MatchRow, term: string): boolean {
  const { repository_id } = row;
  return !searchWords(row.name).some((word) => word.word.startsWith(term) && inOrder({ ...word, repository_id }, row) < 0);
}

function walkFrom(after: SearchPlace | undefined): Walk {
  return { shown: [], after, looked: 0, isOver: false };
}

/** Looks on until about so many matches were looked at, of these projects or of all. */
async function walkOn(sql: SqlSession, search: Search, walk: Walk, matches: number, projects?: readonly (number | null)[]): Promise<void> {
  const page = search.limit + 1;
  while (!walk.isOver && walk.looked < matches) {
    if (walk.looked > 0) await nextTurn();
    const most = walk.looked === 0 ? page : Math.max(Math.min(fewPages * walk.looked, windowMatches), page);
    const rows = await nextMatches(sql, { ...search, after: walk.after }, most, projects);
    walk.shown.push(...rows.filter(search.shows));
    walk.isOver = walk.shown.length >= page || rows.length < most;
    const last = rows.at(-1);
    if (last !== undefined) walk.after = placeOf(last);
    walk.looked += rows.length;
  }
}

/** The page after a walk that did not fill it: what is behind the walk is looked for in these projects. */
async function shownInProjects(sql: SqlSession, search: Search, projects: readonly number[], { shown, after }: Walk): Promise<MatchRow[]> {
  const ofNoProject = { project: null, word: '', position: 0, repository_id: 0 };
  const begins = [ofNoProject, ...(await firstMatches(sql, { term: search.term, after }, projects))];
  let found = shown;
  for (let from = 0, width = fewProjects; from < begins.length; from += width, width = Math.min(2 * width, projectsAtOnce)) {
    const last = found[search.limit];
    // What begins behind the page adds nothing to it.
    const chosen = begins.slice(from, from + width).filter((begin) => last === undefined || inOrder(begin, last) < 0);
    if (chosen.length === 0) break;
    await nextTurn();
    const walk = walkFrom(after);
    const ids = chosen.map(({ project }) => project);
    await walkOn(sql, search, walk, Number.POSITIVE_INFINITY, ids);
    found = [...found, ...walk.shown].sort(inOrder).slice(0, search.limit + 1);
  }
  return found;
}

function cut(rows: readonly MatchRow[], limit: number): Listed<FoundRepository> {
  return { items: rows.slice(0, limit).map((row) => ({ name: row.name, place: placeOf(row) })), more: rows.length > limit };
}
