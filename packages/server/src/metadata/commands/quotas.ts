import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { QuotaExceeded, QuotaExcess } from '../../registry/ports/quota-excess.ts';
import type { QuotaLimits, Reservation } from '../../registry/ports/quota-store.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { recordChange } from './changes.ts';
import { lockUsage, writeUsage } from './usage.ts';

/** How long a project that was told of a refusal is not told again. */
const againAfterMs = 60 * 60_000;

/** `QuotaStore.setQuotaDefaults`. */
export async function setQuotaDefaults(sql: SqlSession, { bytes, tags, pullBytesPerDay }: QuotaLimits): Promise<void> {
  await sql.run(
    `insert into quota_defaults (id, limit_bytes, limit_tags, limit_pull_bytes) values (1, ?, ?, ?)
     on conflict (id) do update set limit_bytes = excluded.limit_bytes, limit_tags = excluded.limit_tags,
       limit_pull_bytes = excluded.limit_pull_bytes`,
    [bytes, tags, pullBytesPerDay],
  );
}

/** `QuotaStore.setQuota`. Waits for commits that are booking, and those that come later see the new limits. */
export async function setQuota(
  sql: SqlTransaction,
  input: { project: string; limits: Partial<QuotaLimits>; version: number | 'any'; by: Agent; at: Millis },
): Promise<'set' | 'stale' | undefined> {
  const { project, limits, version, by, at } = input;
  const found = await sql.get<{ id: number }>(`select id from projects where name = ? ${locking(sql, 'for key share')}`, [project]);
  if (found === undefined) return undefined;
  const row = await lockUsage(sql, found.id);
  if (version !== 'any' && row.version !== version) return 'stale';
  const { bytes = row.limit_bytes, tags = row.limit_tags, pullBytesPerDay = row.limit_pull_bytes } = limits;
  await sql.run('update usage set limit_pull_bytes = ?, version = version + 1 where project_id = ?', [pullBytesPerDay, found.id]);
  await writeUsage(sql, found.id, { row, bytes: row.bytes, tags: row.tags, limitBytes: bytes, limitTags: tags, at });
  await recordChange(sql, { type: 'quota.changed', at, by, data: { project, limits: { bytes, tags, pullBytesPerDay } } });
  return 'set';
}

/** When a project was last told, by kind: who has no room for bytes is told of tags all the same. */
const toldAt = { bytes: 'exceeded_at', tags: 'tags_exceeded_at' } as const;

/** `QuotaStore.noteQuotaExceeded`. */
export async function noteQuotaExceeded(sql: SqlTransaction, input: { excess: QuotaExcess; by: Agent; at: Millis }): Promise<void> {
  const { excess, by, at } = input;
  const column = toldAt[excess.kind];
  const noted = await sql.run(
    `update usage set ${column} = ? where project_id = (select id from projects where name = ?)
       and (${column} is null or ${column} <= ?)`,
    [at, excess.project, at - againAfterMs],
  );
  if (noted > 0) await recordChange(sql, { type: 'quota.exceeded', at, by, data: { ...excess } });
}

/**
 * `QuotaStore.reserveUpload`. Locks the account only: what others have reserved cannot change meanwhile, and a commit moves an upload
 * from the one to the other in one transaction.
 */
export async function reserveUpload(
  sql: SqlSession,
  input: { id: string; epoch: number; least: number; most: number },
): Promise<Reservation> {
  const { id, epoch, least, most } = input;
  const upload = await sql.get<{ project_id: number }>(
    'select r.project_id from uploads u join repositories r on r.id = u.repository_id where u.id = ? and u.epoch = ?',
    [id, epoch],
  );
  if (upload === undefined) return { outcome: 'lost' };
  const { project, bytes: used, limit_bytes: limit } = await lockUsage(sql, upload.project_id);
  if (limit === null) return { outcome: 'reserved', bytes: most };
  const reserved = await reservedByOthers(sql, upload.project_id, id);
  const room = limit - used - reserved;
  if (least > 0 && least > room) {
    return { outcome: 'quota-exceeded', excess: { project, kind: 'bytes', used, reserved, limit, needed: least } } satisfies QuotaExceeded;
  }
  const bytes = Math.max(Math.min(most, room), least);
  const kept = await sql.run('update uploads set reserved_bytes = ? where id = ? and epoch = ?', [bytes, id, epoch]);
  return kept > 0 ? { outcome: 'reserved', bytes } : { outcome: 'lost' };
}

/** Of unfinished uploads what has come and what was announced, whichever is more. */
async function reservedByOthers(sql: SqlSession, projectId: number, id: string): Promise<number> {
  const row = await sql.get<{ bytes: number }>(
    `select cast(coalesce(sum(case when reserved_bytes > byte_offset then reserved_bytes else byte_offset end), 0) as bigint) as bytes
     from uploads where project_id = ? and id <> ?`,
    [projectId, id],
  );
  return row?.bytes ?? 0;
}
