import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import { mostWebhooks, type Webhook, type WebhookOwner, type WebhookSettings } from '../../registry/ports/webhook-store.ts';
import { databaseNow } from '../database-clock.ts';
import type { SqlSession, SqlTransaction, SqlValue } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { ownedBy, toWebhook, type WebhookRow, webhookColumns } from '../webhook-rows.ts';
import { recordChange } from './changes.ts';
import { requireSame } from './decided-project.ts';

// Every command locks the project of a new webhook, or the lane of a webhook first, then the webhook, then its deliveries.

/** `WebhookStore.createWebhook`. */
export async function createWebhook(
  sql: SqlTransaction,
  input: { owner: WebhookOwner; settings: WebhookSettings; by: Agent; at: Millis },
): Promise<Webhook | 'absent' | 'too-many'> {
  const { owner, settings, by, at } = input;
  if (owner !== undefined && !(await lockProject(sql, owner))) return 'absent';
  if (owner !== undefined) requireSame(by, owner);
  const { condition, params } = ownedBy(owner);
  const known = await sql.get<{ count: number }>(`select count(*) as count from webhooks where ${condition}`, params);
  if ((known?.count ?? 0) >= mostWebhooks) return 'too-many';
  const values = valuesOf(settings);
  const names = Object.keys(values);
  const row = await sql.get<WebhookRow>(
    `insert into webhooks (project_id, version, created_at, created_by, updated_at, ${names.join(', ')})
     values (?, 1, ?, ?, ?, ${names.map(() => '?').join(', ')}) returning ${webhookColumns}`,
    [owner ?? null, at, by.actor, at, ...Object.values(values)],
  );
  if (row === undefined) throw new Error('The database did not return a new webhook');
  await sql.run('insert into webhook_lanes (webhook_id, held_until, failures) values (?, 0, 0)', [row.id]);
  await record(sql, 'webhook.created', row, { by, at });
  return toWebhook(row);
}

/** `WebhookStore.updateWebhook`. What waits is due at once when it was disabled before. */
export async function updateWebhook(
  sql: SqlTransaction,
  input: { owner: WebhookOwner; id: number; version: number; settings: WebhookSettings; by: Agent; at: Millis },
): Promise<Webhook | 'stale' | undefined> {
  const { owner, id, version, settings, by, at } = input;
  if (owner !== undefined) requireSame(by, owner);
  const { condition, params } = ownedBy(owner);
  await lockLane(sql, id);
  const known = await sql.get<{ version: number }>(
    `select version from webhooks where id = ? and ${condition} ${locking(sql, 'for update')}`,
    [id, ...params],
  );
  if (known === undefined) return undefined;
  if (known.version !== version) return 'stale';
  const values = valuesOf(settings);
  const row = await sql.get<WebhookRow>(
    `update webhooks set version = version + 1, updated_at = ?, disabled_reason = null,
       ${Object.keys(values)
         .map((name) => `${name} = ?`)
         .join(', ')} where id = ? returning ${webhookColumns}`,
    [at, ...Object.values(values), id],
  );
  if (row === undefined) throw new Error('The database did not return an updated webhook');
  await scheduleLane(sql, id, settings.enabled);
  await record(sql, 'webhook.updated', row, { by, at });
  return toWebhook(row);
}

/** `WebhookStore.deleteWebhook`. The lane and what is on its way go with the row. */
export async function deleteWebhook(
  sql: SqlTransaction,
  input: { owner: WebhookOwner; id: number; by: Agent; at: Millis },
): Promise<boolean> {
  const { owner, id, by, at } = input;
  if (owner !== undefined) requireSame(by, owner);
  const { condition, params } = ownedBy(owner);
  await lockLane(sql, id);
  const row = await sql.get<WebhookRow>(`delete from webhooks where id = ? and ${condition} returning ${webhookColumns}`, [id, ...params]);
  if (row === undefined) return false;
  await record(sql, 'webhook.deleted', row, { by, at });
  return true;
}

/** `WebhookStore.disableWebhook`. */
export async function disableWebhook(sql: SqlTransaction, input: { id: number; reason: string; by: Agent; at: Millis }): Promise<boolean> {
  const { id, reason, by, at } = input;
  await lockLane(sql, id);
  const row = await sql.get<WebhookRow>(
    `update webhooks set enabled = 0, disabled_reason = ?, version = version + 1, updated_at = ? where id = ? and enabled = 1
     returning ${webhookColumns}`,
    [reason, at, id],
  );
  if (row === undefined) return false;
  await scheduleLane(sql, id, false);
  await record(sql, 'webhook.disabled', row, { by, at, reason });
  return true;
}

/** From now on the webhooks of a deleted project hear of nothing, and nothing is sent to them; they go with its row. */
export async function silenceWebhooks(sql: SqlSession, projectId: number): Promise<void> {
  await sql.run('update webhook_lanes set due_at = null where webhook_id in (select id from webhooks where project_id = ?)', [projectId]);
  await sql.run('update webhooks set enabled = 0 where project_id = ?', [projectId]);
}

/** Lets one after the other add a webhook to a project, and none to one that is deleted. Pushes do not wait for it. */
async function lockProject(sql: SqlSession, id: number): Promise<boolean> {
  const lock = locking(sql, 'for no key update');
  return (await sql.get(`select 1 from projects where id = ? and deleted_at is null ${lock}`, [id])) !== undefined;
}

/** Holds the lane of a webhook until the transaction ends. */
async function lockLane(sql: SqlSession, webhookId: number): Promise<void> {
  await sql.get(`select 1 from webhook_lanes where webhook_id = ? ${locking(sql, 'for update')}`, [webhookId]);
}

/** The lane of a disabled webhook is never due; that of an enabled one is looked through next. */
async function scheduleLane(sql: SqlSession, webhookId: number, enabled: boolean): Promise<void> {
  await sql.run(`update webhook_lanes set due_at = ${enabled ? databaseNow(sql) : 'null'} where webhook_id = ?`, [webhookId]);
}

async function record(
  sql: SqlTransaction,
  type: 'webhook.created' | 'webhook.updated' | 'webhook.deleted' | 'webhook.disabled',
  row: WebhookRow,
  { by, at, reason }: { by: Agent; at: Millis; reason?: string },
): Promise<void> {
  // Not its address: whoever reads the event may not be allowed to read the webhook.
  const project =
    row.project_id === null ? undefined : await sql.get<{ name: string }>('select name from projects where id = ?', [row.project_id]);
  const data = {
    ...(project && { project: project.name }),
    webhook: String(row.id),
    name: row.name,
    ...(reason !== undefined && { reason }),
  };
  await recordChange(sql, { type, at, by, data });
}

function valuesOf(settings: WebhookSettings): Record<string, SqlValue> {
  return {
    name: settings.name,
    url: settings.url,
    events: JSON.stringify(settings.events),
    repositories: settings.repositories,
    tags: settings.tags,
    format: settings.format,
    header_names: JSON.stringify(settings.headerNames),
    has_secret: Number(settings.hasSecret),
    previous_secret_until: settings.previousSecretUntil ?? null,
    sealed: settings.sealed ?? null,
    enabled: Number(settings.enabled),
  };
}
