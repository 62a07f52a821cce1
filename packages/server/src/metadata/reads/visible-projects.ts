import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { SqlSession } from '../sql-session.ts';

/** The ids of the projects of which the holder may see anything, each once. */
export async function visibleProjects(sql: SqlSession, { holder, action, open }: Extract<Visibility, { kind: 'held' }>): Promise<number[]> {
  const texts = open.map(() => 'select p.id from projects p where p.visibility = ?');
  const params: (string | number)[] = [...open];
  const granting = 'join roles ro on ro.id = b.role_id join projects p on p.id = b.project_id';
  if (holder !== undefined) {
    texts.push(`select p.id from role_bindings b ${granting} where b.subject_kind = ? and b.subject_id = ? and (ro.actions & ?) <> 0`);
    params.push(holder.kind, holder.id, action);
  }
  if (holder?.kind === 'user') {
    texts.push(`select p.id from group_members gm join role_bindings b on b.subject_kind = 'group' and b.subject_id = gm.group_id ${granting}
      where gm.user_id = ? and (ro.actions & ?) <> 0`);
    params.push(holder.id, action);
  }
  if (texts.length === 0) return [];
  const rows = await sql.all<{ id: number }>(texts.join(' union '), params);
  return rows.map(({ id }) => id);
}
