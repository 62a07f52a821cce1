import type { Actor, Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { EventType, RegistryEvent } from '../../registry/ports/event-store.ts';
import { fromNullableColumn } from '../digest-column.ts';
import { chunks, padded, placeholders } from '../sql-lists.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { recordChange } from './changes.ts';

interface EventRow {
  readonly id: number;
  readonly type: EventType;
  readonly at: Millis;
  readonly actor: Actor;
  readonly repository: string | null;
  readonly digest: Uint8Array | null;
  readonly tag: string | null;
  readonly data: string;
  readonly attempts: number;
  readonly project_id: number | null;
}

/** `EventStore.claimEvents`, new events first. A claim that ran out counts as a failed attempt. */
export async function claimEvents(
  sql: SqlSession,
  input: { claimant: string; at: Millis; until: Millis; limit: number },
): Promise<RegistryEvent[]> {
  const rows = await sql.all<EventRow>(
    `update events set attempts = attempts + (case when claimant is null then 0 else 1 end), claimant = ?, available_at = ?
     where id in (select id from events where available_at <= ? order by available_at, id limit ? ${locking(sql, 'for update skip locked')})
     returning id, type, at, actor, repository, digest, tag, data, attempts, project_id`,
    [input.claimant, input.until, input.at, input.limit],
  );
  return rows.map(toEvent).sort((left, right) => left.id - right.id);
}

/** `EventStore.finishEvents`. */
export async function finishEvents(sql: SqlSession, input: { claimant: string; ids: readonly number[] }): Promise<void> {
  for (const chunk of chunks(input.ids)) {
    const ids = padded(chunk);
    await sql.run(`delete from events where claimant = ? and id in (${placeholders(ids.length)})`, [input.claimant, ...ids]);
  }
}

/** `EventStore.postponeEvents`. */
export async function postponeEvents(sql: SqlSession, input: { claimant: string; ids: readonly number[]; retryAt: Millis }): Promise<void> {
  for (const chunk of chunks(input.ids)) {
    const ids = padded(chunk);
    await sql.run(
      `update events set claimant = null, available_at = ?, attempts = attempts + 1 where claimant = ? and id in (${placeholders(ids.length)})`,
      [input.retryAt, input.claimant, ...ids],
    );
  }
}

/** `EventStore.recordEvent`. */
export async function recordEvent(
  sql: SqlTransaction,
  input: { type: EventType; at: Millis; by: Agent; data: Record<string, unknown> },
): Promise<void> {
  await recordChange(sql, input);
}

function toEvent(row: EventRow): RegistryEvent {
  return {
    id: row.id,
    type: row.type,
    at: row.at,
    actor: row.actor,
    repository: row.repository ?? undefined,
    digest: fromNullableColumn(row.digest),
    tag: row.tag ?? undefined,
    data: JSON.parse(row.data) as Record<string, unknown>,
    attempts: row.attempts,
    projectId: row.project_id ?? undefined,
  };
}
