import type { Millis } from '../../registry/ports/content-store.ts';
import type { Recount } from '../../registry/ports/quota-store.ts';
import type { SqlTransaction } from '../sql-session.ts';
import { lockUsage, writeUsage } from './usage.ts';

/**
 * `QuotaStore.recountUsage`. Whoever changes what is counted books it in the same transaction, so nothing that is seen behind the lock
 * of the account is yet to be booked.
 */
export async function recountUsage(sql: SqlTransaction, input: { after: number; at: Millis }): Promise<Recount | undefined> {
  const next = await sql.get<{ project_id: number }>(
    `select u.project_id from usage u join projects p on p.id = u.project_id where u.project_id > ? and p.deleted_at is null
     order by u.project_id limit 1`,
    [input.after],
  );
  if (next === undefined) return undefined;
  const { project_id: projectId } = next;
  const row = await lockUsage(sql, projectId);
  const counted = await sql.get<{ bytes: number; tags: number }>(
    `select cast((select coalesce(sum(b.size), 0) from project_blobs pb join blobs b on b.id = pb.blob_id where pb.project_id = ?)
         + (select coalesce(sum(m.size), 0) from repositories r join manifests m on m.repository_id = r.id where r.project_id = ?) as bigint) as bytes,
       (select count(*) from repositories r join tags t on t.repository_id = r.id where r.project_id = ?) as tags`,
    [projectId, projectId, projectId],
  );
  const { bytes = row.bytes, tags = row.tags } = counted ?? {};
  const isCorrected = bytes !== row.bytes || tags !== row.tags;
  if (isCorrected) {
    await writeUsage(sql, projectId, { row, bytes, tags, limitBytes: row.limit_bytes, limitTags: row.limit_tags, at: input.at });
  }
  return { projectId, project: row.project, isCorrected };
}
