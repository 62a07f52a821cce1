import type { ByteRange, Digest, DigestAlgorithm, RepositoryName, Tag } from '@longshore/oci';
import type { Agent } from './ports/agent.ts';
import type { Visibility } from './ports/authorizer.ts';
import type { BlobReader, ByteSink } from './ports/blob-store.ts';
import type { Listed, Page, Referrer, StoredManifest, StoredManifestInfo } from './ports/content-store.ts';

/**
 * Sends a request's body to `sink` piece by piece, in order; throws when the client goes away or sends too much. Unlike those
 * of a reader the pieces are the sink's own from then on: it may keep them, and free their memory.
 */
export type BodySource = (sink: ByteSink) => Promise<void>;

export type ManifestReference = { readonly tag: Tag } | { readonly digest: Digest };

/** A blob opened for reading; the reader must be closed. */
export interface OpenBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly reader: BlobReader;
}

/** Where a blob is to be read instead, and how long it is. */
export interface BlobLink {
  readonly url: string;
  readonly sizeBytes: number;
}

/** What will be read first of a blob of that size, as far as known. */
export type WantedFirst = (sizeBytes: number) => ByteRange | undefined;

export interface UploadProgress {
  readonly id: string;
  /** Bytes received and kept so far. */
  readonly offset: number;
}

/** An upload that is a blob now. */
export interface FinishedUpload {
  /** Whether the project is near a limit: see `quotaWarning`. */
  readonly isNearQuota: boolean;
}

/** Names an upload session as a request does: it exists only for the repository and the subject that began it. */
export interface UploadHandle {
  readonly repository: RepositoryName;
  readonly id: string;
  readonly by: Agent;
}

/** A piece of an upload. `start` and `length` are what Content-Range announced, if the client sent one. */
export interface Chunk {
  readonly start: number | undefined;
  readonly length: number | undefined;
  /** The upload as a whole may not grow beyond this. */
  readonly mostBytes: number;
  /** What the client says the body has; `undefined` when it does not say. */
  readonly bodyBytes: number | undefined;
  readonly body: BodySource;
}

export interface ManifestPush {
  readonly repository: RepositoryName;
  readonly reference: ManifestReference;
  /** From `?tag=`; only with a reference by digest. */
  readonly tags: readonly Tag[];
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly by: Agent;
  readonly mayMoveTags: boolean;
}

export interface PushedManifest {
  readonly digest: Digest;
  readonly subject: Digest | undefined;
  readonly tags: readonly Tag[];
  /** As in `FinishedUpload`. */
  readonly isNearQuota: boolean;
}

/**
 * What push, pull, mount, tag and delete mean, whoever asks and over whatever wire. Who may do it has been decided
 * before. Absence is a `RegistryError` with the specification's code; storage trouble is a `StorageError`.
 */
export interface Registry {
  /** Promises that the blob stays at least for the grace period, so that a pusher may skip uploading it. */
  statBlob(repository: RepositoryName, digest: Digest): Promise<{ digest: Digest; sizeBytes: number }>;
  openBlob(repository: RepositoryName, digest: Digest, first?: WantedFirst): Promise<OpenBlob>;
  /**
   * Where a client at this address is to read the blob instead of here: good for a while, and a secret. Undefined: here. The
   * repository has the blob; whether its store still does is not asked.
   */
  linkBlob(repository: RepositoryName, digest: Digest, clientAddress: string): Promise<BlobLink | undefined>;
  deleteBlob(repository: RepositoryName, digest: Digest, by: Agent): Promise<void>;
  /**
   * Links a blob of another repository: `from` when named, otherwise any that `visibility` lets the subject read.
   * False when it cannot be had that way; the client then uploads.
   */
  mountBlob(mount: {
    digest: Digest;
    to: RepositoryName;
    from: RepositoryName | undefined;
    visibility: Visibility;
    by: Agent;
  }): Promise<boolean>;

  startUpload(repository: RepositoryName, by: Agent, algorithm: DigestAlgorithm): Promise<UploadProgress>;
  uploadProgress(upload: UploadHandle): Promise<UploadProgress>;
  appendUpload(upload: UploadHandle, chunk: Chunk): Promise<UploadProgress>;
  /** Takes the last piece (which may be empty), checks the digest, and makes the blob visible. */
  finishUpload(upload: UploadHandle, digest: Digest, chunk: Chunk): Promise<FinishedUpload>;
  cancelUpload(upload: UploadHandle): Promise<void>;

  getManifest(repository: RepositoryName, reference: ManifestReference): Promise<StoredManifest>;
  statManifest(repository: RepositoryName, reference: ManifestReference): Promise<StoredManifestInfo>;
  putManifest(push: ManifestPush): Promise<PushedManifest>;
  /** Deletes a manifest with its tags (by digest), or one tag alone. */
  deleteManifest(repository: RepositoryName, reference: ManifestReference, by: Agent): Promise<void>;

  /** What the project of a repository that is near a limit is told, in one sentence; undefined when it is not any more. */
  quotaWarning(repository: RepositoryName): Promise<string | undefined>;

  listTags(repository: RepositoryName, page: Page): Promise<Listed<Tag>>;
  listRepositories(visibility: Visibility, page: Page): Promise<Listed<RepositoryName>>;
  listReferrers(repository: RepositoryName, subject: Digest, artifactType: string | undefined, page: Page): Promise<Listed<Referrer>>;
}
