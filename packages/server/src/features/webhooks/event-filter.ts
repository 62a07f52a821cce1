import type { EventType } from '../../registry/ports/event-store.ts';
import type { KeptEvent, WebhookFilter } from '../../registry/ports/webhook-store.ts';
import { dockerAction } from './docker-notification.ts';
import { matchesGlob } from './glob.ts';

/** Every repository, and what is of none. */
export const allRepositories = '**';
/** Every tag, and what is of none. */
export const allTags = '*';

/** Whether a webhook is to hear of an event. An event of no repository, or of no tag, passes only a filter that lets all pass. */
export function wants(filter: WebhookFilter, { type, repository, tag }: KeptEvent & { readonly type: EventType }): boolean {
  if (filter.events.length > 0 && !filter.events.includes(type)) return false;
  if (filter.format === 'docker' && dockerAction(type) === undefined) return false;
  return passes(filter.repositories, allRepositories, repository) && passes(filter.tags, allTags, tag);
}

function passes(pattern: string, everything: string, name: string | undefined): boolean {
  return pattern === everything || (name !== undefined && matchesGlob(pattern, name));
}
