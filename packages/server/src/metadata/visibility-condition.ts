import type { Visibility } from '../registry/ports/authorizer.ts';
import type { Condition } from './garbage-conditions.ts';
import { placeholders } from './sql-lists.ts';
import type { SqlValue } from './sql-session.ts';

/** What shows anything. */
export type Visible = Exclude<Visibility, { kind: 'nothing' }>;

/** Sorts before every name of a repository or a project, and after the names of those that are being deleted. */
export const beforeNames = '/';

/** Which repositories (as `r`, of projects `p`) a list may show; undefined when it may show none. */
export function visibleRepositories(visibility: Visibility): Condition | undefined {
  if (visibility.kind === 'nothing') return undefined;
  const living = both({ text: 'r.name > ?', params: [beforeNames] }, openFrom(visibility, 'r.project_id'));
  if (visibility.kind === 'everything') return living;
  const seen = seenBy(visibility, {
    visibility: 'p.visibility',
    projectId: 'r.project_id',
    covering: 'b.range_low <= r.name and b.range_high > r.name',
  });
  return seen && both(living, seen);
}

/** Which projects (as `n`) somebody may see something of. */
export function visibleProject(visibility: Visibility): Condition {
  if (visibility.kind === 'nothing') return { text: '1 = 0', params: [] };
  const open = openFrom(visibility, 'n.id');
  if (visibility.kind === 'everything') return open ?? { text: '1 = 1', params: [] };
  const seen = seenBy(visibility, { visibility: 'n.visibility', projectId: 'n.id', covering: '1 = 1' });
  return seen === undefined ? { text: '1 = 0', params: [] } : both(seen, open);
}

/** That a project, by the SQL of its id, is open to where the one who asks is; undefined when every project is. */
export function openFrom({ from }: Visible, projectId: string): Condition | undefined {
  if (from === undefined) return undefined;
  const closed = `select 1 from closed_addresses c where c.project_id = ${projectId}`;
  if (from === 'unknown') return { text: `not exists (${closed})`, params: [] };
  return { text: `not exists (${closed} and c.low <= ? and c.high >= ?)`, params: [from, from] };
}

/** Both conditions; the second is left out when it is undefined. */
export function both(one: Condition, other: Condition | undefined): Condition {
  return other === undefined ? one : { text: `${one.text} and ${other.text}`, params: [...one.params, ...other.params] };
}

/** What is open, of the projects that are shown besides, or covered by a role of the holder or of his groups; undefined: nothing can be. */
function seenBy(
  { holder, action, open, projects = [] }: Extract<Visibility, { kind: 'held' }>,
  { visibility, projectId, covering }: { readonly visibility: string; readonly projectId: string; readonly covering: string },
): Condition | undefined {
  const texts: string[] = [];
  const params: SqlValue[] = [];
  if (open.length > 0) {
    texts.push(`${visibility} in (${placeholders(open.length)})`);
    params.push(...open);
  }
  if (projects.length > 0) {
    texts.push(`${projectId} in (${placeholders(projects.length)})`);
    params.push(...projects.map(({ id }) => id));
  }
  const granting = `coalesce(b.project_id, 0) in (0, ${projectId}) and ${covering} and (ro.actions & ?) <> 0`;
  if (holder !== undefined) {
    texts.push(`exists (select 1 from role_bindings b join roles ro on ro.id = b.role_id
      where b.subject_kind = ? and b.subject_id = ? and ${granting})`);
    params.push(holder.kind, holder.id, action);
  }
  // A cross join, whose order SQLite keeps: it would otherwise go through the roles of all groups.
  if (holder?.kind === 'user') {
    texts.push(`exists (select 1 from group_members gm cross join role_bindings b
      join roles ro on ro.id = b.role_id where b.subject_kind = 'group' and b.subject_id = gm.group_id and gm.user_id = ? and ${granting})`);
    params.push(holder.id, action);
  }
  return texts.length === 0 ? undefined : { text: `(${texts.join(' or ')})`, params };
}
