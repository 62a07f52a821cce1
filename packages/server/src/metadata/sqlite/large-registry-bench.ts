import { DatabaseSync } from 'node:sqlite';
import { referenceKind } from '../reference-kind.ts';

/** How much a generated registry holds. */
export interface RegistrySize {
  readonly repositories: number;
  /** A multiple of `repositories`; every third one of a repository has no tag. */
  readonly manifests: number;
  /** At least twice `manifests`, two of which each manifest needs; the others nothing does. */
  readonly blobs: number;
  /** Dealt out to all repositories. */
  readonly tags: number;
  /** More tags, all in the first repository. */
  readonly tagsInFirst: number;
}

/** For measurements: the name of a generated repository, the first being 0. */
export function repositoryName(index: number): string {
  return `project${String(index % 100).padStart(3, '0')}/repository${String(index).padStart(5, '0')}`;
}

/**
 * For measurements: fills an empty database, whose schema is there, by rows instead of pushes, which would take an hour for a million
 * tags. What is pushed by `at` (milliseconds) has no files; nothing may hold the database meanwhile.
 */
export function fillRegistry(path: string, size: RegistrySize, at: number): void {
  const { repositories, manifests, blobs, tags, tagsInFirst } = size;
  const db = new DatabaseSync(path);
  db.function('repository_name', { deterministic: true }, (index) => repositoryName(Number(index)));
  const numbers = (count: number) =>
    `(with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1}) select i from n)`;
  // Those of a repository are its `repositories`-th ones, so that manifest i and blob i are in the same one.
  const tagged = (i: string, place: string) => {
    const turn = `(${place} % ${manifests / repositories})`;
    return `${i} + ${repositories} * (${turn} - (${turn} % 3 = 2)) + 1`;
  };
  const insertTags = (prefix: string, count: number, repository: string, manifest: string) => `
    insert into tags select ${repository} + 1, printf('${prefix}%07d', i), ${manifest}, ${at}, 'system:bench' from ${numbers(count)};
    insert into tag_history (repository_id, tag, from_digest, to_digest, actor, at)
      select t.repository_id, t.name, null, m.digest, 'system:bench', ${at} from tags t join manifests m on m.id = t.manifest_id
      where t.name like '${prefix}%';`;
  db.exec(`
    pragma foreign_keys = off; pragma synchronous = off; pragma cache_size = -200000;
    begin;
    insert into projects (id, name, store_id, created_at, created_by)
      select i + 1, printf('project%03d', i), 1, ${at}, 'system:bench' from ${numbers(100)};
    insert into repositories (id, project_id, name, created_at) select i + 1, i % 100 + 1, repository_name(i), ${at} from ${numbers(repositories)};
    insert into blobs (id, digest, size) select i + 1, randomblob(32), 1000 + i % 1000 from ${numbers(blobs)};
    insert into blob_placements (blob_id, store_id, location, state, created_at, renewed_at)
      select id, 1, 'blobs/sha256/' || lower(substr(hex(digest), 1, 2)) || '/' || lower(hex(digest)) || '.0000000000000000', 'live', ${at}, ${at} from blobs;
    insert into repository_blobs (repository_id, blob_id, linked_at, renewed_at)
      select (id - 1) % ${repositories} + 1, id, ${at}, ${at} from blobs;
    insert into project_blobs (project_id, blob_id, links)
      select r.project_id, rb.blob_id, 1 from repository_blobs rb join repositories r on r.id = rb.repository_id;
    insert into manifests (id, repository_id, digest, media_type, size, pushed_at, pushed_by, renewed_at, bytes)
      select i + 1, i % ${repositories} + 1, randomblob(32), 'application/vnd.oci.image.manifest.v1+json', 500, ${at}, 'system:bench', ${at}, randomblob(500)
      from ${numbers(manifests)};
    insert into manifest_references (repository_id, kind, target, manifest_id)
      select m.repository_id, ${referenceKind.blob}, b.digest, m.id from manifests m join blobs b on b.id in (m.id, m.id + ${manifests});
    ${insertTags('t', tags, `i % ${repositories}`, tagged(`i % ${repositories}`, `i / ${repositories}`))}
    ${tagsInFirst === 0 ? '' : insertTags('first', tagsInFirst, '0', tagged('0', 'i'))}
    commit;
    pragma wal_checkpoint(truncate)`);
  db.close();
}
