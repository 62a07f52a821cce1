import type { Listed } from '../../registry/ports/content-store.ts';
import type {
  Attempt,
  Delivery,
  DeliveryState,
  DueDelivery,
  Webhook,
  WebhookFilter,
  WebhookOwner,
} from '../../registry/ports/webhook-store.ts';
import { databaseNow } from '../database-clock.ts';
import type { SqlSession } from '../sql-session.ts';
import {
  type DeliveryRow,
  deliveryColumns,
  filterColumns,
  ownedBy,
  toDelivery,
  toFilter,
  toWebhook,
  type WebhookFilterRow,
  type WebhookRow,
  webhookColumns,
} from '../webhook-rows.ts';

interface AttemptRow {
  readonly at: number;
  readonly duration_ms: number;
  readonly status: number | null;
  readonly request: string;
  readonly answer: string | null;
  readonly error: string | null;
}

/** `WebhookStore.findWebhook`. */
export async function findWebhook(sql: SqlSession, owner: WebhookOwner, id: number): Promise<Webhook | undefined> {
  const { condition, params } = ownedBy(owner);
  const row = await sql.get<WebhookRow>(`select ${webhookColumns} from webhooks where id = ? and ${condition}`, [id, ...params]);
  return row && toWebhook(row);
}

/** `WebhookStore.findAnyWebhook`. */
export async function findAnyWebhook(sql: SqlSession, id: number): Promise<Webhook | undefined> {
  const row = await sql.get<WebhookRow>(`select ${webhookColumns} from webhooks where id = ?`, [id]);
  return row && toWebhook(row);
}

/** `WebhookStore.findWebhookProject`. */
export async function findWebhookProject(sql: SqlSession, project: string): Promise<number | undefined> {
  return (await sql.get<{ id: number }>('select id from projects where name = ? and deleted_at is null', [project]))?.id;
}

/** `WebhookStore.listWebhooks`. In an order that only the index of owners has: PostgreSQL would look for those of the registry among all. */
export async function listWebhooks(
  sql: SqlSession,
  owner: WebhookOwner,
  { after, limit }: { after: number; limit: number },
): Promise<Listed<Webhook>> {
  const { condition, params } = ownedBy(owner);
  const rows = await sql.all<WebhookRow>(
    `select ${webhookColumns} from webhooks where ${condition} and id > ? order by project_id, id limit ?`,
    [...params, after, limit + 1],
  );
  return { items: rows.slice(0, limit).map(toWebhook), more: rows.length > limit };
}

/** `WebhookStore.findListening`. */
export async function findListening(
  sql: SqlSession,
  projectId: number | undefined,
): Promise<readonly (WebhookFilter & { readonly id: number })[]> {
  const rows = await sql.all<WebhookFilterRow>(
    `select ${filterColumns} from webhooks where project_id = ? and enabled = 1
     union all select ${filterColumns} from webhooks where project_id is null and enabled = 1`,
    [projectId ?? 0],
  );
  return rows.map(toFilter);
}

/** `WebhookStore.listDeliveries`. */
export async function listDeliveries(
  sql: SqlSession,
  webhookId: number,
  { state, before, limit }: { state: DeliveryState | undefined; before: number | undefined; limit: number },
): Promise<Listed<Delivery>> {
  const rows = await sql.all<DeliveryRow>(
    `select ${deliveryColumns} from webhook_deliveries
     where webhook_id = ? ${state === undefined ? '' : 'and state = ?'} and id < ? order by id desc limit ?`,
    [webhookId, ...(state === undefined ? [] : [state]), before ?? Number.MAX_SAFE_INTEGER, limit + 1],
  );
  return { items: rows.slice(0, limit).map(toDelivery), more: rows.length > limit };
}

/** `WebhookStore.findDelivery`. */
export async function findDelivery(
  sql: SqlSession,
  webhookId: number,
  id: number,
): Promise<{ delivery: Delivery; attempts: readonly Attempt[] } | undefined> {
  const row = await sql.get<DeliveryRow>(`select ${deliveryColumns} from webhook_deliveries where id = ? and webhook_id = ?`, [
    id,
    webhookId,
  ]);
  if (row === undefined) return undefined;
  const attempts = await sql.all<AttemptRow>(
    'select at, duration_ms, status, request, answer, error from webhook_attempts where delivery_id = ? order by id',
    [id],
  );
  return { delivery: toDelivery(row), attempts: attempts.map(toAttempt) };
}

/** `WebhookStore.hasDueWebhook`. */
export async function hasDueWebhook(sql: SqlSession): Promise<boolean> {
  const now = databaseNow(sql);
  return (await sql.get(`select 1 from webhook_lanes where due_at <= ${now} and held_until <= ${now} limit 1`)) !== undefined;
}

/** `WebhookStore.listDue`. */
export async function listDue(sql: SqlSession, webhookId: number, limit: number): Promise<DueDelivery[]> {
  const now = databaseNow(sql);
  const rows = await sql.all<DeliveryRow & { age: number }>(
    `select ${deliveryColumns}, ${now} - created_at as age from webhook_deliveries
     where webhook_id = ? and state = 'pending' and available_at <= ${now} order by available_at, id limit ?`,
    [webhookId, limit],
  );
  return rows.map((row) => ({ ...toDelivery(row), ageMs: row.age }));
}

/** `WebhookStore.countPending`. */
export async function countPending(sql: SqlSession, most: number): Promise<number> {
  const row = await sql.get<{ count: number }>(
    `select count(*) as count from
       (select 1 from webhook_deliveries where webhook_id > 0 and state = 'pending' limit ?) piece`,
    [most],
  );
  return row?.count ?? 0;
}

function toAttempt(row: AttemptRow): Attempt {
  return {
    at: row.at,
    durationMs: row.duration_ms,
    status: row.status ?? undefined,
    request: row.request,
    answer: row.answer ?? undefined,
    error: row.error ?? undefined,
  };
}
