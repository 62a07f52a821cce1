import type { Visibility } from '../registry/ports/authorizer.ts';
import type { Condition } from './garbage-conditions.ts';
import { placeholders } from './sql-lists.ts';

/** Which repositories (as `r`) a list may show; undefined when it may show none. */
export function visibleRepositories(visibility: Visibility): Condition | undefined {
  if (visibility.kind === 'everything') return { text: '1 = 1', params: [] };
  if (visibility.kind === 'nothing' || visibility.roles.length === 0) return undefined;
  return {
    text: `exists (select 1 from grants g where g.project_id = r.project_id and g.user_id = ? and g.role in (${placeholders(visibility.roles.length)}))`,
    params: [visibility.userId, ...visibility.roles],
  };
}
