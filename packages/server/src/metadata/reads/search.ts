import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Tag } from '@longshore/oci';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { FoundRepository, KeyedPage, SearchPlace } from '../../registry/ports/browse-store.ts';
import type { Listed } from '../../registry/ports/content-store.ts';
import { annotationPositions, type FoundDigest, type FoundLabel, type FoundTag } from '../../registry/ports/search-store.ts';
import { fromColumn } from '../digest-column.ts';
import { searchWords } from '../search-words.ts';
import type { SqlSession } from '../sql-session.ts';
import { beforeNames, type Visible } from '../visibility-condition.ts';
import { digestIndex, imageIndex, repositoryIndex, tagIndex, type WordIndex } from '../word-index.ts';
import { type SeenStretch, sightOf } from './sight.ts';
import { type FirstMatch, firstInRepositories, firstMatches, inOrder, type MatchRow, nextMatches, placeOf } from './word-matches.ts';

/** Matches that are looked at in one statement, unless a page is larger: on SQLite that holds up every request, for some milliseconds. */
const windowMatches = 512;
/** How many pages are looked through before a search turns to what the one who asks may see. */
const fewPages = 8;
/** To find where the matches of a part begin costs about a quarter of looking at a match. */
const partsPerMatch = 4;
/** Parts that the first statement looks through, and at most one: PostgreSQL plans twice as many in four times the time. */
const fewParts = 8;
const partsAtOnce = 64;

/** A search for one page. */
interface Search extends KeyedPage<SearchPlace> {
  readonly index: WordIndex;
  readonly term: string;
  readonly visibility: Visible;
  readonly shows: (row: MatchRow) => boolean;
}

/** Matches in their order, as far as they were looked through. */
interface Walk {
  readonly shown: MatchRow[];
  after: SearchPlace | undefined;
  looked: number;
  /** Nothing more is needed: the page is full, or there are no more matches. */
  isOver: boolean;
}

/** What is looked for, and by whom. */
interface Looked {
  readonly index: WordIndex;
  readonly term: string;
  readonly visibility: Visibility;
  /** Whether a match that the one who asks may see is shown. */
  readonly wants: (row: MatchRow) => boolean;
}

/** `BrowseStore.searchRepositories`. A repository shows once, with the first of its words that match. */
export async function searchRepositories(
  sql: SqlSession,
  { term, visibility }: { term: string; visibility: Visibility },
  page: KeyedPage<SearchPlace>,
): Promise<Listed<FoundRepository>> {
  const wants = (row: MatchRow) => isFirstWord(row, term);
  const found = await searchWordIndex(sql, { index: repositoryIndex, term, visibility, wants }, page);
  return listedAs(found, (row) => ({ name: row.name, place: placeOf(row) }));
}

/** `SearchStore.searchTags`. */
export async function searchTags(
  sql: SqlSession,
  { term, visibility }: { term: string; visibility: Visibility },
  page: KeyedPage<SearchPlace>,
): Promise<Listed<FoundTag>> {
  const found = await searchWordIndex(sql, { index: tagIndex, term, visibility, wants: () => true }, page);
  return listedAs(found, (row) => ({ repository: row.name, tag: row.word as Tag, digest: digestOf(row), place: placeOf(row) }));
}

/** `SearchStore.searchDigests`. */
export async function searchDigests(
  sql: SqlSession,
  { hex, visibility }: { hex: string; visibility: Visibility },
  page: KeyedPage<SearchPlace>,
): Promise<Listed<FoundDigest>> {
  const found = await searchWordIndex(sql, { index: digestIndex, term: hex, visibility, wants: () => true }, page);
  return listedAs(found, (row) => ({ repository: row.name, digest: fromColumn(Buffer.from(row.word, 'hex')), place: placeOf(row) }));
}

/** `SearchStore.searchLabels`. An image shows once, with the first of its words that match. */
export async function searchLabels(
  sql: SqlSession,
  { term, visibility }: { term: string; visibility: Visibility },
  page: KeyedPage<SearchPlace>,
): Promise<Listed<FoundLabel>> {
  const wants = (row: MatchRow) => row.repeats === 0;
  const found = await searchWordIndex(sql, { index: imageIndex, term, visibility, wants }, page);
  return listedAs(found, (row) => ({
    repository: row.name,
    digest: digestOf(row),
    source: row.position < annotationPositions ? 'label' : 'annotation',
    matched: row.word,
    place: placeOf(row),
  }));
}

const digestOf = ({ digest }: MatchRow) => fromColumn(digest ?? new Uint8Array());

/**
 * A page of what matches. Whoever sees much of it finds a page among the first matches. Whoever sees little is not made to wait for all that
 * match, but looks through the parts that are visible, those alone in which the page may be: the more parts, the longer the first way is tried.
 */
async function searchWordIndex(sql: SqlSession, looked: Looked, page: KeyedPage<SearchPlace>): Promise<Listed<MatchRow>> {
  const { index, term, visibility, wants } = looked;
  if (visibility.kind === 'nothing') return { items: [], more: false };
  const sight = visibility.kind === 'held' ? await sightOf(sql, visibility) : undefined;
  const shows = (row: MatchRow) => row.open === 1 && row.name > beforeNames && (sight?.sees(row) ?? true) && wants(row);
  const search = { ...page, index, term, visibility, shows };
  const walk = walkFrom(page.after);
  const few = fewPages * (page.limit + 1);
  await walkOn(sql, search, walk, sight === undefined ? Number.POSITIVE_INFINITY : few);
  if (walk.isOver || sight === undefined) return cut(walk.shown, page.limit);
  const stretches = await sight.stretches();
  await walkOn(sql, search, walk, few + Math.floor(stretches.length / partsPerMatch));
  return cut(walk.isOver ? walk.shown : await shownInParts(sql, search, stretches, walk), page.limit);
}

/** Whether no word of the repository that comes before matches too. */
function isFirstWord(row: MatchRow, term: string): boolean {
  const { owner } = row;
  return !searchWords(row.name).some((word) => word.word.startsWith(term) && inOrder({ ...word, owner }, row) < 0);
}

function walkFrom(after: SearchPlace | undefined): Walk {
  return { shown: [], after, looked: 0, isOver: false };
}

/** Looks on until about so many matches were looked at, of these parts or of all. */
async function walkOn(sql: SqlSession, search: Search, walk: Walk, matches: number, parts?: readonly (number | null)[]): Promise<void> {
  const page = search.limit + 1;
  while (!walk.isOver && walk.looked < matches) {
    if (walk.looked > 0) await nextTurn();
    const most = walk.looked === 0 ? page : Math.max(Math.min(fewPages * walk.looked, windowMatches, matches - walk.looked), page);
    const rows = await nextMatches(sql, { ...search, after: walk.after }, most, parts);
    walk.shown.push(...rows.filter(search.shows));
    walk.isOver = walk.shown.length >= page || rows.length < most;
    const last = rows.at(-1);
    if (last !== undefined) walk.after = placeOf(last);
    walk.looked += rows.length;
  }
}

/** The page after a walk that did not fill it: what is behind the walk is looked for in the parts that are seen. */
async function shownInParts(
  sql: SqlSession,
  search: Search,
  stretches: readonly SeenStretch[],
  { shown, after }: Walk,
): Promise<MatchRow[]> {
  const begins = await beginsOf(sql, { ...search, after }, stretches);
  let found = shown;
  for (let from = 0, width = fewParts; from < begins.length; from += width, width = Math.min(2 * width, partsAtOnce)) {
    const last = found[search.limit];
    // What begins behind the page adds nothing to it.
    const chosen = begins.slice(from, from + width).filter((begin) => last === undefined || inOrder(begin, last) < 0);
    if (chosen.length === 0) break;
    await nextTurn();
    const walk = walkFrom(after);
    const ids = chosen.map(({ part }) => part);
    await walkOn(sql, search, walk, Number.POSITIVE_INFINITY, ids);
    found = [...found, ...walk.shown].sort(inOrder).slice(0, search.limit + 1);
  }
  return found;
}

/** Where the matches of the parts begin, in order; of repositories no more than a page has room for, since every one may be seen. */
async function beginsOf(sql: SqlSession, search: Search, stretches: readonly SeenStretch[]): Promise<FirstMatch[]> {
  const { index, visibility, limit } = search;
  if (index.part === 'repository_id') return firstInRepositories(sql, search, { stretches, visibility }, limit + 1);
  const projects = [...new Set(stretches.map(({ projectId }) => projectId))];
  const ofNone = { part: null, word: '', position: 0, owner: 0 };
  return [...(index === repositoryIndex ? [ofNone] : []), ...(await firstMatches(sql, search, projects))];
}

function cut(rows: readonly MatchRow[], limit: number): Listed<MatchRow> {
  return { items: rows.slice(0, limit), more: rows.length > limit };
}

function listedAs<T>({ items, more }: Listed<MatchRow>, show: (row: MatchRow) => T): Listed<T> {
  return { items: items.map(show), more };
}
