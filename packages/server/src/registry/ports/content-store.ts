import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { Actor, Agent } from './agent.ts';
import type { Visibility } from './authorizer.ts';
import type { BlobLocation } from './blob-store.ts';
import type { QuotaExceeded } from './quota-excess.ts';
import type { TagRefusal } from './tag-refusal.ts';

/** Milliseconds since 1970, as given by the core's clock; stores never read a clock of their own. */
export type Millis = number;

/** One page of a sorted list: at most `limit` entries after `after` (exclusive), by byte value. */
export interface Page {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** One page. May be shared with others who asked for the same, so it is not to be changed. */
export interface Listed<T> {
  readonly items: readonly T[];
  /** true when at least one more entry follows. */
  readonly more: boolean;
}

export interface Repository {
  readonly id: number;
  readonly projectId: number;
  readonly name: RepositoryName;
  /** Name of the store that its project lives on. */
  readonly store: string;
}

export interface StoredBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly store: string;
  readonly location: BlobLocation;
  /** When its grace was last renewed in this repository. */
  readonly renewedAt: Millis;
}

export interface StoredManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface StoredManifestInfo {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
}

/** A descriptor of a referrers list. */
export interface Referrer {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly artifactType: string | undefined;
  readonly annotations: Record<string, string> | undefined;
}

export interface UploadSession {
  /** Unguessable, URL-safe. */
  readonly id: string;
  readonly repository: Repository;
  /** Name of the store that its bytes are on: where the project lived when it began. */
  readonly store: string;
  /** Who may continue it; nobody else can see it. */
  readonly owner: Actor;
  readonly algorithm: 'sha256' | 'sha512';
  readonly offset: number;
  /** 1 at the start; rises each time another process (or another request) takes the session over. */
  readonly epoch: number;
  /** The blob store's own note on the bytes so far. */
  readonly state: string | undefined;
  readonly touchedAt: Millis;
  /** Whether its project has a limit of bytes, so that room for it is to be reserved (`QuotaStore.reserveUpload`). */
  readonly isLimited: boolean;
}

/** Set when the project had begun to warn of a limit before the change. */
interface NearQuota {
  readonly isNearQuota?: true;
}

export interface NewManifest {
  readonly repository: RepositoryName;
  /** As in `startUpload`. */
  readonly store?: string | undefined;
  readonly by: Agent;
  readonly at: Millis;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** The manifest's artifactType, else its config's mediaType (what a referrers list shows). */
  readonly artifactType: string | undefined;
  /** JSON text of an object whose members are strings: a hundred thousand of them cross a thread as one value. */
  readonly annotations: string | undefined;
  readonly subject: Digest | undefined;
  /** Everything it points at. `required: false` for non-distributable layers: kept when present, never missed. */
  readonly references: readonly { kind: 'blob' | 'manifest'; digest: Digest; required: boolean }[];
  /** Whatever it points at is renewed whose grace began before this; a younger one is long enough. */
  readonly renewBefore: Millis;
  readonly tags: readonly Tag[];
  /** false: moving a tag that exists and points elsewhere is refused; creating one is not. */
  readonly mayMoveTags: boolean;
}

export type ManifestCommit =
  | ({ readonly outcome: 'stored'; readonly created: boolean } & NearQuota)
  /** Nothing was stored: these required references are not in this repository. */
  | { readonly outcome: 'missing'; readonly digests: Digest[] }
  /** Nothing was stored: this tag exists, points elsewhere, and may not be moved. */
  | { readonly outcome: 'tag-exists'; readonly tag: Tag }
  | QuotaExceeded
  /** Nothing was stored: a rule of the project keeps a tag as it is. */
  | TagRefusal;

export interface NewBlob {
  readonly uploadId: string;
  readonly epoch: number;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly location: BlobLocation;
  /** Set when `location` is on another store than the session's. */
  readonly copiedTo?: string | undefined;
  readonly by: Agent;
  readonly at: Millis;
}

export type BlobCommit =
  | ({ readonly outcome: 'stored' } & NearQuota)
  /** The store already had a live copy, which is linked now; the caller deletes the location it offered. */
  | ({ readonly outcome: 'duplicate' } & NearQuota)
  /** Nothing changed: the project lives on `store` now. The caller copies the bytes there and commits again with `copiedTo`. */
  | { readonly outcome: 'elsewhere'; readonly store: string }
  /** The session is gone or was taken over; nothing was linked and the caller deletes the location it offered. */
  | { readonly outcome: 'lost' }
  /** Nothing was linked, and the session is still there; the caller ends it and deletes the location it offered. */
  | QuotaExceeded;

/**
 * What is stored, and for whom. Reads are one statement each. Every write method is one transaction that also
 * writes its history and event rows; when it resolves the change survives power loss (unless durability is relaxed). Only
 * sessions may then be gone or stand at an earlier offset (`startUpload`, `advanceUpload`): those survive the process.
 * No method throws for absence.
 */
export interface ContentStore {
  // Reads
  findRepository(name: RepositoryName): Promise<Repository | undefined>;
  /** A blob that this repository links and that has a live placement on its project's store, or else where the project moves from. */
  findBlob(repository: RepositoryName, digest: Digest): Promise<StoredBlob | undefined>;
  findManifest(repository: RepositoryName, reference: { tag: Tag } | { digest: Digest }): Promise<StoredManifest | undefined>;
  /** As `findManifest` without the bytes. */
  findManifestInfo(repository: RepositoryName, reference: { tag: Tag } | { digest: Digest }): Promise<StoredManifestInfo | undefined>;
  /** Undefined when the repository holds no manifest and never had a tag. */
  listTags(repository: RepositoryName, page: Page): Promise<Listed<Tag> | undefined>;
  /** Repositories that hold at least one manifest and that `visibility` lets through. */
  listRepositories(visibility: Visibility, page: Page): Promise<Listed<RepositoryName>>;
  /** Sorted by digest; `page.after` is a digest. A page of large annotations may end early, with one referrer at least. */
  listReferrers(repository: RepositoryName, subject: Digest, artifactType: string | undefined, page: Page): Promise<Listed<Referrer>>;
  /** Up to `limit` repositories, of those `visibility` lets through, that link this blob on this store. */
  findBlobSources(digest: Digest, store: string, visibility: Visibility, limit: number): Promise<RepositoryName[]>;
  listTagHistory(repository: RepositoryName, tag: Tag, limit: number): Promise<TagChange[]>;

  // Blobs and uploads
  /**
   * Creates the repository (and its project, founded by `by`, on `store`) when it is new. Without `store`: on `default`. Refused, and
   * nothing created, where a limit of the project has no room left.
   */
  startUpload(input: {
    id: string;
    repository: RepositoryName;
    store?: string | undefined;
    by: Agent;
    algorithm: 'sha256' | 'sha512';
    at: Millis;
  }): Promise<UploadSession | QuotaExceeded>;
  findUpload(id: string): Promise<UploadSession | undefined>;
  /** Compare-and-set of the offset; false when the session is gone or epoch or offset are no longer these. */
  advanceUpload(input: { id: string; epoch: number; from: number; to: number; state: string | undefined; at: Millis }): Promise<boolean>;
  /** Compare-and-set of the epoch to epoch + 1; false when somebody else was faster or the session is gone. */
  claimUpload(input: { id: string; epoch: number; at: Millis }): Promise<boolean>;
  /** Ends a session; the caller then discards its bytes. False when it is already gone. */
  cancelUpload(input: { id: string }): Promise<boolean>;
  /** Ends the session, records placement and link, and writes the event: the moment a blob becomes visible. */
  commitBlob(input: NewBlob): Promise<BlobCommit>;
  /**
   * Links a blob that `from` links, and renews its grace; `store` as in `startUpload`. False when `from` does not have it (any more),
   * and when the store of the project of `to` does not: then nothing is created.
   */
  mountBlob(input: {
    digest: Digest;
    from: RepositoryName;
    to: RepositoryName;
    store?: string | undefined;
    by: Agent;
    at: Millis;
  }): Promise<boolean | QuotaExceeded>;
  /** Renews a blob's grace because somebody was told that it exists. False when it is no longer there. */
  renewBlob(input: { repository: RepositoryName; digest: Digest; at: Millis }): Promise<boolean>;
  /** Unlinks a blob from one repository. 'in-use': a manifest of this repository still points at it. */
  deleteBlob(input: { repository: RepositoryName; digest: Digest; by: Agent; at: Millis }): Promise<'deleted' | 'absent' | 'in-use'>;
  /** A stored location turned out to be unreadable: it stops being served, so that a new push heals it. */
  reportLostBlob(input: { store: string; location: BlobLocation; at: Millis }): Promise<void>;

  // Manifests and tags
  commitManifest(input: NewManifest): Promise<ManifestCommit>;
  /** Removes the manifest and every tag that points at it. 'in-use': an index of this repository lists it. */
  deleteManifest(input: {
    repository: RepositoryName;
    digest: Digest;
    by: Agent;
    at: Millis;
  }): Promise<'deleted' | 'absent' | 'in-use' | TagRefusal>;
  deleteTag(input: { repository: RepositoryName; tag: Tag; by: Agent; at: Millis }): Promise<'deleted' | 'absent' | TagRefusal>;
}

export interface TagChange {
  readonly tag: Tag;
  readonly from: Digest | undefined;
  readonly to: Digest | undefined;
  readonly actor: Actor;
  readonly at: Millis;
}
