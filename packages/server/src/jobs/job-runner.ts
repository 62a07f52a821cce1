import type { ClaimedJob, JobEnding, JobReport, JobStore } from '../registry/ports/job-store.ts';
import type { Logger } from '../registry/ports/logger.ts';
import type { QueuedJob } from '../registry/ports/queued-job.ts';
import { type Polling, startPolling } from './polling.ts';
import { retryDelayMs } from './retry-delay.ts';

/** Works on the queue until it is stopped; `stop` aborts the job in hand, which another worker begins again. */
export type JobRunner = Polling;

/** What a runner needs. */
export interface JobRunnerOptions {
  readonly store: JobStore;
  readonly jobs: readonly QueuedJob[];
  readonly logger: Logger;
  readonly clock: () => number;
  /** Unique among all processes that share the metadata. */
  readonly claimant: string;
  /** How long an idle runner waits before it looks again. */
  readonly pollMs: number;
  /** How long a job stays taken when its worker dies; renewed every third of it. */
  readonly leaseMs: number;
}

/** How soon what a job tells reaches the store, at the earliest: a job that tells a lot writes no more often. */
const promptMs = 1000;

/** The reason of the signal when somebody else owns the job now. */
class JobLostError extends Error {
  constructor() {
    super('The job is somebody else’s now.');
    this.name = 'JobLostError';
  }
}

/** The reason of the signal of a job that somebody cancelled. */
class JobCancelledError extends Error {
  constructor() {
    super('The job was cancelled.');
    this.name = 'JobCancelledError';
  }
}

/**
 * Starts one worker, which does one job at a time. A job that throws comes again after a growing delay until it was tried as often as it
 * says; one whose worker died comes again when its claim ends, which counts as a try. Nothing that a job or the store throws leaves it.
 */
export function startJobs(options: JobRunnerOptions): JobRunner {
  const { logger, pollMs } = options;
  if (options.jobs.length === 0) return { wake: () => undefined, stop: async () => undefined };
  const stopped = new AbortController();
  const polling = startPolling({
    turn: () => workOnce(options, stopped.signal),
    pollMs,
    logger,
    failed: 'The queue of jobs cannot be read or written; it is tried again.',
    recovered: 'The queue of jobs is worked on again.',
  });
  return {
    wake: polling.wake,
    stop() {
      stopped.abort(new Error('The process ends.'));
      return polling.stop();
    },
  };
}

/** Claims one job and works on it; false when there was none. */
async function workOnce(options: JobRunnerOptions, stop: AbortSignal): Promise<boolean> {
  const { store, jobs, claimant, leaseMs } = options;
  const claimed = await store.claimJob({ names: jobs.map(({ name }) => name), claimant, leaseMs });
  if (claimed === undefined) return false;
  const job = jobs.find(({ name }) => name === claimed.name);
  if (job === undefined) throw new Error(`The store answered a job '${claimed.name}' that was not asked for.`);
  const turn = new Turn(options, claimed, stop);
  const ending = await turn.work(job);
  if (ending !== undefined) await store.finishJob({ ...turn.claim, ending, at: options.clock(), report: turn.takeReport() });
  return true;
}

/** One try of one job, with the renewal of its claim. */
class Turn {
  readonly claim: { readonly id: number; readonly attempts: number };
  readonly #options: JobRunnerOptions;
  readonly #claimed: ClaimedJob;
  readonly #stop: AbortSignal;
  readonly #ended = new AbortController();
  #progress: unknown;
  #lines: string[] = [];
  #provenAt = performance.now();
  #toldAt = performance.now();
  #renewing: Promise<void> | undefined;

  constructor(options: JobRunnerOptions, claimed: ClaimedJob, stop: AbortSignal) {
    this.#options = options;
    this.#claimed = claimed;
    this.#stop = stop;
    this.claim = { id: claimed.id, attempts: claimed.attempts };
  }

  /** What was told since the last time. */
  takeReport(): JobReport {
    const lines = this.#lines;
    this.#lines = [];
    return { progress: this.#progress, lines };
  }

  /** Works, and answers how the turn ended; undefined when the job is not this worker's any more. */
  async work(job: QueuedJob): Promise<JobEnding | undefined> {
    const { logger, leaseMs } = this.#options;
    const { attempts } = this.#claimed;
    if (attempts > job.attempts) {
      return { outcome: 'failed', failure: `It was begun ${attempts - 1} times, and its worker died each time.` };
    }
    const signal = AbortSignal.any([this.#stop, this.#ended.signal]);
    const timer = setInterval(() => this.#renew(), leaseMs / 3);
    try {
      let postponed: JobEnding | undefined;
      const postpone = (failure: string, delayMs: number) => {
        postponed = { outcome: 'postponed', failure, delayMs };
      };
      await job.run(this.#claimed.input, { signal, report: (report) => this.#note(report), postpone });
      return postponed ?? { outcome: 'done' };
    } catch (error) {
      const { reason } = this.#ended.signal;
      if (reason instanceof JobLostError) return undefined;
      if (reason instanceof JobCancelledError) return { outcome: 'cancelled' };
      const failure = error instanceof Error ? error.message : String(error);
      // However often servers are replaced while it works.
      if (this.#stop.aborted) return { outcome: 'postponed', failure: 'Its process ended.', delayMs: 0 };
      logger.warn('A job failed.', { job: job.name, id: this.#claimed.id, attempts, error });
      return attempts >= job.attempts ? { outcome: 'failed', failure } : { outcome: 'retry', failure, delayMs: retryDelayMs(attempts) };
    } finally {
      clearInterval(timer);
      await this.#renewing;
    }
  }

  #note({ progress, lines }: JobReport): void {
    if (progress !== undefined) this.#progress = progress;
    // No more than the store keeps.
    if (lines !== undefined) this.#lines = [...this.#lines, ...lines].slice(-100);
    // Whoever watches sees it move, and is heard when he cancels.
    if (performance.now() - this.#toldAt >= promptMs) this.#renew();
  }

  #renew(): void {
    // A renewal that hangs must not keep its holder believing.
    if (performance.now() - this.#provenAt >= this.#options.leaseMs) this.#ended.abort(new JobLostError());
    if (this.#renewing !== undefined || this.#ended.signal.aborted) return;
    this.#renewing = this.#renewOnce().finally(() => {
      this.#renewing = undefined;
    });
  }

  async #renewOnce(): Promise<void> {
    const { store, leaseMs, clock } = this.#options;
    const askedAt = performance.now();
    this.#toldAt = askedAt;
    const report = this.takeReport();
    try {
      const answer = await store.renewJob({ ...this.claim, leaseMs, at: clock(), report });
      if (answer === 'lost') this.#ended.abort(new JobLostError());
      else if (answer === 'cancelled') this.#ended.abort(new JobCancelledError());
      else this.#provenAt = askedAt;
    } catch {
      // The database may be back before the claim ends; what was told is told again.
      this.#lines = [...(report.lines ?? []), ...this.#lines];
    }
  }
}
