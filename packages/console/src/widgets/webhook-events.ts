import type { components } from '@longshore/api-client';

/** A kind of event that webhooks are told of. */
export type WebhookEvent = components['schemas']['Webhook']['events'][number];

/** Those that happen in a project, as they are offered: what is asked for most comes first. */
export const projectEvents: readonly WebhookEvent[] = [
  'tag.created',
  'tag.moved',
  'tag.deleted',
  'manifest.pushed',
  'manifest.deleted',
  'image.promoted',
  'promotion.undone',
  'referrer.late',
  'repository.deleted',
  'retention.finished',
  'quota.warning',
  'quota.exceeded',
  'quota.changed',
  'robot.expiring',
  'robot.expired',
  'blob.pushed',
  'blob.mounted',
  'blob.deleted',
  'project.created',
  'project.updated',
  'project.moved',
  'project.deleted',
];

/** Those of the registry as a whole, which hears of its projects, too. */
export const registryEvents: readonly WebhookEvent[] = [
  ...projectEvents,
  'gc.finished',
  'webhook.created',
  'webhook.updated',
  'webhook.deleted',
  'webhook.disabled',
];
