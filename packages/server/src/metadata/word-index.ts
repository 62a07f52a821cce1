import type { SqlValue } from './sql-session.ts';

/** A table in which something is found by how its words begin, with indexes of all and of each part. */
export interface WordIndex {
  readonly table: string;
  /** The column of the words. */
  readonly word: string;
  /** The column of their positions; undefined: there is one word of each. */
  readonly position: string | undefined;
  /** The id of what it is a word of. */
  readonly owner: string;
  /** What tells the parts apart that are looked through one by one when somebody sees few of them; words may have none. */
  readonly part: string;
  /** What brings the repository, as `r`, to a page of words. */
  readonly repository: string;
  /** Further columns of a match, each with a comma before it. */
  readonly more: string;
  /** How the column has words that sort as these texts do. */
  readonly words: { readonly toColumn: (word: string) => SqlValue; readonly fromColumn: (value: SqlValue) => string };
  /** What sorts before all words that begin with the term, or is one of them, and what sorts behind all of them. */
  readonly bounds: (term: string) => readonly [low: string, end: string];
}

/** Sorts after every word that begins with a term before it: no word has a character as far back. */
const behindAll = '\uffff';

const asText = {
  words: { toColumn: (word: string) => word, fromColumn: String },
  bounds: (term: string) => [term, `${term}${behindAll}`] as const,
};

/** Of the longest digest. */
const longestDigits = 128;

/** The words of names of repositories, by project; those that a version before 0018 has written have none. */
export const repositoryIndex: WordIndex = {
  table: 'repository_words',
  word: 'word',
  position: 'position',
  owner: 'repository_id',
  part: 'project_id',
  repository: 'join repositories r on r.id = page.owner',
  more: '',
  ...asText,
};

/** Manifests by their digests, which are found by their hexadecimal digits, by repository. */
export const digestIndex: WordIndex = {
  table: 'manifests',
  word: 'digest',
  position: undefined,
  owner: 'repository_id',
  part: 'repository_id',
  repository: 'join repositories r on r.id = page.owner',
  more: '',
  words: {
    toColumn: (hex) => Buffer.from(hex, 'hex'),
    fromColumn: (value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)),
  },
  // Half a byte more tells where digests that begin so begin; no digest is as long as the end.
  bounds: (hex) => [hex.length % 2 === 0 ? hex : `${hex}0`, hex.padEnd(longestDigits + 2, 'f')],
};

/** Tags by their names, by repository. */
export const tagIndex: WordIndex = {
  table: 'tags',
  word: 'name',
  position: undefined,
  owner: 'repository_id',
  part: 'repository_id',
  repository:
    'join repositories r on r.id = page.owner join tags t on t.repository_id = r.id and t.name = page.word join manifests m on m.id = t.manifest_id',
  more: ', m.digest',
  ...asText,
};

/** The words of labels and annotations, by project. */
export const imageIndex: WordIndex = {
  table: 'image_words',
  word: 'word',
  position: 'position',
  owner: 'manifest_id',
  part: 'project_id',
  repository: 'join manifests m on m.id = page.owner join repositories r on r.id = m.repository_id',
  more: `, m.digest, case when exists (select 1 from image_words earlier where earlier.manifest_id = page.owner
       and earlier.word >= ? and (earlier.word < page.word or earlier.word = page.word and earlier.position < page.position)) then 1 else 0 end as repeats`,
  ...asText,
};
