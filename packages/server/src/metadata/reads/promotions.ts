import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { Listed, Millis } from '../../registry/ports/content-store.ts';
import type { LateReferrer, PromotedTag, Promotion, PromotionFilter, PromotionPolicy } from '../../registry/ports/promotion-store.ts';
import { fromColumn, fromNullableColumn, toColumn } from '../digest-column.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';
import { visibleProject, visibleRepositories } from '../visibility-condition.ts';

interface PromotionRow {
  readonly id: number;
  readonly at: Millis;
  readonly actor: string;
  readonly from_repository: RepositoryName | null;
  readonly from_tag: Tag | null;
  readonly to_repository: RepositoryName;
  readonly to_tag: Tag;
  readonly digest: Uint8Array;
  readonly previous_digest: Uint8Array | null;
  readonly manifests: number;
  readonly blobs: number;
  readonly added_bytes: number;
  readonly undo_until: Millis;
  readonly undone_at: Millis | null;
  readonly undone_by: string | null;
}

interface PolicyRow {
  readonly id: number;
  readonly project: string;
  readonly environment: string | null;
  readonly promotes_to: string | null;
  readonly from_chain_only: number | null;
  readonly minimum_age_ms: Millis | null;
  readonly required_referrers: string | null;
  readonly roles: string | null;
  readonly version: number | null;
}

/** Projects that are told of those that promote into one: more than a chain has before it, and few enough to be shown. */
const mostBefore = 20;

/** `PromotionStore.findPromotionPolicy`. */
export async function findPromotionPolicy(
  sql: SqlSession,
  project: string,
  visibility: Visibility = { kind: 'everything' },
): Promise<PromotionPolicy | undefined> {
  const next = visibleProject(visibility);
  const row = await sql.get<PolicyRow>(
    `select p.id, p.name as project, p.environment, n.name as promotes_to, c.from_chain_only, c.minimum_age_ms, c.required_referrers, c.roles, c.version
     from projects p left join projects n on n.id = p.promotes_to and ${next.text} left join promotion_policies c on c.project_id = p.id where p.name = ?`,
    [...next.params, project],
  );
  if (row === undefined) return undefined;
  const before = await sql.all<{ name: string }>(
    `select n.name from projects n where n.promotes_to = ? and ${next.text} order by n.name limit ?`,
    [row.id, ...next.params, mostBefore],
  );
  return {
    project: row.project,
    environment: row.environment ?? undefined,
    promotesTo: row.promotes_to ?? undefined,
    promotedFrom: before.map(({ name }) => name),
    fromChainOnly: row.from_chain_only === 1,
    minimumAgeMs: row.minimum_age_ms ?? 0,
    requiredReferrers: JSON.parse(row.required_referrers ?? '[]') as string[],
    roles: JSON.parse(row.roles ?? '[]') as string[],
    version: row.version ?? 0,
  };
}

/** `PromotionStore.findPromotion`. */
export async function findPromotion(sql: SqlSession, id: number, sourceVisibility: Visibility): Promise<Promotion | undefined> {
  const { text, params } = promotionColumns(sourceVisibility);
  const row = await sql.get<PromotionRow>(
    `select ${text} from promotions made join repositories r on r.id = made.to_repository_id where made.id = ?`,
    [...params, id],
  );
  return row && toPromotion(row);
}

/** Promotions that one statement looks at, at most. */
const longestWindow = 1000;

/** `PromotionStore.listPromotions`. */
export async function listPromotions(
  sql: SqlSession,
  filter: PromotionFilter,
  visibility: { readonly target: Visibility; readonly source: Visibility },
  page: { readonly limit: number; readonly before: number | undefined },
): Promise<Listed<Promotion>> {
  const visible = visibleRepositories(visibility.target);
  if (visible === undefined) return { items: [], more: false };
  const { text, params } = promotionColumns(visibility.source);
  const { column, id, name } = keyOf(filter);
  const found: PromotionRow[] = [];
  let before = page.before ?? Number.MAX_SAFE_INTEGER;
  for (let window = page.limit + 1; ; window = Math.min(4 * window, longestWindow)) {
    // Who may see them is asked of this many alone. A range of the index, not an equation: PostgreSQL, which expects little of a project
    // or a repository, would sort all that a large one has.
    const rows = await sql.all<PromotionRow & { seen: number }>(
      `select ${text}, case when ${visible.text} then 1 else 0 end as seen
       from (select * from promotions t where (${column}, t.id) < (${id}, ?) and ${column} >= ${id} order by ${column} desc, t.id desc limit ?) made
       join repositories r on r.id = made.to_repository_id join projects p on p.id = r.project_id`,
      [...params, ...visible.params, name, before, name, window],
    );
    rows.sort((a, b) => b.id - a.id);
    found.push(...rows.filter(({ seen }) => seen === 1));
    if (found.length > page.limit || rows.length < window) break;
    before = rows.at(-1)?.id ?? 0;
  }
  return { items: found.slice(0, page.limit).map(toPromotion), more: found.length > page.limit };
}

/** `PromotionStore.listPromotedTags`. */
export async function listPromotedTags(sql: SqlSession, id: number): Promise<PromotedTag[]> {
  const rows = await sql.all<{ tag: Tag; from_digest: Uint8Array | null; to_digest: Uint8Array }>(
    'select tag, from_digest, to_digest from promotion_tags where promotion_id = ? order by tag limit 1000',
    [id],
  );
  return rows.map((row) => ({ tag: row.tag, from: fromNullableColumn(row.from_digest), to: fromColumn(row.to_digest) }));
}

/** `PromotionStore.listLateReferrers`. */
export async function listLateReferrers(sql: SqlSession, id: number, limit: number): Promise<LateReferrer[]> {
  const rows = await sql.all<{ digest: Uint8Array; artifact_type: string | null; at: Millis }>(
    'select digest, artifact_type, at from late_referrers where promotion_id = ? order by digest limit ?',
    [id, limit],
  );
  return rows.map((row) => ({ digest: fromColumn(row.digest), artifactType: row.artifact_type ?? undefined, at: row.at }));
}

/** `PromotionStore.findPromotionsWithout`. */
export async function findPromotionsWithout(
  sql: SqlSession,
  repository: RepositoryName,
  digest: Digest,
  subject: Digest,
): Promise<{ id: number; artifactType: string | undefined }[]> {
  const rows = await sql.all<{ id: number; artifact_type: string | null }>(
    `select max(p.id) as id, m.artifact_type
     from repositories r join manifests m on m.repository_id = r.id
     join promotion_manifests pm on pm.digest = ? join promotions p on p.id = pm.promotion_id and p.from_repository_id = r.id
     where r.name = ? and m.digest = ? and p.undone_at is null
       and not exists (select 1 from promotion_manifests had join promotions q on q.id = had.promotion_id
         where had.digest = m.digest and q.to_repository_id = p.to_repository_id and q.to_tag = p.to_tag)
     group by p.to_repository_id, p.to_tag, m.artifact_type`,
    [toColumn(subject), repository, toColumn(digest)],
  );
  return rows.map((row) => ({ id: row.id, artifactType: row.artifact_type ?? undefined }));
}

/** `PromotionStore.findPromotionsBehind`. */
export async function findPromotionsBehind(
  sql: SqlSession,
  id: number,
): Promise<{ id: number; digest: Digest; artifactType: string | undefined }[]> {
  const rows = await sql.all<{ id: number; digest: Uint8Array; artifact_type: string | null }>(
    `select max(p.id) as id, m.digest, m.artifact_type
     from promotions t join promotion_manifests brought on brought.promotion_id = t.id
     join manifests m on m.repository_id = t.to_repository_id and m.digest = brought.digest
     join promotion_manifests pm on pm.digest = m.subject
     join promotions p on p.id = pm.promotion_id and p.from_repository_id = t.to_repository_id
     where t.id = ? and p.undone_at is null
       and not exists (select 1 from promotion_manifests had join promotions q on q.id = had.promotion_id
         where had.digest = m.digest and q.to_repository_id = p.to_repository_id and q.to_tag = p.to_tag)
     group by p.to_repository_id, p.to_tag, m.digest, m.artifact_type limit 1000`,
    [id],
  );
  return rows.map((row) => ({ id: row.id, digest: fromColumn(row.digest), artifactType: row.artifact_type ?? undefined }));
}

/** The column that a filter is about, and a select of its value by a name. */
function keyOf(filter: PromotionFilter): { column: string; id: string; name: string } {
  if ('project' in filter) return { column: 't.to_project_id', id: '(select id from projects where name = ?)', name: filter.project };
  const id = '(select id from repositories where name = ?)';
  if ('source' in filter) return { column: 't.from_repository_id', id, name: filter.source };
  return { column: 't.to_repository_id', id, name: filter.repository };
}

/** Of a promotion `made` into repository `r`; the source's name only where the one who asks may see that repository. */
function promotionColumns(sourceVisibility: Visibility): { text: string; params: readonly SqlValue[] } {
  const visible = visibleRepositories(sourceVisibility);
  const source =
    visible === undefined
      ? 'null'
      : `(select r.name from repositories r join projects p on p.id = r.project_id
    where r.id = made.from_repository_id and ${visible.text})`;
  return {
    text: `made.id, made.at, made.actor, ${source} as from_repository, made.from_tag, r.name as to_repository, made.to_tag, made.digest,
      made.previous_digest, made.manifests, made.blobs, made.added_bytes, made.undo_until, made.undone_at, made.undone_by`,
    params: visible?.params ?? [],
  };
}

function toPromotion(row: PromotionRow): Promotion {
  return {
    id: row.id,
    at: row.at,
    by: row.actor,
    from: { repository: row.from_repository ?? undefined, tag: (row.from_repository && row.from_tag) ?? undefined },
    to: { repository: row.to_repository, tag: row.to_tag },
    digest: fromColumn(row.digest),
    previous: fromNullableColumn(row.previous_digest),
    manifests: row.manifests,
    blobs: row.blobs,
    addedBytes: row.added_bytes,
    undoUntil: row.undo_until,
    undone: row.undone_at === null ? undefined : { at: row.undone_at, by: row.undone_by ?? '' },
  };
}
