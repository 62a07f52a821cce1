import type { Agent } from '../../registry/ports/agent.ts';
import type { Authority, Scope } from '../../registry/ports/role-store.ts';
import type { SqlSession } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { requireSame } from './decided-project.ts';

/** The bit of `administer` in a role's actions, as the schema has it. */
const administer = 256;

/** That a binding `b` to a role `ro` lets somebody administer all of its project. */
const isOwner = `b.pattern = '**' and (ro.actions & ${administer}) <> 0
  and (b.subject_kind = 'user' or (b.subject_kind = 'group' and exists (select 1 from group_members gm where gm.group_id = b.subject_id)))`;

/** Whether a role has an action that the author of a change does not hold himself. */
export function isBeyond(actions: number, authority: Pick<Authority, 'actions'>): boolean {
  return (actions & ~authority.actions) !== 0;
}

/**
 * Locks a project against other changes of its roles and members; answers its id, 0 for the whole registry, undefined when it is not there.
 */
export async function lockScope(
  sql: SqlSession,
  { scope, by }: { readonly scope: Scope; readonly by: Agent },
): Promise<number | undefined> {
  if (scope === undefined) return 0;
  const row = await sql.get<{ id: number }>(
    `select id from projects where name = ? and deleted_at is null ${locking(sql, 'for no key update')}`,
    [scope],
  );
  if (row !== undefined) requireSame(by, row.id);
  return row?.id;
}

/** Whether nobody administers a project (any more) by a role in it. The registry has its administrators. */
export async function leavesOrphan(sql: SqlSession, projectId: number, { mayOrphan }: Authority): Promise<boolean> {
  if (projectId === 0 || mayOrphan) return false;
  const owner = await sql.get(
    `select 1 from role_bindings b join roles ro on ro.id = b.role_id where coalesce(b.project_id, 0) = ? and ${isOwner} limit 1`,
    [projectId],
  );
  return owner === undefined;
}

/** A project that only this group administers; locks its projects, so that none of them loses another owner before the transaction ends. */
export async function ownedByGroupAlone(sql: SqlSession, group: string): Promise<string | undefined> {
  await sql.all(
    `select p.id from projects p where p.id in (select g.project_id from role_bindings g
       where g.subject_kind = 'group' and g.subject_id = (select id from groups where name = ?)) order by p.id ${locking(sql, 'for no key update')}`,
    [group],
  );
  const row = await sql.get<{ name: string }>(
    `select p.name from role_bindings g join roles gr on gr.id = g.role_id join projects p on p.id = g.project_id
     where g.subject_kind = 'group' and g.subject_id = (select id from groups where name = ?) and g.pattern = '**'
       and (gr.actions & ${administer}) <> 0 and not exists (select 1 from role_bindings b join roles ro on ro.id = b.role_id
         where b.project_id = g.project_id and (b.subject_kind <> 'group' or b.subject_id <> g.subject_id) and ${isOwner})
     order by p.name limit 1`,
    [group],
  );
  return row?.name;
}
