import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { RetentionRule } from '../retention-rule.ts';
import type { Actor, Agent } from './agent.ts';
import type { Millis } from './content-store.ts';
import type { Fence } from './lease-store.ts';

/** A tag with everything that retention decides by. */
export interface TagFacts {
  readonly name: Tag;
  readonly manifestId: number;
  readonly digest: Digest;
  /** When it was last pushed, also to where it pointed already. */
  readonly pushedAt: Millis;
  /** When it, or its manifest by digest, was last pulled; undefined: never. */
  readonly pulledAt: Millis | undefined;
}

/** A repository of a project that is gone through. */
export interface RetainedRepository {
  readonly id: number;
  readonly name: RepositoryName;
}

/** What a project keeps. */
export interface RetentionTerms {
  /** In the order in which they are asked; a tag is kept if any keeps it, and a repository that none names keeps everything. */
  readonly rules: readonly RetentionRule[];
  /** Manifests that nothing holds go after so many days; undefined: as the garbage collection is set. */
  readonly untaggedDays: number | undefined;
  /** Whether a run may remove every tag of the project. */
  readonly allowEmpty: boolean;
  /** A cron expression, or `off`. */
  readonly schedule: string;
}

export interface RetentionPolicy extends RetentionTerms {
  readonly project: string;
  readonly projectId: number;
  /** Undefined: never by the clock. */
  readonly nextRunAt: Millis | undefined;
  readonly version: number;
  readonly updatedAt: Millis;
  readonly updatedBy: Actor;
}

/** A project by id and name. */
export interface RetainedProject {
  readonly projectId: number;
  readonly project: string;
}

/** A project of which all content goes some time after its push. */
export interface TemporaryProject extends RetainedProject {
  readonly expireAfterHours: number;
}

/** What a name may stand for. */
export interface NamedTargets {
  readonly isStore: boolean;
  readonly project: RetainedProject | undefined;
  /** The project of the repository of that name. */
  readonly repositoryOf: RetainedProject | undefined;
}

/** Why a run was made: a policy, a `cleanup`, or the end of a temporary project's content. */
export const retentionKinds = ['policy', 'cleanup', 'expiry'] as const;
export type RetentionKind = (typeof retentionKinds)[number];

/** What a run counts. */
export interface RetentionCounts {
  readonly tagsKept: number;
  readonly tagsRemoved: number;
  readonly manifestsRemoved: number;
}

/** `refused`: it would have removed every tag of the project, and may not. */
export const retentionOutcomes = ['done', 'refused', 'cancelled', 'failed'] as const;
export type RetentionOutcome = (typeof retentionOutcomes)[number];

export interface RetentionRun extends RetentionCounts {
  readonly id: number;
  readonly kind: RetentionKind;
  readonly requestedBy: string;
  readonly startedAt: Millis;
  readonly finishedAt: Millis | undefined;
  /** Undefined: it runs, or its process died and none has begun since. */
  readonly outcome: RetentionOutcome | undefined;
  readonly message: string | undefined;
}

/** What would go of one repository. */
export interface RemovedOfRepository {
  readonly tags: number;
  readonly manifests: number;
}

/** What a preview found. `bytes`: what the next garbage collections free of blobs that nothing else in any project needs. */
export interface RemovalPreview {
  /** By the id of the repository; only those that lose something. */
  readonly repositories: ReadonlyMap<number, RemovedOfRepository>;
  readonly tags: number;
  readonly manifests: number;
  readonly bytes: number;
}

/** What is removed with whose right, and only in one's turn. */
interface Removal {
  readonly repositoryId: number;
  /** The newest renewal that is old enough for a manifest to go. */
  readonly before: Millis;
  readonly at: Millis;
  readonly by: Agent;
  readonly fence: Fence;
}

/**
 * Retention's view of the registry: pages of what there is, and removals that look again in their own transaction. A tag goes only as
 * it was when it was decided on, and never while a rule over tags forbids it, or a content lease holds its manifest or, of an index, one
 * that it lists. A manifest goes only when no tag, no index, no present subject and no lease holds it.
 */
export interface RetentionStore {
  /** What of this name there is: a store, a project, a repository, or several of them. */
  findTargets(name: string): Promise<NamedTargets>;
  /** Projects that live on a store, by name, after `after` (exclusive). */
  listProjectsOnStore(store: string, page: { limit: number; after: string | undefined }): Promise<RetainedProject[]>;
  /** By id, after `after` (exclusive). */
  listTemporaryProjects(page: { limit: number; after: number }): Promise<TemporaryProject[]>;
  /** When what the reference names was last pushed, and how long that lasts; undefined where the project is not temporary. */
  findExpiry(
    repository: RepositoryName,
    reference: { tag: Tag } | { digest: Digest },
  ): Promise<{ pushedAt: Millis; expireAfterHours: number } | undefined>;
  /** By name, after `after` (exclusive). */
  listProjectRepositories(projectId: number, page: { limit: number; after: string | undefined }): Promise<RetainedRepository[]>;
  /** By name, after `after` (exclusive). */
  listTagFacts(repositoryId: number, page: { limit: number; after: string | undefined }): Promise<TagFacts[]>;
  /** Which of these manifests the repository has. */
  findPresentManifests(repositoryId: number, digests: readonly Digest[]): Promise<Set<Digest>>;
  /** Removes those tags that nobody has pushed, moved or pulled since, with history and events; answers which. */
  removeTags(input: Removal & { tags: readonly TagFacts[] }): Promise<Tag[]>;
  /** Manifests that lost what held them to an earlier removal, and were not looked at since; by id. */
  listReleasedManifests(repositoryId: number, page: { limit: number; after: number }): Promise<number[]>;
  /** Manifests that nothing holds and that were renewed before; `cursor`: see `Candidates`. */
  listLooseManifests(
    repositoryId: number,
    before: Millis,
    cursor: string | undefined,
  ): Promise<{ readonly items: number[]; readonly cursor: string | undefined }>;
  /**
   * Removes those of the manifests that nothing holds, together with the tags of their signatures (`sha256-….sig`), and releases what
   * they listed, what referred to them, and those signatures.
   */
  removeReleased(input: Removal & { manifestIds: readonly number[] }): Promise<{ manifests: number; tags: number }>;
  /**
   * What the removal of these tags would take along, in a view of its own that changes nothing; `onTag`: every tag that would go, those
   * of signatures too, and every one that a rule over tags keeps from it. `loose`: also manifests of these repositories that nothing holds, renewed before.
   */
  previewRemoval(
    input: {
      tags: AsyncIterable<{ repositoryId: number; names: readonly Tag[] }>;
      before: Millis;
      at: Millis;
      loose: { readonly repositoryIds: readonly number[]; readonly before: Millis } | undefined;
      signal: AbortSignal;
    },
    onTag: (tag: { repositoryId: number; name: Tag; keptByRule: boolean }) => void,
  ): Promise<RemovalPreview>;

  findRetentionPolicy(project: string): Promise<RetentionPolicy | undefined>;
  /** `version`: as read, 0 where there is none. */
  setRetentionPolicy(input: {
    project: string;
    version: number;
    terms: RetentionTerms;
    nextRunAt: Millis | undefined;
    by: Agent;
    at: Millis;
  }): Promise<'set' | 'stale' | 'unknown-project'>;
  deleteRetentionPolicy(input: { project: string; version: number; by: Agent; at: Millis }): Promise<'deleted' | 'stale' | 'absent'>;
  /** Up to 100 policies whose time has come. */
  listDuePolicies(at: Millis): Promise<{ projectId: number; project: string; schedule: string; nextRunAt: Millis }[]>;
  /** Notes the next time of a policy, unless somebody has set another one. */
  postponePolicy(input: { projectId: number; from: Millis; to: Millis | undefined }): Promise<void>;

  /** Whoever begins one holds the lease of the project: whatever has not finished has died, and says so from now on. The newest 1,000 are remembered. */
  beginRetentionRun(input: { projectId: number; kind: RetentionKind; requestedBy: string; at: Millis }): Promise<number>;
  /** Also writes the event `retention.finished`. A run of kind `expiry` that removed nothing leaves no trace. */
  finishRetentionRun(input: {
    id: number;
    project: string;
    kind: RetentionKind;
    counts: RetentionCounts;
    outcome: RetentionOutcome;
    message: string | undefined;
    by: Agent;
    at: Millis;
  }): Promise<void>;
  /** The newest first, older than `before`. */
  listRetentionRuns(projectId: number, page: { limit: number; before: number | undefined }): Promise<RetentionRun[]>;
}
