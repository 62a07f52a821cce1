/** Work that comes round by the clock and has one owner at a time among all processes. */
export interface ScheduledJob {
  /** Also the name of its lease. */
  readonly name: string;
  /** A cron expression of five or six fields, in local time. */
  readonly cron: string;
  /** Stops early when `signal` aborts: the process ends, or another process owns the job now. */
  run(signal: AbortSignal): Promise<void>;
}
