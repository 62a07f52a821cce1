/** How much a registry holds besides what the reads are of. */
export interface ContentSize {
  readonly repositories: number;
  readonly tagsEach: number;
  /** Tags of one more repository. */
  readonly tagsInOne: number;
  /** How many a PUT by digest carries in `?tag=`; 1: a PUT for each, as every registry understands it. */
  readonly tagsPerRequest: number;
  /** Rows by SQL instead of requests, which a database of its own takes; `tagsPerRequest` does not matter then. */
  readonly bySql?: true;
}

/** More repositories than a page of the catalog holds, and a repository that is large for its kind. */
export const ordinarySize: ContentSize = { repositories: 200, tagsEach: 1, tagsInOne: 3000, tagsPerRequest: 1 };

/** Less, for registries of which each tag is several objects in S3. */
export const smallSize: ContentSize = { repositories: 20, tagsEach: 1, tagsInOne: 100, tagsPerRequest: 1 };

/** 10,001 repositories and 1,000,000 tags. Longshore takes up to 32 tags with a manifest. */
export const millionTags: ContentSize = { repositories: 10_000, tagsEach: 50, tagsInOne: 500_000, tagsPerRequest: 32 };

/** 100,001 repositories, and 1,000,000 tags in one: of PostgreSQL. */
export const manyTags: ContentSize = { repositories: 100_000, tagsEach: 1, tagsInOne: 1_000_000, tagsPerRequest: 1, bySql: true };

/** The repository of `tagsInOne` tags. */
export const taggedRepository = 'bench/tags';

/** The name of one of the many repositories; they sort as their numbers do. */
export function repositoryName(n: number): string {
  return `bench/repository-${String(n).padStart(5, '0')}`;
}

/** The name of a tag; they sort as their numbers do. */
export function tagName(n: number): string {
  return `tag-${String(n).padStart(6, '0')}`;
}

/** Some tags of one repository, by their numbers. */
export interface TagRange {
  readonly name: string;
  readonly from: number;
  readonly count: number;
}

/** All tags of a registry of this size, in pieces that are loaded one by one or several at once. */
export function* partsOf({ repositories, tagsEach, tagsInOne }: ContentSize): Generator<TagRange> {
  const longest = 1600;
  for (let from = 0; from < tagsInOne; from += longest) {
    yield { name: taggedRepository, from, count: Math.min(longest, tagsInOne - from) };
  }
  for (let n = 0; n < repositories; n++) yield { name: repositoryName(n), from: 0, count: tagsEach };
}
