import type { EventSubscriber } from '../registry/ports/event-subscriber.ts';
import type { QueuedJob } from '../registry/ports/queued-job.ts';
import type { ScheduledJob } from '../registry/ports/scheduled-job.ts';

/** What a feature plugs into the server; every door is optional. */
export interface Feature {
  readonly name: string;
  /** Called after commit, durably. */
  readonly subscribers?: readonly EventSubscriber[];
  /** Run by the clock, by one process at a time. */
  readonly jobs?: readonly ScheduledJob[];
  /** Run when somebody puts one in the queue, by one worker at a time. */
  readonly queued?: readonly QueuedJob[];
}
