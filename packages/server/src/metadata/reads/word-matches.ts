import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RepositoryName } from '@longshore/oci';
import type { SearchPlace } from '../../registry/ports/browse-store.ts';
import type { Condition } from '../garbage-conditions.ts';
import { chunks, filledUp, placeholders } from '../sql-lists.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';
import { beforeNames, both, openFrom, type Visible } from '../visibility-condition.ts';
import { imageIndex, type WordIndex } from '../word-index.ts';
import type { SeenRow, SeenStretch } from './sight.ts';

/** Nothing has it. */
const noPart = -1;

/** Where a word stands among all words. */
export interface WordPlace {
  readonly word: string;
  readonly position: number;
  /** Id of what it is a word of. */
  readonly owner: number;
}

/** A word that begins with the term, with its repository. */
export interface MatchRow extends WordPlace, SeenRow {
  readonly name: RepositoryName;
  /** Of the manifest, where the index has it. */
  readonly digest?: Uint8Array;
  /** 1: another word of the same image that matches comes before. */
  readonly repeats?: number;
}

/** Where matches of a part begin; null: words that have no part. */
export interface FirstMatch extends WordPlace {
  readonly part: number | null;
}

/** What matches a term, behind a place when there is one. */
export interface Wanted {
  readonly index: WordIndex;
  readonly term: string;
  readonly after: SearchPlace | undefined;
}

/** The next `most` matches, of these parts or of all. The page is cut before anything is joined to it. */
export async function nextMatches(
  sql: SqlSession,
  wanted: Wanted & { readonly visibility: Visible },
  most: number,
  parts: readonly (number | null)[] | undefined,
): Promise<MatchRow[]> {
  const { index, term } = wanted;
  const matching = matchingAfter(wanted);
  const candidates = parts === undefined ? candidatesOf(index, '1 = 1', matching, most) : candidatesIn(index, parts, matching, most);
  const open = openFrom(wanted.visibility, 'r.project_id');
  const rows = await sql.all<Omit<MatchRow, 'word'> & { word: SqlValue }>(
    `select page.word, page.position, page.owner, r.name, r.project_id, p.visibility${index.more},
       ${open === undefined ? '1' : `case when ${open.text} then 1 else 0 end`} as open
     from (${candidates.text}) page
     ${index.repository} join projects p on p.id = r.project_id
     order by page.word, page.position, page.owner`,
    [...(index === imageIndex ? [term] : []), ...(open?.params ?? []), ...candidates.params],
  );
  return rows.map((row) => ({ ...row, word: index.words.fromColumn(row.word) }));
}

/** The first match of each of these parts that has one, in their order. Costs one step along an index for each part. */
export async function firstMatches(sql: SqlSession, wanted: Wanted, parts: readonly number[]): Promise<FirstMatch[]> {
  const { index } = wanted;
  const matching = matchingAfter(wanted);
  const found: FirstMatch[] = [];
  for (const ids of chunks(parts)) {
    await nextTurn();
    const asked = filledUp(ids, noPart);
    // One column is all that a subselect of both databases gives.
    const rows = await sql.all<{ part: number; place: string | null }>(
      `select asked.column1 as part, (select ${positionOf(index)} || ' ' || w.${index.owner} || ' ' || w.${index.word} from ${index.table} w
         where w.${index.part} = asked.column1 and ${matching.text} order by ${keyOf(index).join(', ')} limit 1) as place
       from (values ${placeholders(asked.length, '(cast(? as bigint))')}) asked`,
      [...matching.params, ...asked],
    );
    for (const { part, place } of rows) {
      if (place === null) continue;
      const [position, owner] = place.split(' ', 2);
      found.push({ part, word: place.slice(`${position} ${owner} `.length), position: Number(position), owner: Number(owner) });
    }
  }
  return found.sort(inOrder);
}

/**
 * The first `most` of the words with which those of a repository begin, of repositories in these stretches: the matches that come first are of those
 * repositories. Costs a step along an index for each repository, all of them in the database.
 */
export async function firstInRepositories(
  sql: SqlSession,
  wanted: Wanted,
  { stretches, visibility }: { readonly stretches: readonly SeenStretch[]; readonly visibility: Visible },
  most: number,
): Promise<FirstMatch[]> {
  const { table, words, ...index } = wanted.index;
  const word = `w.${index.word}`;
  const matching = matchingAfter(wanted);
  const living = both({ text: 'r.name > ?', params: [beforeNames] }, openFrom(visibility, 'r.project_id'));
  const found: FirstMatch[] = [];
  for (const some of chunks(stretches)) {
    await nextTurn();
    const asked = filledUp(some, { projectId: noPart, low: '', high: '' });
    // A cross join, whose order SQLite keeps; materialized, so that no database looks for the first word twice.
    const rows = await sql.all<{ part: number; word: SqlValue }>(
      `with begins as materialized (
         select r.id as part, (select ${word} from ${table} w where w.repository_id = r.id and ${matching.text} order by ${word} limit 1) as word
         from (values ${placeholders(asked.length, '(cast(? as bigint), cast(? as text), cast(? as text))')}) seen cross join repositories r
         where r.project_id = seen.column1 and r.name >= seen.column2 and r.name < seen.column3 and ${living.text})
       select part, word from begins where word is not null order by word, part limit ?`,
      [...matching.params, ...asked.flatMap(({ projectId, low, high }) => [projectId, low, high]), ...living.params, most],
    );
    found.push(...rows.map((row) => ({ part: row.part, word: words.fromColumn(row.word), position: 0, owner: row.part })));
  }
  return found.sort(inOrder).slice(0, most);
}

/** The order of words. */
export function inOrder(left: WordPlace, right: WordPlace): number {
  if (left.word !== right.word) return left.word < right.word ? -1 : 1;
  return left.position - right.position || left.owner - right.owner;
}

/** The place as cursors have it. */
export function placeOf({ word, position, owner }: WordPlace): SearchPlace {
  return [word, position, owner];
}

const positionOf = ({ position }: WordIndex) => (position === undefined ? '0' : `w.${position}`);

/** The columns in which the index of all words is ordered. */
function keyOf({ word, position, owner }: WordIndex): string[] {
  return [word, ...(position === undefined ? [] : [position]), owner].map((column) => `w.${column}`);
}

/** Only one lower bound: of two SQLite takes either for the index, and may go through all matches before the page. */
function matchingAfter({ index, term, after }: Wanted): Condition {
  const word = `w.${index.word}`;
  const { toColumn } = index.words;
  const [low, end] = index.bounds(term);
  if (after === undefined || after[0] < low) return { text: `${word} >= ? and ${word} < ?`, params: [toColumn(low), toColumn(end)] };
  const key = keyOf(index);
  const [last, position, owner] = after;
  const place = [toColumn(last), ...(index.position === undefined ? [] : [position]), owner];
  return { text: `(${key.join(', ')}) > (${placeholders(key.length)}) and ${word} < ?`, params: [...place, toColumn(end)] };
}

function candidatesOf(index: WordIndex, where: string, matching: Condition, most: number): Condition {
  const columns = `w.${index.word} as word, ${positionOf(index)} as position, w.${index.owner} as owner`;
  const text = `select ${columns} from ${index.table} w where ${where} and ${matching.text} order by ${keyOf(index).join(', ')} limit ?`;
  return { text, params: [...matching.params, most] };
}

/** The first of each part, along an index of its own; of all of them the first. */
function candidatesIn(index: WordIndex, parts: readonly (number | null)[], matching: Condition, most: number): Condition {
  const params: SqlValue[] = [];
  const texts = filledUp(parts, noPart).map((part, place) => {
    if (part !== null) params.push(part);
    const candidates = candidatesOf(index, part === null ? `w.${index.part} is null` : `w.${index.part} = ?`, matching, most);
    params.push(...candidates.params);
    return `select * from (${candidates.text}) as of_project_${place}`;
  });
  const all = `select * from (${texts.join(' union all ')}) as of_projects order by word, position, owner limit ?`;
  return { text: all, params: [...params, most] };
}
