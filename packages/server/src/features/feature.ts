import type { Route } from '../management/route.ts';
import type { EventSubscriber } from '../registry/ports/event-subscriber.ts';
import type { QueuedJob } from '../registry/ports/queued-job.ts';
import type { ScheduledJob } from '../registry/ports/scheduled-job.ts';

/** Work that goes on for as long as the process serves. */
export interface Background {
  /** Begins; the answer ends it, and resolves when it has ended. */
  start(): () => Promise<void>;
}

/** What a feature plugs into the server; every door is optional. */
export interface Feature {
  readonly name: string;
  /** Called after commit, durably. */
  readonly subscribers?: readonly EventSubscriber[];
  /** Run by the clock, by one process at a time. */
  readonly jobs?: readonly ScheduledJob[];
  /** Run when somebody puts one in the queue, by one worker at a time. */
  readonly queued?: readonly QueuedJob[];
  /** Begun and ended with the process. */
  readonly background?: readonly Background[];
  /** Its operations of the management API; asked for when the API is first used, and to describe it, so it loads what it needs by `import()`. */
  readonly routes?: () => Promise<readonly Route[]>;
}
