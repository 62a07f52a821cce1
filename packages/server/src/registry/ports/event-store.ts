import type { Actor, Agent } from './agent.ts';
import type { Millis } from './content-store.ts';

/** Every kind of change that is announced. Rows are written in the transaction of the change itself. */
export const eventTypes = [
  'manifest.pushed',
  'manifest.deleted',
  'tag.created',
  'tag.moved',
  'tag.deleted',
  'blob.pushed',
  'blob.mounted',
  'blob.deleted',
  'project.created',
  'project.updated',
  'project.moved',
  'quota.changed',
  'quota.exceeded',
  'quota.warning',
  'project.deleted',
  'repository.deleted',
  'gc.finished',
  'retention.finished',
  'robot.expiring',
  'robot.expired',
  'webhook.created',
  'webhook.updated',
  'webhook.deleted',
  'webhook.disabled',
  'image.promoted',
  'promotion.undone',
  'referrer.late',
] as const;
export type EventType = (typeof eventTypes)[number];

export interface RegistryEvent {
  readonly id: number;
  readonly type: EventType;
  readonly at: Millis;
  readonly actor: Actor;
  /** By id, so that a project that gets the name later inherits nothing. Undefined for events of no project. */
  readonly projectId: number | undefined;
  /** Undefined for events of no repository (gc.finished, project.moved). */
  readonly repository: string | undefined;
  readonly digest: string | undefined;
  readonly tag: string | undefined;
  /** Type-specific facts, JSON. */
  readonly data: Record<string, unknown>;
  /** How often it was delivered before without success. */
  readonly attempts: number;
}

/**
 * The outbox. Events are claimed by state, never by an id cursor (ids commit out of order in PostgreSQL), and
 * delivered at least once: a claim that is not finished in time is claimed again.
 */
export interface EventStore {
  /** Claims up to `limit` pending events, new ones first and oldest first among them, until `until`. Two claimers never get the same event at once. */
  claimEvents(input: { claimant: string; at: Millis; until: Millis; limit: number }): Promise<RegistryEvent[]>;
  /** Delivered to every subscriber: forget it. */
  finishEvents(input: { claimant: string; ids: readonly number[] }): Promise<void>;
  /** Not delivered: again after `retryAt`. */
  postponeEvents(input: { claimant: string; ids: readonly number[]; retryAt: Millis }): Promise<void>;
  /** Writes an event that belongs to no other change. */
  recordEvent(input: { type: EventType; at: Millis; by: Agent; data: Record<string, unknown> }): Promise<void>;
}
