import type { EventStore, RegistryEvent } from '../registry/ports/event-store.ts';
import type { EventSubscriber } from '../registry/ports/event-subscriber.ts';
import type { Logger } from '../registry/ports/logger.ts';
import { type Polling, startPolling } from './polling.ts';
import { retryDelayMs } from './retry-delay.ts';

/** Hands committed events to this process's subscribers until it is stopped; `stop` delivers what is already claimed. */
export type Outbox = Polling;

/** What an outbox needs to run. */
export interface OutboxOptions {
  readonly events: EventStore;
  readonly subscribers: readonly EventSubscriber[];
  readonly logger: Logger;
  readonly clock: () => number;
  /** Unique among all processes that share the metadata. */
  readonly claimant: string;
  /** How long an idle outbox waits before it looks again. */
  readonly pollMs: number;
  /** For how long a claim keeps others away; also the longest that one delivery may take. */
  readonly leaseMs: number;
  readonly batchSize: number;
}

/**
 * Starts delivering. Every event reaches every subscriber at least once; one that fails, or takes longer than the
 * lease, is logged and comes again after a growing delay. Without subscribers events are finished at once. Nothing
 * that a subscriber or the store throws leaves this loop.
 */
export function startOutbox(options: OutboxOptions): Outbox {
  return startPolling({
    turn: async () => (await deliverBatch(options)) === options.batchSize,
    pollMs: options.pollMs,
    logger: options.logger,
    failed: 'Events could not be claimed or finished; they will be delivered later.',
    recovered: 'Events are delivered again.',
  });
}

/** Returns how many events were claimed. */
async function deliverBatch(options: OutboxOptions): Promise<number> {
  const { events, claimant, clock, leaseMs, batchSize } = options;
  const claimedAt = clock();
  const claimed = await events.claimEvents({ claimant, at: claimedAt, until: claimedAt + leaseMs, limit: batchSize });
  const finished: number[] = [];
  const postponed = new Map<number, RegistryEvent[]>();
  const postpone = (event: RegistryEvent, delayMs: number): void => {
    const group = postponed.get(delayMs);
    if (group === undefined) postponed.set(delayMs, [event]);
    else group.push(event);
  };
  const startedAt = performance.now();
  for (const event of claimed) {
    // Half the lease is left for this one: whatever would start later could be claimed by somebody else meanwhile.
    if (performance.now() - startedAt > leaseMs / 2) postpone(event, 0);
    else if (await deliver(event, options)) finished.push(event.id);
    else postpone(event, retryDelayMs(event.attempts + 1));
  }
  if (finished.length > 0) await events.finishEvents({ claimant, ids: finished });
  for (const [delayMs, group] of postponed) {
    await events.postponeEvents({ claimant, ids: group.map((event) => event.id), retryAt: clock() + delayMs });
  }
  return claimed.length;
}

/** True when every subscriber took the event. All of them are tried. */
async function deliver(event: RegistryEvent, { subscribers, logger, leaseMs }: OutboxOptions): Promise<boolean> {
  let taken = true;
  for (const subscriber of subscribers) {
    try {
      await withinTime(subscriber.handle(event), leaseMs / 2);
    } catch (error) {
      taken = false;
      logger.warn('A subscriber failed; the event will be delivered again.', {
        subscriber: subscriber.name,
        event: event.id,
        type: event.type,
        attempts: event.attempts + 1,
        error,
      });
    }
  }
  return taken;
}

async function withinTime(handling: Promise<void>, ms: number): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`It did not finish within ${ms} ms.`)), ms);
  try {
    await Promise.race([handling, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
