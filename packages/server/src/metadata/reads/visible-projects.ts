import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { Condition } from '../garbage-conditions.ts';
import { placeholders } from '../sql-lists.ts';
import type { SqlValue } from '../sql-session.ts';

type Held = Extract<Visibility, { kind: 'held' }>;

/** A select of the projects of which the holder may see anything, each once, as `id`. A role on the whole registry brings none: whoever has one sees everything. */
export function selectVisibleProjects({ holder, action, open, projects = [] }: Held): Condition {
  const texts = open.map(() => 'select p.id from projects p where p.visibility = ?');
  const params: SqlValue[] = [...open];
  if (projects.length > 0) {
    texts.push(`select p.id from projects p where p.id in (${placeholders(projects.length)})`);
    params.push(...projects.map(({ id }) => id));
  }
  const granting = 'join roles ro on ro.id = b.role_id join projects p on p.id = b.project_id';
  if (holder !== undefined) {
    texts.push(`select p.id from role_bindings b ${granting} where b.subject_kind = ? and b.subject_id = ? and (ro.actions & ?) <> 0`);
    params.push(holder.kind, holder.id, action);
  }
  if (holder?.kind === 'user') {
    texts.push(`select p.id from group_members gm cross join role_bindings b ${granting}
      where b.subject_kind = 'group' and b.subject_id = gm.group_id and gm.user_id = ? and (ro.actions & ?) <> 0`);
    params.push(holder.id, action);
  }
  return texts.length === 0 ? { text: 'select p.id from projects p where 1 = 0', params } : { text: texts.join(' union '), params };
}
