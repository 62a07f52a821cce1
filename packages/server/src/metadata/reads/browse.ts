import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import {
  type KeyedPage,
  type ManifestDetail,
  type ManifestSummary,
  mostNeighbours,
  mostTagsCounted,
  type RepositorySummary,
  type TagChangeEntry,
  type TagSummary,
} from '../../registry/ports/browse-store.ts';
import type { Listed, Millis } from '../../registry/ports/content-store.ts';
import { fromColumn, fromNullableColumn, toColumn } from '../digest-column.ts';
import { namesOfPage } from '../name-range.ts';
import { referenceKind } from '../reference-kind.ts';
import { padded, placeholders } from '../sql-lists.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';
import { beforeNames, visibleRepositories } from '../visibility-condition.ts';

/** As in lists.ts: not a join, so that PostgreSQL keeps the order of the index. */
const repositoryId = '(select r.id from repositories r where r.name = ?)';

interface RepositoryRow {
  readonly name: RepositoryName;
  readonly created_at: Millis;
  readonly pushed_at: Millis | null;
  readonly tag_count: number;
}

/** The tags are counted as far as a page of a hundred repositories costs about a millisecond for them, however many each has. */
const selectRepositories = `select r.name, r.created_at,
    (select m.pushed_at from manifests m where m.repository_id = r.id order by m.pushed_at desc, m.id desc limit 1) as pushed_at,
    (select count(*) from (select 1 from tags t where t.repository_id = r.id limit ${mostTagsCounted}) as piece) as tag_count
  from repositories r`;

/** `BrowseStore.browseRepositories`. */
export async function browseRepositories(
  sql: SqlSession,
  { project, prefix, visibility }: { project: string; prefix?: string | undefined; visibility: Visibility },
  { limit, after }: KeyedPage<string>,
): Promise<Listed<RepositorySummary>> {
  const visible = visibleRepositories(visibility);
  if (visible === undefined) return { items: [], more: false };
  const names = namesOfPage('r.name', after ?? beforeNames, prefix);
  const rows = await sql.all<RepositoryRow>(
    `${selectRepositories} join projects p on p.id = r.project_id
     where r.project_id = (select q.id from projects q where q.name = ?) and ${names.text} and ${visible.text}
     order by r.name limit ?`,
    [project, ...names.params, ...visible.params, limit + 1],
  );
  return cut(rows, limit, toRepository);
}

/** `BrowseStore.findRepositorySummary`. */
export async function findRepositorySummary(sql: SqlSession, name: RepositoryName): Promise<RepositorySummary | undefined> {
  const row = await sql.get<RepositoryRow>(`${selectRepositories} where r.name = ?`, [name]);
  return row && toRepository(row);
}

/** `BrowseStore.summarizeRepositories`. */
export async function summarizeRepositories(sql: SqlSession, names: readonly RepositoryName[]): Promise<RepositorySummary[]> {
  if (names.length === 0) return [];
  const wanted = padded(names);
  const rows = await sql.all<RepositoryRow>(`${selectRepositories} where r.name in (${placeholders(wanted.length)})`, wanted);
  const found = new Map(rows.map((row) => [row.name, toRepository(row)]));
  return names.flatMap((name) => found.get(name) ?? []);
}

interface TagRow {
  readonly name: Tag;
  readonly digest: Uint8Array;
  readonly media_type: string;
  readonly artifact_type: string | null;
  readonly size: number;
  readonly updated_at: Millis;
  readonly updated_by: string;
  readonly pulls: number | null;
  readonly last_at: Millis | null;
}

const tagColumns = 't.repository_id, t.name, t.manifest_id, t.updated_at, t.updated_by';

/**
 * Tags with what they point at. The page is cut before anything is joined to it: PostgreSQL, which expects little of a range, would
 * otherwise sort all that is in it.
 */
const tagsOf = (
  page: string,
) => `select page.name, m.digest, m.media_type, m.artifact_type, m.size, page.updated_at, page.updated_by, tp.pulls, tp.last_at
  from (select ${tagColumns} from tags t where t.repository_id = ${repositoryId} ${page}) page
  join manifests m on m.id = page.manifest_id left join tag_pulls tp on tp.repository_id = page.repository_id and tp.tag = page.name`;

/** `BrowseStore.browseTags`. */
export async function browseTags(
  sql: SqlSession,
  { repository, prefix }: { repository: RepositoryName; prefix?: string | undefined },
  { limit, after }: KeyedPage<string>,
): Promise<Listed<TagSummary>> {
  const names = namesOfPage('t.name', after ?? '', prefix);
  const page = `and ${names.text} order by t.name limit ?`;
  const rows = await sql.all<TagRow>(`${tagsOf(page)} order by page.name`, [repository, ...names.params, limit + 1]);
  return cut(rows, limit, toTag);
}

/** `BrowseStore.browseTagsByUpdate`. */
export async function browseTagsByUpdate(
  sql: SqlSession,
  { repository }: { repository: RepositoryName },
  { limit, after }: KeyedPage<readonly [Millis, string]>,
): Promise<Listed<TagSummary>> {
  const [at, name] = after ?? [Number.MAX_SAFE_INTEGER, ''];
  const page = 'and (t.updated_at, t.name) < (?, ?) order by t.updated_at desc, t.name desc limit ?';
  const rows = await sql.all<TagRow>(`${tagsOf(page)} order by page.updated_at desc, page.name desc`, [repository, at, name, limit + 1]);
  return cut(rows, limit, toTag);
}

/** `BrowseStore.findTag`. */
export async function findTag(sql: SqlSession, repository: RepositoryName, tag: Tag): Promise<TagSummary | undefined> {
  const row = await sql.get<TagRow>(tagsOf('and t.name = ?'), [repository, tag]);
  return row && toTag(row);
}

interface ManifestRow {
  readonly id: number;
  readonly digest: Uint8Array;
  readonly media_type: string;
  readonly artifact_type: string | null;
  readonly size: number;
  readonly subject: Uint8Array | null;
  readonly pushed_at: Millis;
  readonly pushed_by: string;
  readonly pulls: number | null;
  readonly last_at: Millis | null;
}

const manifestColumns = 'm.id, m.repository_id, m.digest, m.media_type, m.artifact_type, m.size, m.subject, m.pushed_at, m.pushed_by';

/** Manifests with their pulls; the page is cut first, as of tags. */
const manifestsOf = (page: string) => `select page.*, mp.pulls, mp.last_at
  from (select ${manifestColumns} from manifests m where m.repository_id = ${repositoryId} ${page}) page
  left join manifest_pulls mp on mp.manifest_id = page.id`;

/** `BrowseStore.browseManifests`. */
export async function browseManifests(
  sql: SqlSession,
  {
    repository,
    artifactType,
    mediaType,
  }: { repository: RepositoryName; artifactType?: string | undefined; mediaType?: string | undefined },
  { limit, after }: KeyedPage<readonly [Millis, number]>,
): Promise<Listed<ManifestSummary>> {
  const params: SqlValue[] = [repository];
  if (artifactType !== undefined) params.push(artifactType);
  if (mediaType !== undefined) params.push(mediaType);
  const filter = `${artifactType === undefined ? '' : 'and m.artifact_type = ?'} ${mediaType === undefined ? '' : 'and m.media_type = ?'}`;
  const [at, id] = after ?? [Number.MAX_SAFE_INTEGER, 0];
  const page = `${filter} and (m.pushed_at, m.id) < (?, ?) order by m.pushed_at desc, m.id desc limit ?`;
  const rows = await sql.all<ManifestRow>(`${manifestsOf(page)} order by page.pushed_at desc, page.id desc`, [
    ...params,
    at,
    id,
    limit + 1,
  ]);
  return cut(rows, limit, toManifest);
}

/** `BrowseStore.findManifestDetail`: one statement for the manifest, and one each for its tags, references and referrers. */
export async function findManifestDetail(sql: SqlSession, repository: RepositoryName, digest: Digest): Promise<ManifestDetail | undefined> {
  const row = await sql.get<ManifestRow & { repository_id: number }>(manifestsOf('and m.digest = ?'), [repository, toColumn(digest)]);
  if (row === undefined) return undefined;
  const [tags, references, referrers] = await Promise.all([
    sql.all<{ name: Tag }>('select t.name from tags t where t.manifest_id = ? order by t.name limit ?', [row.id, mostNeighbours]),
    sql.all<{ kind: number; target: Uint8Array }>('select kind, target from manifest_references where manifest_id = ? limit ?', [
      row.id,
      mostNeighbours,
    ]),
    sql.all<{ digest: Uint8Array; artifact_type: string | null }>(
      'select m.digest, m.artifact_type from manifests m where m.repository_id = ? and m.subject = ? order by m.digest limit ?',
      [row.repository_id, row.digest, mostNeighbours],
    ),
  ]);
  return {
    ...toManifest(row),
    tags: tags.map(({ name }) => name),
    references: references.map(({ kind, target }) => ({
      kind: kind === referenceKind.blob ? ('blob' as const) : ('manifest' as const),
      digest: fromColumn(target),
    })),
    referrers: referrers.map((referrer) => ({ digest: fromColumn(referrer.digest), artifactType: referrer.artifact_type ?? undefined })),
  };
}

/** `BrowseStore.browseTagHistory`. */
export async function browseTagHistory(
  sql: SqlSession,
  { repository, tag }: { repository: RepositoryName; tag: Tag },
  { limit, after }: KeyedPage<number>,
): Promise<Listed<TagChangeEntry>> {
  const rows = await sql.all<{ id: number; from_digest: Uint8Array | null; to_digest: Uint8Array | null; actor: string; at: Millis }>(
    `select h.id, h.from_digest, h.to_digest, h.actor, h.at from tag_history h
     where h.repository_id = ${repositoryId} and h.tag = ? and h.id < ? order by h.id desc limit ?`,
    [repository, tag, after ?? Number.MAX_SAFE_INTEGER, limit + 1],
  );
  return cut(rows, limit, ({ id, from_digest, to_digest, actor, at }) => {
    return { id, tag, from: fromNullableColumn(from_digest), to: fromNullableColumn(to_digest), actor, at };
  });
}

/** Lists read one row more than the page holds, which tells whether another page follows. */
function cut<R, T>(rows: readonly R[], limit: number, item: (row: R) => T): Listed<T> {
  return { items: rows.slice(0, limit).map(item), more: rows.length > limit };
}

function toRepository(row: RepositoryRow): RepositorySummary {
  return { name: row.name, createdAt: row.created_at, pushedAt: row.pushed_at ?? undefined, tagCount: row.tag_count };
}

function toTag(row: TagRow): TagSummary {
  return {
    name: row.name,
    digest: fromColumn(row.digest),
    mediaType: row.media_type,
    artifactType: row.artifact_type ?? undefined,
    sizeBytes: row.size,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
    pulls: row.pulls ?? 0,
    lastPulledAt: row.last_at ?? undefined,
  };
}

function toManifest(row: ManifestRow): ManifestSummary {
  return {
    id: row.id,
    digest: fromColumn(row.digest),
    mediaType: row.media_type,
    artifactType: row.artifact_type ?? undefined,
    sizeBytes: row.size,
    subject: fromNullableColumn(row.subject),
    pushedAt: row.pushed_at,
    pushedBy: row.pushed_by,
    pulls: row.pulls ?? 0,
    lastPulledAt: row.last_at ?? undefined,
  };
}
