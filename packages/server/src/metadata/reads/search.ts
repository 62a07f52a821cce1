import type { RepositoryName } from '@longshore/oci';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { FoundRepository, KeyedPage, SearchPlace } from '../../registry/ports/browse-store.ts';
import type { Listed } from '../../registry/ports/content-store.ts';
import type { SqlSession } from '../sql-session.ts';
import { visibleRepositories } from '../visibility-condition.ts';

/** `BrowseStore.searchRepositories`. A repository shows once, with the first of its words that match. */
export async function searchRepositories(
  sql: SqlSession,
  { term, visibility }: { term: string; visibility: Visibility },
  { limit, after }: KeyedPage<SearchPlace>,
): Promise<Listed<FoundRepository>> {
  const visible = visibleRepositories(visibility);
  if (visible === undefined) return { items: [], more: false };
  const beyond = `${term}\u007f`;
  const rows = await sql.all<{ word: string; position: number; repository_id: number; name: RepositoryName }>(
    `select w.word, w.position, w.repository_id, r.name
     from repository_words w join repositories r on r.id = w.repository_id join projects p on p.id = r.project_id
     where w.word >= ? and w.word < ? and (w.word, w.position, w.repository_id) > (?, ?, ?)
       and not exists (select 1 from repository_words e where e.repository_id = w.repository_id and e.word >= ? and e.word < ?
         and (e.word, e.position) < (w.word, w.position))
       and ${visible.text}
     order by w.word, w.position, w.repository_id limit ?`,
    [term, beyond, ...(after ?? ['', 0, 0]), term, beyond, ...visible.params, limit + 1],
  );
  const found = rows.map(({ word, position, repository_id, name }): FoundRepository => ({ name, place: [word, position, repository_id] }));
  return { items: found.slice(0, limit), more: found.length > limit };
}
