import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import { parseDigest } from '@longshore/oci';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { Listed, Millis, Page, Referrer, TagChange } from '../../registry/ports/content-store.ts';
import { fromColumn, fromNullableColumn, toColumn } from '../digest-column.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';
import { everyRepositoryName, visibleRepositoryNames } from './visible-repositories.ts';

/** Annotations up to here come with their row; larger ones one by one, since each may be as large as a manifest. */
const inlineBytes = 64 * 1024;
/** Large annotations of one answer, beyond which it ends early. */
const mostLargeBytes = 1024 * 1024;

interface ReferrerRow {
  readonly id: number;
  readonly digest: Uint8Array;
  readonly media_type: string;
  readonly size: number;
  readonly artifact_type: string | null;
  /** Null when there are none, and when they are large. */
  readonly annotations: string | null;
  readonly large_bytes: number | null;
}

/**
 * The id of the repository of a name. Not a join: PostgreSQL, which does not see that a join with one row keeps the order of an index,
 * would sort everything that the repository has.
 */
const repositoryId = '(select r.id from repositories r where r.name = ?)';

/** `ContentStore.listTags`. */
export async function listTags(sql: SqlSession, repository: RepositoryName, page: Page): Promise<Listed<Tag> | undefined> {
  const rows = await sql.all<{ name: Tag }>(
    `select t.name from tags t where t.repository_id = ${repositoryId} and t.name > ? order by t.name limit ?`,
    [repository, page.after ?? '', page.limit + 1],
  );
  if (rows.length > 0) return cut(rows, page, (row) => row.name);
  // The order makes PostgreSQL take the index, and not look for the one row in all.
  const known = await sql.get(
    `select 1 from repositories r where r.name = ?
       and (exists (select 1 from manifests m where m.repository_id = r.id)
            or (select h.id from tag_history h where h.repository_id = r.id order by h.tag limit 1) is not null)`,
    [repository],
  );
  return known && { items: [], more: false };
}

/** `ContentStore.listRepositories`. */
export async function listRepositories(sql: SqlSession, visibility: Visibility, page: Page): Promise<Listed<RepositoryName>> {
  if (visibility.kind === 'nothing') return { items: [], more: false };
  const names = visibility.kind === 'held' ? visibleRepositoryNames(sql, visibility, page) : everyRepositoryName(sql, visibility, page);
  return cut(await names, page, (name) => name);
}

/**
 * `ContentStore.listReferrers`, in the order of the raw digests (sha256 and sha512 digests are not kept apart). A `page.after`
 * that is no digest is before everything. On SQLite to read and parse annotations is work of this thread, so large ones are read one
 * at a time, and end the page.
 */
export async function listReferrers(
  sql: SqlSession,
  repository: RepositoryName,
  subject: Digest,
  artifactType: string | undefined,
  page: Page,
): Promise<Listed<Referrer>> {
  const after = page.after === undefined ? undefined : parseDigest(page.after);
  const params: SqlValue[] = [repository, toColumn(subject), after === undefined ? new Uint8Array() : toColumn(after)];
  if (artifactType !== undefined) params.push(artifactType);
  const rows = await sql.all<ReferrerRow>(
    `select m.id, m.digest, m.media_type, m.size, m.artifact_type,
       case when octet_length(m.annotations) <= ${inlineBytes} then m.annotations end as annotations,
       case when octet_length(m.annotations) > ${inlineBytes} then octet_length(m.annotations) end as large_bytes
     from manifests m
     where m.repository_id = ${repositoryId} and m.subject = ? and m.digest > ? ${artifactType === undefined ? '' : 'and m.artifact_type = ?'}
     order by m.digest limit ?`,
    [...params, page.limit + 1],
  );
  const items: Referrer[] = [];
  let largeBytes = 0;
  for (const row of rows.slice(0, page.limit)) {
    if (largeBytes > mostLargeBytes) return { items, more: true };
    largeBytes += row.large_bytes ?? 0;
    items.push(toReferrer(row, row.large_bytes === null ? row.annotations : await largeAnnotations(sql, row.id)));
  }
  return { items, more: rows.length > page.limit };
}

async function largeAnnotations(sql: SqlSession, manifestId: number): Promise<string | null> {
  await nextTurn();
  const row = await sql.get<{ annotations: string | null }>('select annotations from manifests where id = ?', [manifestId]);
  return row?.annotations ?? null;
}

/** `ContentStore.listTagHistory`, newest first. */
export async function listTagHistory(sql: SqlSession, repository: RepositoryName, tag: Tag, limit: number): Promise<TagChange[]> {
  const rows = await sql.all<{ from_digest: Uint8Array | null; to_digest: Uint8Array | null; actor: string; at: Millis }>(
    `select h.from_digest, h.to_digest, h.actor, h.at from tag_history h
     where h.repository_id = ${repositoryId} and h.tag = ? order by h.id desc limit ?`,
    [repository, tag, limit],
  );
  return rows.map((row) => ({
    tag,
    from: fromNullableColumn(row.from_digest),
    to: fromNullableColumn(row.to_digest),
    actor: row.actor,
    at: row.at,
  }));
}

/** Lists read one row more than the page holds, which tells whether another page follows. */
function cut<R, T>(rows: readonly R[], page: Page, item: (row: R) => T): Listed<T> {
  return { items: rows.slice(0, page.limit).map(item), more: rows.length > page.limit };
}

function toReferrer(row: ReferrerRow, annotations: string | null): Referrer {
  return {
    digest: fromColumn(row.digest),
    mediaType: row.media_type,
    sizeBytes: row.size,
    artifactType: row.artifact_type ?? undefined,
    annotations: annotations === null ? undefined : (JSON.parse(annotations) as Record<string, string>),
  };
}
