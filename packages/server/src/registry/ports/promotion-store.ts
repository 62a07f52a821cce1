import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { Actor, Agent } from './agent.ts';
import type { Visibility } from './authorizer.ts';
import type { BlobLocation } from './blob-store.ts';
import type { Listed, Millis } from './content-store.ts';
import type { QuotaExceeded } from './quota-excess.ts';
import type { TagRefusal } from './tag-refusal.ts';

/** Manifests of one promotion, and blobs that they need: on SQLite every other write waits for it. */
export const mostPromoted = { manifests: 2_000, blobs: 10_000 } as const;

/** What a project asks of whatever is promoted into it. */
export interface PromotionTerms {
  /** Only from a project whose `promotesTo` is this one. */
  readonly fromChainOnly: boolean;
  /** How long the tag has pointed at the image in its source; by digest, how long the image has been there. 0: no matter. */
  readonly minimumAgeMs: Millis;
  /** artifactTypes of which the image has a referrer each. That there is one is looked at, not what it says nor who signed it. */
  readonly requiredReferrers: readonly string[];
  /**
   * Names of roles in the target, one of which the promoter holds besides the right to promote; administrators need none. With none
   * listed, every such promoter may.
   */
  readonly roles: readonly string[];
}

export interface PromotionPolicy extends PromotionTerms {
  readonly project: string;
  readonly environment: string | undefined;
  /** Name of the project that is next in the chain. */
  readonly promotesTo: string | undefined;
  /** Names of the projects that have this one next, in order; 20 at most. */
  readonly promotedFrom: readonly string[];
  /** 0: never set. */
  readonly version: number;
}

/** What a condition asks for and what was found, of each condition its own. */
export interface ConditionFigures {
  /** chain: to which the source's project must promote. */
  readonly project?: string;
  /** minimum-age: how long the image must have been there, and how long it has. */
  readonly neededSeconds?: number;
  readonly foundSeconds?: number;
  /** referrers: types that must be there, and those of them that are; role: those of which one is enough, and those that the promoter has. */
  readonly needed?: readonly string[];
  readonly found?: readonly string[];
}

/** One condition of the target, looked at in the promotion's own transaction. */
export interface PromotionCondition extends ConditionFigures {
  readonly name: 'chain' | 'minimum-age' | 'referrers' | 'role';
  readonly holds: boolean;
  /** What was asked for, and what was found. */
  readonly detail: string;
}

/** A tag that a promotion set: its own, and those of signatures beside it. */
export interface PromotedTag {
  readonly tag: Tag;
  readonly from: Digest | undefined;
  readonly to: Digest;
}

/** What a promotion links, or would link. */
export interface PromotionPlan {
  readonly digest: Digest;
  readonly previous: Digest | undefined;
  readonly conditions: readonly PromotionCondition[];
  readonly manifests: number;
  readonly blobs: number;
  /** By which the target project's usage grows. */
  readonly addedBytes: number;
  /** That were created or moved. */
  readonly tags: readonly PromotedTag[];
}

export interface Promotion {
  readonly id: number;
  readonly at: Millis;
  readonly by: Actor;
  /** `repository` undefined: gone, or not for the eyes of whoever asks. */
  readonly from: { readonly repository: RepositoryName | undefined; readonly tag: Tag | undefined };
  readonly to: { readonly repository: RepositoryName; readonly tag: Tag };
  readonly digest: Digest;
  readonly previous: Digest | undefined;
  readonly manifests: number;
  readonly blobs: number;
  readonly addedBytes: number;
  /** Until then what the tag pointed at before is kept for an undo. */
  readonly undoUntil: Millis;
  readonly undone: { readonly at: Millis; readonly by: Actor } | undefined;
}

/** A referrer that came to the source after the promotion. */
export interface LateReferrer {
  readonly digest: Digest;
  readonly artifactType: string | undefined;
  readonly at: Millis;
}

export interface NewPromotion {
  readonly from: {
    readonly repository: RepositoryName;
    readonly reference: { readonly tag: Tag } | { readonly digest: Digest };
    /** As `Decision.project` of the decision that the promoter may read it; another project of that name has no such image. */
    readonly project?: number | 'none' | undefined;
  };
  readonly to: { readonly repository: RepositoryName; readonly tag: Tag };
  /** As in `startUpload`. */
  readonly store?: string | undefined;
  /** Finds out everything and changes nothing. */
  readonly dryRun: boolean;
  readonly undoUntil: Millis;
  readonly by: Agent;
  readonly at: Millis;
}

/** A blob that the target's store does not have, and where it is. */
export interface BlobElsewhere {
  readonly digest: Digest;
  readonly store: string;
  readonly location: BlobLocation;
}

export type PromotionOutcome =
  | { readonly outcome: 'promoted'; readonly id: number; readonly plan: PromotionPlan }
  | { readonly outcome: 'planned'; readonly plan: PromotionPlan }
  /** The source has no such image. */
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'refused'; readonly conditions: readonly PromotionCondition[] }
  | { readonly outcome: 'too-large'; readonly what: 'manifests' | 'blobs' | 'depth'; readonly most: number }
  /** `missing` blobs must be on `store` first: copy those named here (at most a thousand), tell `placeAhead`, and promote again. */
  | {
      readonly outcome: 'elsewhere';
      readonly conditions: readonly PromotionCondition[];
      readonly store: string;
      readonly missing: number;
      readonly missingBytes: number;
      readonly blobs: readonly BlobElsewhere[];
    }
  /** No store has these any more. */
  | { readonly outcome: 'lost'; readonly digests: readonly Digest[] }
  /** The source was deleted meanwhile. */
  | { readonly outcome: 'changed' }
  | TagRefusal
  | QuotaExceeded;

export type UndoOutcome =
  | { readonly outcome: 'undone'; readonly tags: readonly Tag[] /** Changed since, so left alone. */; readonly left: readonly Tag[] }
  | { readonly outcome: 'absent' | 'already-undone' | 'nothing-to-undo' }
  /** The promoted tag points elsewhere now. */
  | { readonly outcome: 'changed-since'; readonly digest: Digest | undefined }
  /** What it pointed at before is gone. */
  | { readonly outcome: 'gone'; readonly digest: Digest }
  | TagRefusal;

export type RestoreOutcome =
  | { readonly outcome: 'restored'; readonly previous: Digest | undefined }
  | { readonly outcome: 'absent' | 'not-in-history' | 'gone' }
  | TagRefusal
  | QuotaExceeded;

/** Into which project or repository, or out of which. */
export type PromotionFilter = { readonly project: string } | { readonly repository: RepositoryName } | { readonly source: RepositoryName };

/** Images that become visible in another repository with everything that belongs to them, without a copy of their bytes. */
export interface PromotionStore {
  /** Undefined when there is no such project. `promotesTo`: as `TenantStore.findTenant` has it. */
  findPromotionPolicy(project: string, visibility?: Visibility): Promise<PromotionPolicy | undefined>;
  /** `version`: as read; `stale` when it is another now. */
  setPromotionPolicy(input: {
    project: string;
    version: number;
    terms: PromotionTerms;
    by: Agent;
    at: Millis;
  }): Promise<'set' | 'absent' | 'stale'>;
  /**
   * Links an image in the target: children, blobs, referrers, signatures beside it, theirs, and so on; sets the tag; and keeps what the
   * tag pointed at until `undoUntil`. All of it or nothing.
   */
  promote(input: NewPromotion): Promise<PromotionOutcome>;
  /** A copy on a store on which nobody links it yet: its grace keeps it for the promotion that follows. */
  placeAhead(input: { store: string; digest: Digest; location: BlobLocation; at: Millis }): Promise<'placed' | 'duplicate' | 'unwanted'>;
  undoPromotion(input: { id: number; by: Agent; at: Millis }): Promise<UndoOutcome>;
  /**
   * Promotions before `before` that nobody can undo by right any more (at `at`), and of which the tag was promoted to again or points
   * elsewhere: the newest that a tag still shows stays, since what comes to its image late is told of it. After `after` (an id, exclusive);
   * as many as one transaction can remove. Without `next` there are no more.
   */
  listOldPromotions(input: { before: Millis; at: Millis; after: number }): Promise<{ ids: number[]; next: number | undefined }>;
  /** Forgets promotions, with what they moved and what came late to them. Answers how many. At most 256. */
  removePromotions(input: { ids: readonly number[] }): Promise<number>;
  /** Points a tag at what its history says it has pointed at. */
  restoreTag(input: { repository: RepositoryName; tag: Tag; digest: Digest; by: Agent; at: Millis }): Promise<RestoreOutcome>;
  /**
   * Forgets what happened to tags before, of the next entries after `after` (an id), except the last of each tag that is there. `next`: where to go on; undefined
   * when all are passed that are old enough.
   */
  removeTagHistory(input: { before: Millis; after: number }): Promise<{ removed: number; next: number | undefined }>;

  findPromotion(id: number, sourceVisibility: Visibility): Promise<Promotion | undefined>;
  /** Newest first, after `before` (an id, exclusive), where `visibility` lets through the target. */
  listPromotions(
    filter: PromotionFilter,
    visibility: { readonly target: Visibility; readonly source: Visibility },
    page: { readonly limit: number; readonly before: number | undefined },
  ): Promise<Listed<Promotion>>;
  listPromotedTags(id: number): Promise<PromotedTag[]>;
  listLateReferrers(id: number, limit: number): Promise<LateReferrer[]>;
  /** The newest promotion into each tag that took the subject, and not this manifest, from this repository. */
  findPromotionsWithout(
    repository: RepositoryName,
    digest: Digest,
    subject: Digest,
  ): Promise<{ id: number; artifactType: string | undefined }[]>;
  /**
   * The same for everything that a promotion brought to its target: the newest promotions out of there that took what one of its
   * manifests refers to, and not that manifest. At most a thousand.
   */
  findPromotionsBehind(id: number): Promise<{ id: number; digest: Digest; artifactType: string | undefined }[]>;
  /** Notes a late referrer once, with an event; false when it was known. */
  noteLateReferrer(input: { id: number; digest: Digest; artifactType: string | undefined; at: Millis; by: Agent }): Promise<boolean>;
}
