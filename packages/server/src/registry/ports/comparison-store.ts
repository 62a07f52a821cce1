import type { Digest } from '@longshore/oci';
import type { Agent } from './agent.ts';
import type { Millis } from './content-store.ts';
import type { Job } from './job-store.ts';

/** Two images by what they are; what is found out of them is the same for everybody who may read both. */
export interface ComparedPair {
  readonly from: Digest;
  readonly to: Digest;
}

/** What became of a path. */
export const fileChanges = ['added', 'removed', 'changed'] as const;
export type FileChange = (typeof fileChanges)[number];

/** A part of the list of files of one kind of change, by path. */
export interface ComparisonPage {
  readonly change: FileChange;
  /** Its last path; pages and paths are sorted by bytes. */
  readonly lastPath: string;
  /** Packed; opaque to the store. */
  readonly entries: Uint8Array;
}

/** What is known of a pair. */
export interface Comparison {
  readonly id: number;
  /** JSON, of the feature's own form; undefined until it is found out. */
  readonly summary: string | undefined;
  /** The job that finds it out, or has; undefined when it is forgotten. */
  readonly job: Pick<Job, 'id' | 'state' | 'progress' | 'failure' | 'requestedBy'> | undefined;
}

/** Why nothing was begun: so many comparisons of the same person wait or run already. */
export interface TooManyComparisons {
  readonly outcome: 'too-many';
  readonly limit: number;
}

/** How many results are kept, those that were asked for last, and how many bytes of them. */
export const mostComparisons = 200;
export const mostComparisonBytes = 128 * 1024 * 1024;

/** Results of comparisons, kept by the pair of digests until others take their place. */
export interface ComparisonStore {
  /**
   * Finds what is known of a pair, or begins to find it out by a job named `comparison`: once, however many ask at once. One that failed or
   * was cancelled begins anew.
   */
  startComparison(
    input: ComparedPair & { jobInput: unknown; by: Agent; at: Millis },
  ): Promise<{ readonly outcome: 'known' | 'queued'; readonly id: number } | TooManyComparisons>;
  findComparison(pair: ComparedPair): Promise<Comparison | undefined>;
  /** Keeps pages of a turn of the job (`turn`: unique), unseen until it is finished. False when nobody waits for it any more. */
  addComparisonPages(input: ComparedPair & { turn: string; pages: readonly ComparisonPage[] }): Promise<boolean>;
  /** Shows what the turn has found out, and forgets what is beyond `mostComparisons` and `mostComparisonBytes`. False as above. */
  finishComparison(input: ComparedPair & { turn: string; summary: string; at: Millis }): Promise<boolean>;
  /** The first page of a finished comparison whose last path is this one or one behind it; undefined when there is none. */
  findComparisonPage(id: number, change: FileChange, path: string): Promise<ComparisonPage | undefined>;
}
