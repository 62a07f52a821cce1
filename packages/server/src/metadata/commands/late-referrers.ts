import type { Digest } from '@longshore/oci';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import { toColumn } from '../digest-column.ts';
import type { SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { recordChange } from './changes.ts';
import { lockTarget } from './promotion-records.ts';

/** `PromotionStore.noteLateReferrer`. The event belongs to the target, whose people may promote again. */
export async function noteLateReferrer(
  sql: SqlTransaction,
  input: { id: number; digest: Digest; artifactType: string | undefined; at: Millis; by: Agent },
): Promise<boolean> {
  const { id, digest, artifactType, at, by } = input;
  const repository = await lockTarget(sql, id);
  const promotion = await sql.get<{ tag: string }>(`select to_tag as tag from promotions where id = ? ${locking(sql, 'for key share')}`, [
    id,
  ]);
  if (repository === undefined || promotion === undefined) return false;
  const noted = await sql.run(
    'insert into late_referrers (promotion_id, digest, artifact_type, at) values (?, ?, ?, ?) on conflict do nothing',
    [id, toColumn(digest), artifactType ?? null, at],
  );
  if (noted === 0) return false;
  const data = { promotion: id, tag: promotion.tag, ...(artifactType === undefined ? {} : { artifactType }) };
  await recordChange(sql, { type: 'referrer.late', at, by, repository: repository.name, digest, data });
  return true;
}
