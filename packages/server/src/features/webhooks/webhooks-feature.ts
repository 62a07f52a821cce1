import type { RegistryEvent } from '../../registry/ports/event-store.ts';
import type { EventSubscriber } from '../../registry/ports/event-subscriber.ts';
import type { ScheduledJob } from '../../registry/ports/scheduled-job.ts';
import type { WebhookStore } from '../../registry/ports/webhook-store.ts';
import type { Feature } from '../feature.ts';
import { DeliveryLoop } from './delivery-loop.ts';
import { wants } from './event-filter.ts';
import type { WebhookDeps } from './webhook-deps.ts';

/** Rows that one statement removes. */
const batch = 500;

/** Tells receivers of events by HTTP. */
export function webhooks(deps: WebhookDeps): Feature {
  const loop = new DeliveryLoop(deps);
  const forgetting: ScheduledJob = {
    name: 'webhook-log',
    cron: '29 * * * *',
    run: async (signal) => {
      let removed = batch;
      while (removed === batch && !signal.aborted) removed = await deps.store.removeDeliveries({ ageMs: deps.keepMs, limit: batch });
    },
  };
  const routes = async () => (await import('./webhook-routes.ts')).webhookRoutes(deps);
  return { name: 'webhooks', subscribers: [webhookSubscriber(deps.store, loop.wake)], jobs: [forgetting], background: [loop], routes };
}

/** Notes events for the webhooks that want them; an event that none wants costs a look into memory. */
function webhookSubscriber(store: WebhookStore, noted: () => void): EventSubscriber {
  return {
    name: 'webhooks',
    handle: async ({ id, attempts: _attempts, ...event }) => {
      const listening = await store.findListening(event.projectId);
      const webhookIds = listening.filter((filter) => wants(filter, event)).map((filter) => filter.id);
      if (webhookIds.length === 0) return;
      await store.addDeliveries({ webhookIds, eventKey: eventKeyOf({ id, at: event.at }), event });
      noted();
    },
  };
}

/** Unique also when a restored database gives an id out again. */
function eventKeyOf({ id, at }: Pick<RegistryEvent, 'id' | 'at'>): string {
  return `${id}-${at.toString(36)}`;
}
