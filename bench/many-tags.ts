import { executePostgres } from '../test/tools/postgres-query.ts';
import { type ContentSize, repositoryName, taggedRepository, tagName } from './content-size.ts';

/** What is loaded through the API first; all other tags and repositories are copies of it. */
export const oneTag: ContentSize = { repositories: 0, tagsEach: 0, tagsInOne: 1, tagsPerRequest: 1 };

/**
 * Makes a registry on PostgreSQL of `oneTag` one of this size, row by row as pushes would have left it: pushes would take an hour. Every
 * tag of a repository is of the same manifest.
 */
export async function copyTags(databaseUrl: string, { repositories, tagsEach, tagsInOne }: ContentSize): Promise<void> {
  const pattern = (name: string) => `'${name.replace(/0+$/, '')}' || lpad(i::text, ${/0+$/.exec(name)?.[0].length}, '0')`;
  const numbers = (from: number, count: number) => `generate_series(${from}, ${count - 1}) i`;
  const copied = `(select * from repositories where name = '${taggedRepository}')`;
  const others = `(select r.* from repositories r, ${copied} c where r.project_id = c.project_id and r.name like '${repositoryName(0).replace(/0+$/, '')}%')`;
  const statements = [
    `insert into repositories (project_id, name, created_at)
      select c.project_id, ${pattern(repositoryName(0))}, c.created_at from ${copied} c, ${numbers(0, repositories)}`,
    `insert into repository_blobs (repository_id, blob_id, linked_at, renewed_at)
      select o.id, l.blob_id, l.linked_at, l.renewed_at from ${others} o, repository_blobs l, ${copied} c where l.repository_id = c.id`,
    `update project_blobs p set links = p.links + ${repositories}
      from repository_blobs l, ${copied} c where l.repository_id = c.id and p.blob_id = l.blob_id and p.project_id = c.project_id`,
    `insert into manifests (repository_id, digest, media_type, size, pushed_at, pushed_by, renewed_at, annotations, bytes)
      select o.id, m.digest, m.media_type, m.size, m.pushed_at, m.pushed_by, m.renewed_at, m.annotations, m.bytes
      from ${others} o, manifests m, ${copied} c where m.repository_id = c.id`,
    `insert into manifest_references (repository_id, kind, target, manifest_id)
      select o.id, f.kind, f.target, n.id from ${others} o, manifest_references f, manifests m, manifests n, ${copied} c
      where f.repository_id = c.id and m.id = f.manifest_id and n.repository_id = o.id and n.digest = m.digest`,
    `insert into tags (repository_id, name, manifest_id, updated_at, updated_by)
      select o.id, ${pattern(tagName(0))}, m.id, m.pushed_at, m.pushed_by
      from ${others} o, manifests m, ${numbers(0, tagsEach)} where m.repository_id = o.id
      union all select c.id, ${pattern(tagName(0))}, m.id, m.pushed_at, m.pushed_by
      from ${copied} c, manifests m, ${numbers(1, tagsInOne)} where m.repository_id = c.id`,
    `insert into tag_history (repository_id, tag, to_digest, actor, at)
      select t.repository_id, t.name, m.digest, t.updated_by, t.updated_at from tags t, manifests m, (select * from ${others} o union all select * from ${copied} c) r
      where m.id = t.manifest_id and t.repository_id = r.id and not exists (select 1 from tag_history h where h.repository_id = t.repository_id and h.tag = t.name)`,
  ];
  for (const statement of statements) await executePostgres(databaseUrl, statement);
  // As autovacuum would within a minute, and then in the middle of a measurement.
  await executePostgres(databaseUrl, 'vacuum analyze');
}
