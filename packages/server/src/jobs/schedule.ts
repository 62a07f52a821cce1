import { Cron } from 'croner';
import { LeaseLostError, runWithLease } from '../registry/held-lease.ts';
import { StorageError } from '../registry/ports/blob-store.ts';
import type { LeaseStore } from '../registry/ports/lease-store.ts';
import type { Logger } from '../registry/ports/logger.ts';
import type { ScheduledJob } from '../registry/ports/scheduled-job.ts';

/** A job that comes round until it is stopped. */
export interface Schedule {
  /** Runs the job now, under the same lease; true when it ran here and succeeded. Never rejects. */
  runNow(): Promise<boolean>;
  /** Aborts a run under way and resolves when it has ended. Idempotent. */
  stop(): Promise<void>;
}

/** What a schedule needs to run. */
export interface ScheduleOptions {
  readonly leases: LeaseStore;
  readonly logger: Logger;
  /** Unique to this process among all that share the metadata. */
  readonly holder: string;
  /** How long the job stays taken when its owner dies in the middle, and how long it rests after a failure that may pass. */
  readonly leaseMs: number;
}

/** Clocks differ by minutes, so this is plenty; leases end within a day. */
const longestKeepMs = 12 * 60 * 60_000;

/**
 * Starts a job by its cron expression; a malformed one throws here. Every process starts it and the lease lets one run.
 * After a success the lease stays taken for half the time to the next round (12 hours at most), so that a process whose clock is behind
 * finds the round already done; only lengths are compared, never two clocks. What the job throws is logged. After a failure that may
 * pass, such as a database that was away, it is tried again before its next time, by whoever is first: a nightly job must not lose a
 * night for a restart.
 */
export function startSchedule(job: ScheduledJob, options: ScheduleOptions): Schedule {
  const { leases, logger, holder, leaseMs } = options;
  const stopped = new AbortController();
  let current: Promise<boolean> | undefined;
  let again: NodeJS.Timeout | undefined;
  let said: string | undefined;
  const cron = new Cron(job.cron, { protect: true, unref: true }, async () => {
    await runNow();
  });

  async function attempt(): Promise<boolean> {
    clearTimeout(again);
    try {
      const run = await runWithLease(
        { leases, name: `job:${job.name}`, holder, ttlMs: leaseMs },
        { signal: stopped.signal, keepMs: () => Math.min(Math.floor((cron.msToNext() ?? 0) / 2), longestKeepMs) },
        (signal) => job.run(signal),
      );
      said = undefined;
      return run.held;
    } catch (error) {
      if (stopped.signal.aborted) logger.info('A scheduled job was stopped before its end.', { job: job.name });
      else report(error);
      return false;
    }
  }

  function report(error: unknown): void {
    const mayPass = error instanceof LeaseLostError || (error instanceof StorageError && error.retryable);
    const isSoon = mayPass && leaseMs < (cron.msToNext() ?? 0);
    if (isSoon) again = setTimeout(() => void runNow(), leaseMs).unref();
    // What lasts is said once.
    const message = error instanceof Error ? error.message : String(error);
    if (mayPass && said === message) return;
    said = message;
    // That a database or store is away is an error of its own, told once for all that wait for it.
    const level = error instanceof StorageError && error.reason === 'unreachable' ? 'info' : 'error';
    logger[level](`A scheduled job failed; it runs again ${isSoon ? `in ${leaseMs / 1000} s` : 'at its next time'}.`, {
      job: job.name,
      error,
    });
  }

  function runNow(): Promise<boolean> {
    current ??= attempt().finally(() => {
      current = undefined;
    });
    return current;
  }

  return {
    runNow,
    async stop() {
      cron.stop();
      stopped.abort();
      await current;
      clearTimeout(again);
    },
  };
}
