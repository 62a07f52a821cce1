/** Counts that must agree with what is counted whenever nobody writes, by what is wrong with them. */
export const usageQueries: Readonly<Record<string, string>> = {
  'links of a blob that are counted and not there': countedExcept('project_blobs', 'recounted'),
  'links of a blob that are there and not counted': countedExcept('recounted', 'project_blobs'),
  'usage of a project that is not the sum of its blobs and manifests': `select project_id || ': ' || bytes as what from usage
    where bytes <> (select coalesce(sum(size), 0) from project_blobs pb join blobs on blobs.id = blob_id where pb.project_id = usage.project_id)
      + (select coalesce(sum(m.size), 0) from manifests m join repositories r on r.id = m.repository_id where r.project_id = usage.project_id)`,
  'tags of a project that are not counted right': `select project_id || ': ' || tags as what from usage where tags <>
    (select count(*) from tags t join repositories r on r.id = t.repository_id where r.project_id = usage.project_id)`,
};

/** Rows that must not be there after a sweep without grace, by what is wrong with them; in the SQL that SQLite and PostgreSQL share. */
export const leakQueries: Readonly<Record<string, string>> = {
  'a placement that is not live': "select location as what from blob_placements where state <> 'live'",
  'an upload': 'select id as what from uploads',
  'a blob without placement': 'select id as what from blobs where id not in (select blob_id from blob_placements)',
  'a placement that no repository links': `select location as what from blob_placements where not exists (select 1 from repository_blobs rb
      join repositories r on r.id = rb.repository_id join projects p on p.id = r.project_id
      where rb.blob_id = blob_placements.blob_id and p.store_id = blob_placements.store_id)`,
  'a link that no manifest needs': `select repository_id || '/' || blob_id as what from repository_blobs join blobs on blobs.id = blob_id
    where not exists (select 1 from manifest_references r where r.repository_id = repository_blobs.repository_id and r.target = digest)`,
  ...usageQueries,
};

function countedExcept(one: string, other: string): string {
  return `with recounted as (
      select r.project_id, rb.blob_id, count(*) as links from repository_blobs rb join repositories r on r.id = rb.repository_id
      group by r.project_id, rb.blob_id)
    select project_id || '/' || blob_id || ' ' || links as what from (
      select project_id, blob_id, links from ${one} except select project_id, blob_id, links from ${other}) as different`;
}
