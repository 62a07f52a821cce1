import type { RegistryEvent } from './event-store.ts';

/**
 * Hears of every change after it was committed, at least once each. An event whose handling throws comes again, also
 * to subscribers that took it the first time, so handling is idempotent and quick: whoever has work to do writes it down.
 */
export interface EventSubscriber {
  readonly name: string;
  handle(event: RegistryEvent): Promise<void>;
}
