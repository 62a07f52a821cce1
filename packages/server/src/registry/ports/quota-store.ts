import type { Agent } from './agent.ts';
import type { Millis } from './content-store.ts';
import type { Day } from './pull-store.ts';
import type { QuotaExceeded, QuotaExcess } from './quota-excess.ts';

/** The limits of a project; null: none. */
export interface QuotaLimits {
  /** Of its blobs, each once, and of the manifests of each of its repositories. */
  readonly bytes: number | null;
  readonly tags: number | null;
  /** That it serves on one day in UTC. */
  readonly pullBytesPerDay: number | null;
}

/** Limits of a project, and how much of them is used. */
export interface ProjectQuota {
  readonly project: string;
  /** Rises with every change of the limits. */
  readonly version: number;
  readonly limits: QuotaLimits;
  readonly usedBytes: number;
  readonly usedTags: number;
  /** On the day that was asked about, as far as replicas have told. */
  readonly pulledBytes: number;
}

/** The order of a list of quotas; shares are those of stored bytes. */
export type QuotaOrder = 'project' | '-usedBytes' | '-share';

/** Up to which byte an open upload may go on; `lost`: it has ended or has another epoch. */
export type Reservation = { readonly outcome: 'reserved'; readonly bytes: number } | { readonly outcome: 'lost' } | QuotaExceeded;

/**
 * Limits of projects. What would pass one is refused inside the transaction that would: see the outcomes of `ContentStore`. What takes
 * away is never refused, nor is anything that a limit below what is there would undo.
 */
export interface QuotaStore {
  /** The limits that projects begin with which are made from now on. */
  setQuotaDefaults(limits: QuotaLimits): Promise<void>;
  /** `any`: whatever the version is. Undefined when there is no such project. */
  setQuota(input: {
    project: string;
    limits: Partial<QuotaLimits>;
    version: number | 'any';
    by: Agent;
    at: Millis;
  }): Promise<'set' | 'stale' | undefined>;
  findQuota(project: string, today: Day): Promise<ProjectQuota | undefined>;
  /** `least`: the share in percent that is used at least, of bytes or of tags. */
  listQuotas(filter: { order: QuotaOrder; least?: number | undefined }, page: QuotaPage, today: Day): Promise<ListedQuota[]>;
  /** Announces that something was refused, at most once an hour for each project and kind. */
  noteQuotaExceeded(input: { excess: QuotaExcess; by: Agent; at: Millis }): Promise<void>;
  /**
   * Reserves room for an open upload up to byte `most`, or as much as there is, but `least` at any rate. In place of what it had
   * reserved. Of a project without a limit of bytes everything is granted and nothing kept.
   */
  reserveUpload(input: { id: string; epoch: number; least: number; most: number }): Promise<Reservation>;
  /**
   * Counts anew what the project with the lowest id above `after` has, and corrects its account; undefined when there is none. Commits
   * in the project wait meanwhile.
   */
  recountUsage(input: { after: number; at: Millis }): Promise<Recount | undefined>;
}

/** A project whose account was counted anew. */
export interface Recount {
  readonly projectId: number;
  readonly project: string;
  readonly isCorrected: boolean;
}

/** An entry of a list. */
export interface ListedQuota extends ProjectQuota {
  /** The figure that it has its place by; 0 in a list by project. */
  readonly orderedBy: number;
}

/** At most `limit` entries behind the one `after`. */
export interface QuotaPage {
  readonly limit: number;
  readonly after?: Pick<ListedQuota, 'project' | 'orderedBy'> | undefined;
}
