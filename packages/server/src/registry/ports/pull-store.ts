import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { Millis } from './content-store.ts';

/** A day in UTC, counted from the first of 1970. */
export type Day = number;

/** How often a manifest or a tag was pulled, and when last. */
export interface PullCount {
  readonly repository: RepositoryName;
  /** 0: it was only asked for, as a client does that has it already. That renews `lastAt`. */
  readonly pulls: number;
  readonly lastAt: Millis;
}

/** What a project served on one day. */
export interface DayOfPulls {
  readonly day: Day;
  /** Of blobs and manifests, as sent; of a redirect what the client was sent for. */
  readonly bytes: number;
  /** Of manifests. */
  readonly pulls: number;
}

/** What was pulled since the last notes. Each manifest, each tag, and each project and day comes once. */
export interface PullNotes {
  readonly manifests: readonly (PullCount & { readonly digest: Digest })[];
  readonly tags: readonly (PullCount & { readonly tag: Tag })[];
  readonly projects: readonly (DayOfPulls & { readonly project: string })[];
  /** The day of now, by which allowances count. */
  readonly today: Day;
}

/** How much a project may serve today. */
export interface PullAllowance {
  readonly project: string;
  /** Undefined: as much as it likes. */
  readonly limitBytes: number | undefined;
  /** Noted by any replica so far. */
  readonly usedBytes: number;
}

/** How long days are kept. */
export const keptDays = 90;

/**
 * Statistics of pulls. Notes are sums of some seconds, never one pull; a crash of the server may undo the last of them, and one whose
 * answer was lost may be counted twice.
 */
export interface PullStore {
  /** Adds the notes and answers for every project in them how much it may serve. What does not exist (any more) is left out. */
  notePulls(notes: PullNotes): Promise<PullAllowance[]>;
  /** The days of a project from `since` on that served something, oldest first. */
  listDaysOfPulls(project: string, since: Day): Promise<DayOfPulls[]>;
  /** The figures of a tag or a manifest; undefined when it was never pulled. */
  findPulls(
    repository: RepositoryName,
    reference: { tag: Tag } | { digest: Digest },
  ): Promise<{ readonly pulls: number; readonly lastAt: Millis } | undefined>;
}
