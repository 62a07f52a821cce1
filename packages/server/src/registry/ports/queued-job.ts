import type { JobReport } from './job-store.ts';

/** What a turn of a job gets. */
export interface JobTurn {
  /** Aborts when the job is cancelled, the process ends, or another worker owns the job now. */
  readonly signal: AbortSignal;
  /** Tells how far it is; reaches the store within a second when it is told again and again, else with the next renewal of the claim. */
  report(report: JobReport): void;
  /** For what cannot begin yet: when `run` has resolved, the job waits in the queue again, which was no try and keeps no worker. */
  postpone(reason: string, delayMs: number): void;
}

/** Work that is put in the queue. Idempotent: it may begin again after it was interrupted anywhere, or failed. */
export interface QueuedJob {
  readonly name: string;
  /** How often it is tried before it has failed. */
  readonly attempts: number;
  /** Somebody sits and waits for it: it does not queue behind work that takes hours, but behind its like alone. */
  readonly isAwaited?: true;
  /** What it throws is its failure; `input` is what was put in the queue, as JSON brings it back. */
  run(input: unknown, turn: JobTurn): Promise<void>;
}
