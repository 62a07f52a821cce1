import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RepositoryName } from '@longshore/oci';
import type { ProjectVisibility } from '../../registry/ports/access.ts';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { SearchPlace } from '../../registry/ports/browse-store.ts';
import type { Condition } from '../garbage-conditions.ts';
import { chunks, filledUp, placeholders } from '../sql-lists.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';
import { openFrom } from '../visibility-condition.ts';

/** Sorts after every word that begins with a term before it: no name has a character beyond ~. */
const end = '\u007f';
/** No project has it. */
const noProject = -1;

/** Where a word stands among all words. */
export interface WordPlace {
  readonly word: string;
  readonly position: number;
  readonly repository_id: number;
}

/** A word that begins with the term, with its repository. */
export interface MatchRow extends WordPlace {
  readonly name: RepositoryName;
  readonly project_id: number;
  readonly visibility: ProjectVisibility;
  /** Whether its project is open to where the one who asks is: 1 or 0. */
  readonly open: number;
}

/** Where matches of a project begin; null: words that were written by a version before 0018, without their project. */
export interface FirstMatch extends WordPlace {
  readonly project: number | null;
}

/** What matches a term, behind a place when there is one. */
export interface Wanted {
  readonly term: string;
  readonly after: SearchPlace | undefined;
}

/** The next `most` matches, of these projects or of all. The page is cut before anything is joined to it. */
export function nextMatches(
  sql: SqlSession,
  wanted: Wanted & { readonly visibility: Exclude<Visibility, { kind: 'nothing' }> },
  most: number,
  projects: readonly (number | null)[] | undefined,
): Promise<MatchRow[]> {
  const matching = matchingAfter(wanted);
  const candidates = projects === undefined ? candidatesOf('1 = 1', matching, most) : candidatesIn(projects, matching, most);
  const open = openFrom(wanted.visibility, 'r.project_id');
  return sql.all<MatchRow>(
    `select page.word, page.position, page.repository_id, r.name, r.project_id, p.visibility,
       ${open === undefined ? '1' : `case when ${open.text} then 1 else 0 end`} as open
     from (${candidates.text}) page
     join repositories r on r.id = page.repository_id join projects p on p.id = r.project_id
     order by page.word, page.position, page.repository_id`,
    [...(open?.params ?? []), ...candidates.params],
  );
}

/** The first match of each of these projects that has one, in their order. Costs one step along an index for each project. */
export async function firstMatches(sql: SqlSession, wanted: Wanted, projects: readonly number[]): Promise<FirstMatch[]> {
  const matching = matchingAfter(wanted);
  const found: FirstMatch[] = [];
  for (const ids of chunks(projects)) {
    await nextTurn();
    const asked = filledUp(ids, noProject);
    // One column is all that a subselect of both databases gives. No word has a space.
    const rows = await sql.all<{ project: number; place: string | null }>(
      `select asked.column1 as project, (select w.word || ' ' || w.position || ' ' || w.repository_id from repository_words w
         where w.project_id = asked.column1 and ${matching.text} order by w.word, w.position, w.repository_id limit 1) as place
       from (values ${placeholders(asked.length, '(cast(? as bigint))')}) asked`,
      [...matching.params, ...asked],
    );
    for (const { project, place } of rows) {
      if (place === null) continue;
      const [word = '', position, repository] = place.split(' ');
      found.push({ project, word, position: Number(position), repository_id: Number(repository) });
    }
  }
  return found.sort(inOrder);
}

/** The order of words. */
export function inOrder(left: WordPlace, right: WordPlace): number {
  if (left.word !== right.word) return left.word < right.word ? -1 : 1;
  return left.position - right.position || left.repository_id - right.repository_id;
}

/** The place as cursors have it. */
export function placeOf({ word, position, repository_id }: WordPlace): SearchPlace {
  return [word, position, repository_id];
}

/** Only one lower bound: of two SQLite takes either for the index, and may go through all matches before the page. */
function matchingAfter({ term, after }: Wanted): Condition {
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
