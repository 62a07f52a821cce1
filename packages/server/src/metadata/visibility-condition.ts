import type { Visibility } from '../registry/ports/authorizer.ts';
import type { Condition } from './garbage-conditions.ts';
import { placeholders } from './sql-lists.ts';
import type { SqlValue } from './sql-session.ts';

/** Sorts before every name of a repository or a project, and after the names of those that are being deleted. */
export const beforeNames = '/';

/** Which repositories (as `r`, of projects `p`) a list may show; undefined when it may show none. */
export function visibleRepositories(visibility: Visibility): Condition | undefined {
  if (visibility.kind === 'nothing') return undefined;
  const living: Condition = { text: 'r.name > ?', params: [beforeNames] };
  if (visibility.kind === 'everything') return living;
  const seen = seenBy(visibility, {
    visibility: 'p.visibility',
    projectId: 'r.project_id',
    covering: 'b.range_low <= r.name and b.range_high > r.name',
  });
  return seen && { text: `${living.text} and ${seen.text}`, params: [...living.params, ...seen.params] };
}

/** Which projects (as `n`) somebody may see something of. */
export function visibleProject(visibility: Visibility): Condition {
  if (visibility.kind === 'everything') return { text: '1 = 1', params: [] };
  const seen = visibility.kind === 'held' && seenBy(visibility, { visibility: 'n.visibility', projectId: 'n.id', covering: '1 = 1' });
  return seen || { text: '1 = 0', params: [] };
}

/** What is open, or covered by a role of the holder or of his groups; undefined: neither can be. */
function seenBy(
  { holder, action, open }: Extract<Visibility, { kind: 'held' }>,
  { visibility, projectId, covering }: { readonly visibility: string; readonly projectId: string; readonly covering: string },
): Condition | undefined {
  const texts: string[] = [];
  const params: SqlValue[] = [];
  if (open.length > 0) {
    texts.push(`${visibility} in (${placeholders(open.length)})`);
    params.push(...open);
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
