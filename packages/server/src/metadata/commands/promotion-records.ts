import { padded, placeholders } from '../sql-lists.ts';
import type { SqlSession } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { lockedRepositoryById, type RepositoryRow } from './repositories.ts';

/**
 * The repository that a promotion is of, locked, for whoever then locks the promotion: in the order in which the removal of a repository
 * locks both. Undefined when either is gone.
 */
export async function lockTarget(sql: SqlSession, promotion: number): Promise<RepositoryRow | undefined> {
  const row = await sql.get<{ id: number }>('select to_repository_id as id from promotions where id = ?', [promotion]);
  return row && lockedRepositoryById(sql, row.id);
}

/** `PromotionStore.removePromotions`. One that is being undone stays. */
export async function removePromotions(sql: SqlSession, { ids }: { ids: readonly number[] }): Promise<number> {
  if (ids.length === 0) return 0;
  const list = padded(ids);
  return sql.run(
    `delete from promotions where id in
       (select id from promotions where id in (${placeholders(list.length)}) order by id ${locking(sql, 'for update skip locked')})`,
    list,
  );
}
