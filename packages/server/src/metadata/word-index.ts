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
}

/** The words of names of repositories, by project; those that a version before 0018 has written have none. */
export const repositoryIndex: WordIndex = {
  table: 'repository_words',
  word: 'word',
  position: 'position',
  owner: 'repository_id',
  part: 'project_id',
  repository: 'join repositories r on r.id = page.owner',
  more: '',
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
};
