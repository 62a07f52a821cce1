import type { Millis } from '../../registry/ports/content-store.ts';
import { chunks, padded, placeholders } from '../sql-lists.ts';
import type { SqlSession } from '../sql-session.ts';

/** Entries that one transaction looks at: others wait for it on SQLite. */
const window = 500;

/** `PromotionStore.removeTagHistory`. */
export async function removeTagHistory(
  sql: SqlSession,
  { before, after }: { before: Millis; after: number },
): Promise<{ removed: number; next: number | undefined }> {
  const rows = await sql.all<{ id: number; at: Millis; is_last: number }>(
    `select t.id, t.at, case when exists (select 1 from tags g where g.repository_id = t.repository_id and g.name = t.tag)
         and not exists (select 1 from tag_history n where n.repository_id = t.repository_id and n.tag = t.tag and n.id > t.id)
       then 1 else 0 end as is_last
     from tag_history t where t.id > ? order by t.id limit ${window}`,
    [after],
  );
  const old = rows.filter(({ at, is_last: isLast }) => at < before && isLast === 0);
  let removed = 0;
  for (const chunk of chunks(old)) {
    const ids = padded(chunk.map(({ id }) => id));
    removed += await sql.run(`delete from tag_history where id in (${placeholders(ids.length)})`, ids);
  }
  const last = rows.at(-1);
  return { removed, next: last === undefined || rows.length < window || last.at >= before ? undefined : last.id };
}
