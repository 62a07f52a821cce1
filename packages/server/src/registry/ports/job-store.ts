import type { Agent } from './agent.ts';
import type { Millis } from './content-store.ts';

/** `queued`: waits for a worker, perhaps after a failure. The last three have ended. */
export const jobStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export type JobState = (typeof jobStates)[number];

/** A line of a job's log. */
export interface JobLine {
  readonly at: Millis;
  readonly text: string;
}

/** A job as its row tells it. */
export interface Job {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
  readonly state: JobState;
  /** Name of the project that it works for; undefined for work on the whole registry. */
  readonly project: string | undefined;
  readonly requestedBy: string | undefined;
  /** How often a worker began it. */
  readonly attempts: number;
  readonly createdAt: Millis;
  /** When a worker may begin it, or its claim ends, or it ended. */
  readonly availableAt: Millis;
  readonly finishedAt: Millis | undefined;
  readonly isCancelRequested: boolean;
  /** What the job last told of itself. */
  readonly progress: unknown;
  /** The newest lines, oldest first. */
  readonly log: readonly JobLine[];
  readonly failure: string | undefined;
}

/** A job in the hands of one worker, until the claim ends. */
export interface ClaimedJob {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
  /** With the id: proves to the store whose turn it is. */
  readonly attempts: number;
}

/** Says which claim of which job does something. */
export type JobClaim = Pick<ClaimedJob, 'id' | 'attempts'>;

/** What a job tells of itself. `progress`: replaces the last; `lines`: joins the log, of which the newest 100 lines stay. */
export interface JobReport {
  readonly progress?: unknown;
  readonly lines?: readonly string[];
}

/** How a turn ended. `retry`, `postponed`: again after a while; the latter was no try. */
export type JobEnding =
  | { readonly outcome: 'done' | 'cancelled' }
  | { readonly outcome: 'failed'; readonly failure: string }
  | { readonly outcome: 'postponed'; readonly failure: string; readonly delayMs: number }
  | { readonly outcome: 'retry'; readonly failure: string; readonly delayMs: number };

/**
 * Durable jobs. A worker claims one for a while, by the store's own clock, and renews the claim as it goes; a job whose worker died is
 * claimed again. Whoever lost his claim changes nothing any more.
 */
export interface JobStore {
  /** Puts a job in the queue; audited when it is somebody's (`by`). One that has not ended and has the same `dedupeKey` is answered instead. */
  enqueueJob(input: {
    name: string;
    input: unknown;
    projectId?: number | undefined;
    requestedBy: string;
    /** Who asked, for the audit log; undefined: the schedule, or what has an entry of its own. */
    by?: Agent;
    dedupeKey?: string | undefined;
    at: Millis;
  }): Promise<{ id: number; created: boolean }>;
  /** The job of these names that has waited longest, claimed; undefined when there is none. Two workers never get the same. */
  claimJob(input: { names: readonly string[]; claimant: string; leaseMs: number }): Promise<ClaimedJob | undefined>;
  /** Renews the claim and notes what the job tells. `cancelled`: it is to end; `lost`: it is somebody else's, or ended. */
  renewJob(input: JobClaim & { leaseMs: number; at: Millis; report: JobReport }): Promise<'held' | 'cancelled' | 'lost'>;
  /** Ends a turn; false when the claim is lost. */
  finishJob(input: JobClaim & { ending: JobEnding; at: Millis; report: JobReport }): Promise<boolean>;
  /** One that waits ends at once, one that runs is told to. `ended`: it had ended already. */
  cancelJob(input: { id: number; by?: Agent; at: Millis }): Promise<'cancelled' | 'cancelling' | 'ended' | 'absent'>;
  /** Puts one that failed or was cancelled in the queue again, beside whatever was asked for since. */
  retryJob(input: { id: number; by?: Agent; at?: Millis }): Promise<'queued' | 'not-ended' | 'absent'>;
  /** Forgets up to 500 that ended before; answers how many. */
  forgetJobs(input: { before: Millis }): Promise<number>;
  findJob(id: number): Promise<Job | undefined>;
  /** The newest first, older than `before`; `projectId`: only those of a project. */
  listJobs(filter: { projectId?: number | undefined }, page: { limit: number; before?: number | undefined }): Promise<Job[]>;
}
