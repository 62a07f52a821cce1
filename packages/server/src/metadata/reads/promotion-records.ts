import type { Millis } from '../../registry/ports/content-store.ts';
import { mostPromoted } from '../../registry/ports/promotion-store.ts';
import type { SqlSession } from '../sql-session.ts';

/** Promotions that one call looks at. */
const window = 200;

/** `PromotionStore.listOldPromotions`. With a promotion its list of manifests goes, so that is what bounds a page. */
export async function listOldPromotions(
  sql: SqlSession,
  { before, at, after }: { before: Millis; at: Millis; after: number },
): Promise<{ ids: number[]; next: number | undefined }> {
  const rows = await sql.all<{ id: number; at: Millis; manifests: number; is_over: number }>(
    `select t.id, t.at, t.manifests, case when t.at < ? and t.undo_until < ? and (
         exists (select 1 from promotions q where q.to_repository_id = t.to_repository_id and q.to_tag = t.to_tag and q.id > t.id)
         or not exists (select 1 from tags g join manifests m on m.id = g.manifest_id
           where g.repository_id = t.to_repository_id and g.name = t.to_tag and m.digest = t.digest)) then 1 else 0 end as is_over
     from promotions t where t.id > ? order by t.id limit ${window}`,
    [before, at, after],
  );
  const ids: number[] = [];
  let [manifests, last] = [0, after];
  for (const row of rows) {
    if (row.is_over === 1) {
      if (ids.length > 0 && manifests + row.manifests > mostPromoted.manifests) return { ids, next: last };
      ids.push(row.id);
      manifests += row.manifests;
    }
    last = row.id;
  }
  const isEnd = rows.length < window || (rows.at(-1)?.at ?? before) >= before;
  return { ids, next: isEnd ? undefined : last };
}
