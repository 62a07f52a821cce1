import type { EventType } from '../registry/ports/event-store.ts';
import type { Delivery, DeliveryState, KeptEvent, Webhook, WebhookFilter, WebhookFormat } from '../registry/ports/webhook-store.ts';
import type { SqlValue } from './sql-session.ts';

/** What of a row says which events it is about. */
export interface WebhookFilterRow {
  readonly id: number;
  readonly events: string;
  readonly repositories: string;
  readonly tags: string;
  readonly format: WebhookFormat;
}

/** A row of `webhooks`. */
export interface WebhookRow extends WebhookFilterRow {
  readonly project_id: number | null;
  readonly name: string;
  readonly url: string;
  readonly header_names: string;
  readonly has_secret: number;
  readonly previous_secret_until: number | null;
  readonly sealed: string | null;
  readonly enabled: number;
  readonly disabled_reason: string | null;
  readonly version: number;
  readonly created_at: number;
  readonly created_by: string;
  readonly updated_at: number;
}

/** A row of `webhook_deliveries`. */
export interface DeliveryRow {
  readonly id: number;
  readonly webhook_id: number;
  readonly event_key: string;
  readonly event: string;
  readonly replay_of: number | null;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly available_at: number;
  readonly created_at: number;
  readonly finished_at: number | null;
  readonly status: number | null;
}

export const filterColumns = 'id, events, repositories, tags, format';
export const webhookColumns = `${filterColumns}, project_id, name, url, header_names, has_secret, previous_secret_until, sealed, enabled,
  disabled_reason, version, created_at, created_by, updated_at`;
export const deliveryColumns =
  'id, webhook_id, event_key, event, replay_of, state, attempts, available_at, created_at, finished_at, status';

/** `= ?` or `is null`: whose webhooks, and the values for it. */
export function ownedBy(owner: number | undefined): { condition: string; params: SqlValue[] } {
  return owner === undefined ? { condition: 'project_id is null', params: [] } : { condition: 'project_id = ?', params: [owner] };
}

/** The row as the core knows it. */
export function toFilter(row: WebhookFilterRow): WebhookFilter & { readonly id: number } {
  const { id, events, repositories, tags, format } = row;
  return { id, events: JSON.parse(events) as EventType[], repositories, tags, format };
}

/** The row as the core knows it. */
export function toWebhook(row: WebhookRow): Webhook {
  return {
    ...toFilter(row),
    projectId: row.project_id ?? undefined,
    name: row.name,
    url: row.url,
    headerNames: JSON.parse(row.header_names) as string[],
    hasSecret: row.has_secret === 1,
    previousSecretUntil: row.previous_secret_until ?? undefined,
    sealed: row.sealed ?? undefined,
    enabled: row.enabled === 1,
    disabledReason: row.disabled_reason ?? undefined,
    version: row.version,
    createdAt: row.created_at,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
  };
}

/** The row as the core knows it. */
export function toDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    eventKey: row.event_key,
    event: JSON.parse(row.event) as KeptEvent,
    replayOf: row.replay_of ?? undefined,
    state: row.state,
    attempts: row.attempts,
    createdAt: row.created_at,
    nextAttemptAt: row.state === 'pending' ? row.available_at : undefined,
    finishedAt: row.finished_at ?? undefined,
    status: row.status ?? undefined,
  };
}
