import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { Visibility } from './authorizer.ts';
import type { KeyedPage, SearchPlace } from './browse-store.ts';
import type { Listed } from './content-store.ts';

/** A tag whose name begins with the term. */
export interface FoundTag {
  readonly repository: RepositoryName;
  readonly tag: Tag;
  readonly digest: Digest;
  readonly place: SearchPlace;
}

/** A manifest whose digest begins with the term. */
export interface FoundDigest {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly place: SearchPlace;
}

/** An image with a label or an annotation that has a word which begins with the term. */
export interface FoundLabel {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly source: 'label' | 'annotation';
  /** What begins with the term: `key=value`, or the value from the word that matched on, in small letters and at most 64 characters of it. */
  readonly matched: string;
  readonly place: SearchPlace;
}

/** A word that an image is found by. */
export interface ImageWord {
  readonly word: string;
  /** Tells the words of an image apart; from `annotationPositions` on those of annotations. */
  readonly position: number;
}

/** The positions before it are of labels. */
export const annotationPositions = 1000;

/** A manifest whose labels and annotations are not searched for yet. */
export interface UnindexedManifest {
  readonly manifestId: number;
  readonly repository: RepositoryName;
  /** Undefined when there are more than `mostIndexedBytes`. */
  readonly bytes: Uint8Array | undefined;
}

/** Larger manifests and configurations are not looked into: what people write into them is smaller. */
export const mostIndexedBytes = 256 * 1024;

/** Search over what is in repositories: each list goes along an index, and shows what is visible. */
export interface SearchStore {
  /** Exact matches first, then by name. The case of letters counts. */
  searchTags(filter: { term: string; visibility: Visibility }, page: KeyedPage<SearchPlace>): Promise<Listed<FoundTag>>;
  /** `hex`: at least a byte of a digest's beginning, in small letters, as words of places are too. */
  searchDigests(filter: { hex: string; visibility: Visibility }, page: KeyedPage<SearchPlace>): Promise<Listed<FoundDigest>>;
  /** Each image of a repository once, exact matches first. */
  searchLabels(filter: { term: string; visibility: Visibility }, page: KeyedPage<SearchPlace>): Promise<Listed<FoundLabel>>;

  /** In the order of their ids, after `after`. */
  listUnindexedManifests(page: { after: number; limit: number }): Promise<UnindexedManifest[]>;
  /** Puts those of the next `limit` manifests on the list that nothing is known of; `last`: the id of the last of these; `looked`: how many these were. */
  queueManifests(piece: { after: number; limit: number }): Promise<{ last: number; looked: number }>;
  /** Replaces what these manifests are found by, and takes them off the list, also those that are gone. */
  indexManifests(input: { manifests: readonly { readonly manifestId: number; readonly words: readonly ImageWord[] }[] }): Promise<void>;
}
