import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Delivery, KeptEvent, SettledAttempt } from '../../registry/ports/webhook-store.ts';
import { databaseNow } from '../database-clock.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { type DeliveryRow, deliveryColumns, toDelivery } from '../webhook-rows.ts';
import { recordAudit } from './audit.ts';

/** `WebhookStore.addDeliveries`. A webhook that is gone or disabled by now gets nothing. */
export async function addDeliveries(
  sql: SqlSession,
  { webhookIds, eventKey, event }: { webhookIds: readonly number[]; eventKey: string; event: KeptEvent },
): Promise<void> {
  const text = JSON.stringify(event);
  for (const id of [...webhookIds].sort((left, right) => left - right)) {
    await makeDue(sql, id);
    await insertDelivery(sql, id, { eventKey, text, replayOf: undefined });
  }
}

/** `WebhookStore.addDelivery`. */
export async function addDelivery(
  sql: SqlTransaction,
  input: { webhookId: number; eventKey: string; event: KeptEvent; replayOf: number | undefined; by: Agent; at: Millis },
): Promise<Delivery | undefined> {
  const { webhookId, eventKey, event, replayOf, by, at } = input;
  await makeDue(sql, webhookId);
  const made = await insertDelivery(sql, webhookId, { eventKey, text: JSON.stringify(event), replayOf });
  if (made === undefined) return undefined;
  const action = replayOf === undefined ? 'webhook.tested' : 'webhook.replayed';
  const resource = { kind: 'webhook', name: String(webhookId) };
  await recordAudit(sql, by, { at, action, resource, projectId: event.projectId, detail: { delivery: made.id } });
  return made;
}

async function makeDue(sql: SqlSession, webhookId: number): Promise<void> {
  const now = databaseNow(sql);
  await sql.run(
    `update webhook_lanes set due_at = ${now} where webhook_id = ? and (due_at is null or due_at > ${now})
       and exists (select 1 from webhooks w where w.id = webhook_lanes.webhook_id and w.enabled = 1)`,
    [webhookId],
  );
}

async function insertDelivery(
  sql: SqlSession,
  webhookId: number,
  { eventKey, text, replayOf }: { eventKey: string; text: string; replayOf: number | undefined },
): Promise<Delivery | undefined> {
  const now = databaseNow(sql);
  const row = await sql.get<DeliveryRow>(
    `insert into webhook_deliveries (webhook_id, event_key, event, replay_of, state, attempts, available_at, created_at)
     select w.id, ?, ?, cast(? as bigint), 'pending', 0, ${now}, ${now} from webhooks w where w.id = ? and w.enabled = 1
     on conflict (webhook_id, event_key) where replay_of is null do nothing returning ${deliveryColumns}`,
    [eventKey, text, replayOf ?? null, webhookId],
  );
  return row && toDelivery(row);
}

/** `WebhookStore.claimTurns`. */
export async function claimTurns(
  sql: SqlSession,
  input: { claimant: string; holdMs: number; limit: number; mostFailing: number },
): Promise<{ webhookId: number; failures: number }[]> {
  const { claimant, holdMs, limit, mostFailing } = input;
  const healthy = await claim(sql, 'failures = 0', { claimant, holdMs, limit });
  const failing = await claim(sql, 'failures > 0', { claimant, holdMs, limit: Math.min(mostFailing, limit - healthy.length) });
  return [...healthy, ...failing];
}

async function claim(
  sql: SqlSession,
  which: 'failures = 0' | 'failures > 0',
  { claimant, holdMs, limit }: { claimant: string; holdMs: number; limit: number },
): Promise<{ webhookId: number; failures: number }[]> {
  if (limit <= 0) return [];
  const now = databaseNow(sql);
  const rows = await sql.all<{ webhook_id: number; failures: number }>(
    `update webhook_lanes set claimant = ?, held_until = ${now} + ? where webhook_id in (
       select webhook_id from webhook_lanes where due_at <= ${now} and held_until <= ${now} and ${which}
       order by due_at limit ? ${locking(sql, 'for update skip locked')})
     returning webhook_id, failures`,
    [claimant, holdMs, limit],
  );
  return rows.map((row) => ({ webhookId: row.webhook_id, failures: row.failures }));
}

/** `WebhookStore.settleTurn`. A webhook with more to send goes to the end of the queue. */
export async function settleTurn(
  sql: SqlSession,
  input: { webhookId: number; claimant: string; attempts: readonly SettledAttempt[]; restMs: number },
): Promise<{ failingMs: number } | undefined> {
  const { webhookId, claimant, attempts, restMs } = input;
  const now = databaseNow(sql);
  const lane = await sql.get(`select 1 from webhook_lanes where webhook_id = ? and claimant = ? ${locking(sql, 'for update')}`, [
    webhookId,
    claimant,
  ]);
  if (lane === undefined) return undefined;
  for (const attempt of attempts) await noteAttempt(sql, attempt);
  const next = await sql.get<{ at: number | null }>(
    `select min(available_at) as at from webhook_deliveries where webhook_id = ? and state = 'pending'`,
    [webhookId],
  );
  const success = attempts.some(({ outcome }) => outcome === 'delivered');
  const failure = attempts.length > 0 && !success;
  const row = await sql.get<{ failing: number | null }>(
    `update webhook_lanes set claimant = null, held_until = 0,
       due_at = (select max(t.at) from (select cast(? as bigint) as at union all select ${now} + ?) t
         where cast(? as bigint) is not null and exists (select 1 from webhooks w where w.id = webhook_lanes.webhook_id and w.enabled = 1)),
       failures = case when ? = 1 then 0 else failures + ? end,
       failing_since = case when ? = 1 then null when ? = 1 then coalesce(failing_since, ${now}) else failing_since end
     where webhook_id = ? returning ${now} - failing_since as failing`,
    [next?.at ?? null, restMs, next?.at ?? null, Number(success), Number(failure), Number(success), Number(failure), webhookId],
  );
  return { failingMs: row?.failing ?? 0 };
}

async function noteAttempt(sql: SqlSession, attempt: SettledAttempt): Promise<void> {
  const { deliveryId, outcome, at, durationMs, status = null, request, answer = null, error = null } = attempt;
  const now = databaseNow(sql);
  const changed = await sql.run(
    `update webhook_deliveries set attempts = attempts + 1, state = ?, status = ?, available_at = ${now} + ?,
       finished_at = case when ? = 1 then null else ${now} end where id = ? and state = 'pending'`,
    [outcome === 'retry' ? 'pending' : outcome, status, attempt.delayMs, Number(outcome === 'retry'), deliveryId],
  );
  if (changed === 0) return;
  await sql.run(
    'insert into webhook_attempts (delivery_id, at, duration_ms, status, request, answer, error) values (?, ?, ?, ?, ?, ?, ?)',
    [deliveryId, at, durationMs, status, request, answer, error],
  );
}

/** `WebhookStore.emptyWebhook`. */
export async function emptyWebhook(sql: SqlSession, { id, limit }: { id: number; limit: number }): Promise<number> {
  return sql.run(
    `delete from webhook_deliveries where id in
       (select id from webhook_deliveries where webhook_id = ? order by id limit ? ${locking(sql, 'for update skip locked')})`,
    [id, limit],
  );
}

/** `WebhookStore.removeDeliveries`. */
export async function removeDeliveries(sql: SqlSession, { ageMs, limit }: { ageMs: number; limit: number }): Promise<number> {
  return sql.run(
    `delete from webhook_deliveries where id in
       (select id from webhook_deliveries where created_at < ${databaseNow(sql)} - ? order by created_at limit ? ${locking(sql, 'for update skip locked')})`,
    [ageMs, limit],
  );
}
