import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { Actor } from './agent.ts';
import type { Visibility } from './authorizer.ts';
import type { Millis } from './content-store.ts';
import type { Day, DayOfPulls } from './pull-store.ts';

/** A tag that was set to something. */
export interface RecentPush {
  readonly repository: RepositoryName;
  readonly tag: Tag;
  readonly digest: Digest;
  readonly by: Actor;
  readonly at: Millis;
}

/** A tag by how often it was pulled. */
export interface PulledTag {
  readonly repository: RepositoryName;
  readonly tag: Tag;
  readonly digest: Digest;
  readonly pulls: number;
  readonly lastPulledAt: Millis;
}

/** What all projects together are charged, and served. */
export interface WholeUse {
  /** Of its blobs each project's share: what would be stored if projects shared nothing. */
  readonly chargedBytes: number;
  readonly days: readonly DayOfPulls[];
}

/** A webhook that its receiver fails. */
export interface FailingWebhook {
  readonly id: number;
  readonly name: string;
  /** Undefined: of the registry. */
  readonly project: string | undefined;
  /** Undefined while it is enabled. */
  readonly disabledReason: string | undefined;
  readonly failingSince: Millis | undefined;
}

/** What an overview looks at. Lists look through the newest or the first `overviewDepth` entries of all, and show what of them is visible. */
export interface OverviewStore {
  /** The newest first, each tag once with what it points at since. */
  listRecentPushes(visibility: Visibility, limit: number): Promise<RecentPush[]>;
  /** The most pulled first. */
  listMostPulled(visibility: Visibility, limit: number): Promise<PulledTag[]>;
  /**
   * The days from `since` on, oldest first, of the first `overviewProjects` projects of which all is visible; undefined when
   * all is of every project, for which `countUse` is.
   */
  sumDaysOfPulls(visibility: Visibility, since: Day): Promise<DayOfPulls[] | undefined>;
  /** Goes through whole tables in pieces, between which requests get their turn: for now and then. */
  countUse(since: Day): Promise<WholeUse>;
  /** How many jobs ended in failure since, counted up to a hundred. */
  countFailedJobs(since: Millis): Promise<number>;
  /** Those that fail since before, and those that the registry has disabled for it; at most `limit`. */
  listFailingWebhooks(before: Millis, limit: number): Promise<FailingWebhook[]>;
}

/** How many entries of all an overview looks through, so that it costs the same however little somebody may see. */
export const overviewDepth = 2000;
/** How many projects' pulls it adds up. */
export const overviewProjects = 500;
