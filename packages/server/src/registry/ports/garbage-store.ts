import type { Digest, RepositoryName } from '@longshore/oci';
import type { Agent } from './agent.ts';
import type { BlobLocation } from './blob-store.ts';
import type { Millis, UploadSession } from './content-store.ts';
import type { Fence } from './lease-store.ts';

export interface UntaggedManifest {
  readonly repositoryId: number;
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export interface UnreferencedLink {
  readonly repositoryId: number;
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export interface UnlinkedPlacement {
  readonly placementId: number;
  readonly store: string;
  readonly location: BlobLocation;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** What a garbage collection would take out of the metadata, in the order in which it would. */
export type PreviewedGarbage =
  | ({ readonly kind: 'manifest' } & UntaggedManifest)
  | ({ readonly kind: 'link' } & UnreferencedLink)
  | ({ readonly kind: 'blob' } & UnlinkedPlacement);

/** A keyset cursor over candidates; pass back what the last page returned, undefined to begin. */
export interface Candidates<T> {
  readonly items: T[];
  readonly cursor: string | undefined;
}

/**
 * Garbage is found here, by SQL and in pages. Each `remove...` checks its condition again inside its own transaction,
 * serialized against pushes, so that a push which re-uses the content in the meantime always wins.
 * `before` is the newest renewal (or push, or touch) that still counts as old enough. What carries a `fence` is refused when somebody
 * else collects by now.
 */
export interface GarbageStore {
  /** Manifests without tag, without parent index, without a present subject, and not leased. */
  listUntaggedManifests(before: Millis, cursor: string | undefined, limit: number): Promise<Candidates<UntaggedManifest>>;
  removeUntaggedManifests(input: {
    before: Millis;
    at: Millis;
    by: Agent;
    manifests: readonly { repositoryId: number; digest: Digest }[];
    fence?: Fence | undefined;
  }): Promise<number>;

  /** Blob links that no manifest of their repository needs. */
  listUnreferencedLinks(before: Millis, cursor: string | undefined, limit: number): Promise<Candidates<UnreferencedLink>>;
  removeUnreferencedLinks(input: {
    before: Millis;
    links: readonly { repositoryId: number; digest: Digest }[];
    fence?: Fence | undefined;
  }): Promise<number>;

  /** Live placements that no repository links and no lease holds. */
  listUnlinkedPlacements(before: Millis, cursor: string | undefined, limit: number): Promise<Candidates<UnlinkedPlacement>>;
  /** live -> condemned: from here on a push of the same digest gets a new location. Returns those condemned. */
  condemnPlacements(input: {
    before: Millis;
    at: Millis;
    placementIds: readonly number[];
    fence?: Fence | undefined;
  }): Promise<UnlinkedPlacement[]>;
  /** Condemned placements whose bytes may still be stored (a crash between condemning and deleting leaves them). */
  listCondemnedPlacements(limit: number): Promise<UnlinkedPlacement[]>;
  /** Forgets condemned placements after their bytes are deleted, and blobs that have no placement left. */
  forgetPlacements(input: { placementIds: readonly number[]; at: Millis; fence?: Fence | undefined }): Promise<void>;

  /**
   * Everything that a run with these limits would remove or finish removing, consequences included: children and
   * referrers of manifests that go (none go when `untaggedBefore` is undefined), links that only manifests that go need,
   * placements that only links that go hold, and condemned placements. Seen on one snapshot; nothing is written, and
   * no writer waits. Throws the signal's reason when it aborts.
   */
  previewGarbage(
    input: { untaggedBefore: Millis | undefined; before: Millis; signal: AbortSignal },
    onFound: (found: PreviewedGarbage) => void,
  ): Promise<void>;

  /** Uploads not touched since `before`. */
  listExpiredUploads(before: Millis, limit: number): Promise<UploadSession[]>;
  /** Ends an upload if it is still untouched since `before`; the caller then discards its bytes. */
  removeExpiredUpload(input: { id: string; before: Millis; fence?: Fence | undefined }): Promise<boolean>;

  /** Which of these locations / upload ids the metadata knows (in any state). For the orphan sweep. */
  knownLocations(store: string, locations: readonly string[]): Promise<Set<string>>;
  knownUploads(ids: readonly string[]): Promise<Set<string>>;

  /**
   * Content held against garbage collection and retention, whoever points at it; expires by itself. `projectId`: manifests and links are
   * held in that project alone, and their bytes; without it in every project.
   */
  leaseContent(input: { holder: string; digest: Digest; expiresAt: Millis; projectId?: number | undefined }): Promise<void>;
  releaseContent(input: { holder: string }): Promise<void>;
  /** Holders of leases that ended by `at`, each once or more often, in windows. */
  listEndedLeases(at: Millis, cursor: string | undefined): Promise<Candidates<string>>;
  /** Forgets what these hold no longer; a lease that was renewed meanwhile stays. */
  forgetLeases(input: { holders: readonly string[]; at: Millis; fence?: Fence | undefined }): Promise<void>;
}

/** What one garbage collection removed (or would remove), for its event row and its metrics. */
export interface GarbageReport {
  readonly dryRun: boolean;
  readonly manifests: number;
  /** Blobs taken out of one repository; their bytes stay while another repository has them. */
  readonly links: number;
  /** Stored copies of blobs. */
  readonly blobs: number;
  readonly uploads: number;
  /** Stored files that the metadata does not know. */
  readonly orphans: number;
  /** Freed in the stores: blobs, acknowledged bytes of uploads, orphans. */
  readonly bytes: number;
  /** Files that could not be deleted now; the next run tries again. */
  readonly failed: number;
}
