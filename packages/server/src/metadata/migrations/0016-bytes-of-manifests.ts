import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** By then no version that charges for blobs alone runs beside this one. */
const recountAfterMs = 24 * 60 * 60_000;

/**
 * Accounts of projects have the bytes of their manifests too. Bounds need no look: whatever passes one makes its commit look at the account.
 * What an older version does to manifests meanwhile is not booked, so everything is counted once more a day later.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`update usage set bytes = usage.bytes + counted.bytes
    from (select r.project_id, cast(sum(m.size) as bigint) as bytes from manifests m join repositories r on r.id = m.repository_id
          group by r.project_id) as counted
    where counted.project_id = usage.project_id`.execute(db);
  const now = Date.now();
  await sql`insert into jobs (name, input, state, available_at, created_at, requested_by)
    select 'recount-usage', '{}', 'queued', cast(${now + recountAfterMs} as bigint), cast(${now} as bigint), 'system:quota'
    where exists (select 1 from manifests)`.execute(db);
}
