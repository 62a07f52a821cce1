import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { AccessToken, User } from './account-store.ts';
import type { Actor } from './agent.ts';
import type { Visibility } from './authorizer.ts';
import type { Listed, Millis, TagChange } from './content-store.ts';

/** How often something was pulled, as far as it was written down. */
interface Pulled {
  readonly pulls: number;
  readonly lastPulledAt: Millis | undefined;
}

/** A repository as lists show it. */
export interface RepositorySummary {
  readonly name: RepositoryName;
  readonly createdAt: Millis;
  /** When a manifest was last pushed that is still there; undefined: it holds none. */
  readonly pushedAt: Millis | undefined;
  /** At most `mostTagsCounted`. */
  readonly tagCount: number;
}

/** How far the tags of a repository in a list are counted. */
export const mostTagsCounted = 100;

/** A manifest as lists show it. */
export interface ManifestSummary extends Pulled {
  readonly id: number;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  /** Of the manifest itself. */
  readonly sizeBytes: number;
  readonly subject: Digest | undefined;
  readonly pushedAt: Millis;
  readonly pushedBy: Actor;
}

/** A manifest with what surrounds it: of each at most `mostNeighbours`. */
export interface ManifestDetail extends ManifestSummary {
  readonly tags: readonly Tag[];
  readonly references: readonly { readonly kind: 'blob' | 'manifest'; readonly digest: Digest }[];
  readonly referrers: readonly { readonly digest: Digest; readonly artifactType: string | undefined }[];
}

/** How many tags, references and referrers a `ManifestDetail` names at most. */
export const mostNeighbours = 200;

/** A tag and what it points at. */
export interface TagSummary extends Pulled {
  readonly name: Tag;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  /** Of the manifest itself. */
  readonly sizeBytes: number;
  readonly updatedAt: Millis;
  readonly updatedBy: Actor;
}

/** A change of a tag, with its place in the history. */
export interface TagChangeEntry extends TagChange {
  readonly id: number;
}

/** One match of a search. */
export interface FoundRepository {
  readonly name: RepositoryName;
  /** Where it stands among the matches. */
  readonly place: SearchPlace;
}

/** The word of a name that matched, where in the name it begins, and the repository. */
export type SearchPlace = readonly [word: string, position: number, repositoryId: number];

/** At most `limit` entries after the one with the keys `after`, which are those of the order that is asked for. */
export interface KeyedPage<K> {
  readonly limit: number;
  readonly after: K | undefined;
}

/** How many characters of a search term count. */
export const mostSearched = 64;

/**
 * What people look at: every list is one statement that goes along an index, however much else there is. `visibility` is a part of
 * the statement. Absence is an empty list; nothing throws for it.
 */
export interface BrowseStore {
  /** By name; `prefix`: of full names. With those that hold nothing yet. */
  browseRepositories(
    filter: { project: string; prefix?: string | undefined; visibility: Visibility },
    page: KeyedPage<string>,
  ): Promise<Listed<RepositorySummary>>;
  findRepositorySummary(name: RepositoryName): Promise<RepositorySummary | undefined>;
  /** Of a page of names: those that are there still, in the order of the names. */
  summarizeRepositories(names: readonly RepositoryName[]): Promise<RepositorySummary[]>;
  /** Repositories with a word that begins with `term`, each once, exact matches first. A word begins after each character that is no letter or digit. */
  searchRepositories(filter: { term: string; visibility: Visibility }, page: KeyedPage<SearchPlace>): Promise<Listed<FoundRepository>>;
  /** By name. */
  browseTags(filter: { repository: RepositoryName; prefix?: string | undefined }, page: KeyedPage<string>): Promise<Listed<TagSummary>>;
  /** The last changed first. */
  browseTagsByUpdate(filter: { repository: RepositoryName }, page: KeyedPage<readonly [Millis, string]>): Promise<Listed<TagSummary>>;
  findTag(repository: RepositoryName, tag: Tag): Promise<TagSummary | undefined>;
  /** The last pushed first. */
  browseManifests(
    filter: { repository: RepositoryName; artifactType?: string | undefined; mediaType?: string | undefined },
    page: KeyedPage<readonly [Millis, number]>,
  ): Promise<Listed<ManifestSummary>>;
  findManifestDetail(repository: RepositoryName, digest: Digest): Promise<ManifestDetail | undefined>;
  /** The last change first. */
  browseTagHistory(filter: { repository: RepositoryName; tag: Tag }, page: KeyedPage<number>): Promise<Listed<TagChangeEntry>>;
  /** By name; also those that are disabled. */
  listUserPage(filter: { prefix?: string | undefined }, page: KeyedPage<string>): Promise<Listed<User>>;
  /** The oldest first, by their ids. */
  listAccessTokenPage(userId: number, page: KeyedPage<number>): Promise<Listed<AccessToken>>;
}
