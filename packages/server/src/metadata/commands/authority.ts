import type { Authority, Scope } from '../../registry/ports/role-store.ts';
import type { SqlSession } from '../sql-session.ts';
import { locking } from '../sql-session.ts';

/** The bit of `administer` in a role's actions, as the schema has it. */
const administer = 256;

/** Whether a role has an action that the author of a change does not hold himself. */
export function isBeyond(actions: number, authority: Pick<Authority, 'actions'>): boolean {
  return (actions & ~authority.actions) !== 0;
}

/**
 * Locks a project against other changes of its roles and members; answers its id, 0 for the whole registry, undefined when it is not there.
 */
export async function lockScope(sql: SqlSession, scope: Scope): Promise<number | undefined> {
  if (scope === undefined) return 0;
  const row = await sql.get<{ id: number }>(
    `select id from projects where name = ? and deleted_at is null ${locking(sql, 'for no key update')}`,
    [scope],
  );
  return row?.id;
}

/** Whether nobody administers a project (any more) by a role in it. The registry has its administrators. */
export async function leavesOrphan(sql: SqlSession, projectId: number, { mayOrphan }: Authority): Promise<boolean> {
  if (projectId === 0 || mayOrphan) return false;
  const owner = await sql.get(
    `select 1 from role_bindings b join roles ro on ro.id = b.role_id
     where coalesce(b.project_id, 0) = ? and b.pattern = '**' and (ro.actions & ${administer}) <> 0
       and (b.subject_kind = 'user' or (b.subject_kind = 'group' and exists (select 1 from group_members gm where gm.group_id = b.subject_id)))
     limit 1`,
    [projectId],
  );
  return owner === undefined;
}
