import { createHash } from 'node:crypto';
import { referenceKind } from './reference-kind.ts';
import type { SqlDialect } from './sql-session.ts';

/** How much a generated registry holds. */
export interface RegistrySize {
  readonly projects: number;
  readonly repositories: number;
  /** A multiple of `repositories`; every third one of a repository has no tag. All have the same vendor and one of a hundred teams as labels. */
  readonly manifests: number;
  /** At least twice `manifests`, two of which each manifest needs; the others nothing does. */
  readonly blobs: number;
  /** Dealt out to all repositories. */
  readonly tags: number;
  /** More tags, all in the first repository. */
  readonly tagsInFirst: number;
}

const generation = '0'.repeat(16);

/** What the two databases call differently. */
interface Words {
  /** 32 bytes that look like a digest, another for each number. */
  readonly digest: (number: string) => string;
  readonly hex: (bytes: string) => string;
  /** A number with zeros before it. */
  readonly padded: (number: string, width: number) => string;
}

const words: Readonly<Record<SqlDialect, Words>> = {
  sqlite: {
    digest: (number) => `digest_of_number(${number})`,
    hex: (bytes) => `lower(hex(${bytes}))`,
    padded: (number, width) => `printf('%0${width}d', ${number})`,
  },
  postgres: {
    digest: (number) => `sha256(cast(cast(${number} as text) as bytea))`,
    hex: (bytes) => `encode(${bytes}, 'hex')`,
    padded: (number, width) => `lpad(cast(${number} as text), ${width}, '0')`,
  },
};

/** For SQLite, which has no hash: the function `digest_of_number`. */
export function digestOfNumber(number: number): Buffer {
  return createHash('sha256').update(String(number)).digest();
}

/** Where a generated blob is, the first being 0, and its size in bytes. */
export function blobOf(index: number): { location: string; sizeBytes: number } {
  const hex = digestOfNumber(index).toString('hex');
  return { location: `blobs/sha256/${hex.slice(0, 2)}/${hex}.${generation}`, sizeBytes: 1000 + (index % 1000) };
}

/**
 * For measurements: the statements that fill an empty database, whose schema is there, by rows instead of pushes, which would take hours
 * for a million. All was pushed by `at` (milliseconds), and its blobs are at the locations that the rows say once somebody puts files
 * there.
 */
export function registryRows(dialect: SqlDialect, size: RegistrySize, at: number): string[] {
  const { projects, repositories, manifests, blobs, tags, tagsInFirst } = size;
  const projectDigits = String(projects - 1).length;
  const { digest, hex, padded } = words[dialect];
  const numbers = (count: number) =>
    `(with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1}) select i from n) as numbers`;
  // Those of a repository are its `repositories`-th ones, so that manifest i and blob i are in the same one.
  const tagged = (i: string, place: string) => {
    const turn = `(${place} % ${manifests / repositories})`;
    return `${i} + ${repositories} * (${turn} - case when ${turn} % 3 = 2 then 1 else 0 end) + 1`;
  };
  const insertTags = (prefix: string, count: number, repository: string, manifest: string) => `
    insert into tags (repository_id, name, manifest_id, updated_at, updated_by)
      select ${repository} + 1, '${prefix}' || ${padded('i', 7)}, ${manifest}, ${at}, 'system:bench' from ${numbers(count)};
    insert into tag_history (repository_id, tag, from_digest, to_digest, actor, at)
      select t.repository_id, t.name, null, m.digest, 'system:bench', ${at} from tags t join manifests m on m.id = t.manifest_id
      where t.name like '${prefix}%';`;
  const insertWords = (word: string, position: number) => `
    insert into image_words (word, position, manifest_id, project_id)
      select '${word}', ${position}, m.id, r.project_id from manifests m join repositories r on r.id = m.repository_id;`;
  const needed = (offset: number) => `
    insert into manifest_references (repository_id, kind, target, manifest_id)
      select m.repository_id, ${referenceKind.blob}, b.digest, m.id from manifests m join blobs b on b.id = m.id + ${offset};`;
  const text = `
    insert into projects (name, store_id, created_at, created_by)
      select 'project' || ${padded('i', projectDigits)}, 1, ${at}, 'system:bench' from ${numbers(projects)};
    insert into repositories (project_id, name, created_at)
      select i % ${projects} + 1, 'project' || ${padded(`i % ${projects}`, projectDigits)} || '/repository' || ${padded('i', 5)}, ${at} from ${numbers(repositories)};
    insert into blobs (digest, size) select ${digest('i')}, 1000 + i % 1000 from ${numbers(blobs)};
    insert into blob_placements (blob_id, store_id, location, state, created_at, renewed_at)
      select id, 1, 'blobs/sha256/' || substr(${hex('digest')}, 1, 2) || '/' || ${hex('digest')} || '.${generation}', 'live', ${at}, ${at}
      from blobs;
    insert into repository_blobs (repository_id, blob_id, linked_at, renewed_at)
      select (id - 1) % ${repositories} + 1, id, ${at}, ${at} from blobs;
    insert into project_blobs (project_id, blob_id, links)
      select r.project_id, rb.blob_id, 1 from repository_blobs rb join repositories r on r.id = rb.repository_id;
    insert into usage (project_id, bytes)
      select pb.project_id, sum(b.size) from project_blobs pb join blobs b on b.id = pb.blob_id group by pb.project_id;
    insert into manifests (repository_id, digest, media_type, size, pushed_at, pushed_by, renewed_at, bytes)
      select i % ${repositories} + 1, ${digest('-i - 1')}, 'application/vnd.oci.image.manifest.v1+json', 500, ${at}, 'system:bench', ${at},
        ${digest('i')}
      from ${numbers(manifests)};
    ${insertWords('vendor=acme', 0)}
    ${insertWords("team=team' || (m.id % 100) || '", 1)}
    ${insertWords("team' || (m.id % 100) || '", 2)}
    delete from unindexed_manifests;
    ${needed(0)}
    ${needed(manifests)}
    ${insertTags('t', tags, `i % ${repositories}`, tagged(`i % ${repositories}`, `i / ${repositories}`))}
    ${tagsInFirst === 0 ? '' : insertTags('first', tagsInFirst, '0', tagged('0', 'i'))}`; // No text in them has a semicolon.
  return text.split(';').filter((statement) => statement.trim() !== '');
}
