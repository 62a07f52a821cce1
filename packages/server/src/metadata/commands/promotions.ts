import type { Tag } from '@longshore/oci';
import { reach } from '../../registry/failpoints.ts';
import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { NewPromotion, PromotedTag, PromotionOutcome, PromotionPlan } from '../../registry/ports/promotion-store.ts';
import { fromColumn, toColumn } from '../digest-column.ts';
import { chunks, padded, placeholders } from '../sql-lists.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking, Withdrawn } from '../sql-session.ts';
import { placeBlob } from './blob-placements.ts';
import { recordChange } from './changes.ts';
import { leaseContent } from './garbage.ts';
import { type Closure, closureOf, type SourceManifest } from './promotion-closure.ts';
import { checkConditions, type PromotedImage } from './promotion-conditions.ts';
import { linkBlobs, linkManifests, linkReferences, lockPlacements, whereabouts } from './promotion-links.ts';
import { ensureRepository, type RepositoryRow, repositoryByName } from './repositories.ts';
import { setTag } from './tags.ts';
import { lockUsage, refuseAbove } from './usage.ts';

/**
 * `PromotionStore.promote`. Nothing of the source is locked: its rows are copied as one statement sees them, and what they point at
 * is held by the placements' locks. In the target locks are taken in the order in which every command takes them.
 */
export async function promote(sql: SqlTransaction, input: NewPromotion): Promise<PromotionOutcome> {
  const { from, to, by, at } = input;
  const source = await repositoryByName(sql, from.repository);
  if (source === undefined || (from.project ?? source.project_id) !== source.project_id) return { outcome: 'absent' };
  const image = await findImage(sql, source, from.reference);
  if (image === undefined) return { outcome: 'absent' };
  const target = await ensureRepository(sql, { ...input, repository: to.repository });
  const conditions = await checkConditions(sql, { source, target, image, by, at });
  if (!input.dryRun && conditions.some(({ holds }) => !holds))
    throw new Withdrawn({ outcome: 'refused', conditions } satisfies PromotionOutcome);
  const closure = await closureOf(sql, source.id, image);
  const missing = await lockPlacements(sql, source, target, closure.blobs);
  if (missing.length > 0) {
    await requireRoom(sql, target, closure);
    throw new Withdrawn(await whereabouts(sql, { source, target, conditions }, missing));
  }
  const linking = { target, by, at };
  const manifestBytes = await linkManifests(sql, linking, closure.manifests);
  const { previous, tags } = await setTags(sql, input, target, image, closure);
  const charged = await linkBlobs(sql, linking, closure.blobs);
  await linkReferences(sql, target, closure.manifests);
  const addedBytes = charged.reduce((sum, { sizeBytes }) => sum + sizeBytes, manifestBytes);
  sql.usage.charge(target.project_id, addedBytes, at);
  const { manifests, blobs } = closure;
  const plan = { digest: image.digest, previous, conditions, manifests: manifests.length, blobs: blobs.length, addedBytes, tags };
  if (input.dryRun) {
    await checkQuota(sql, target, plan);
    throw new Withdrawn({ outcome: 'planned', plan } satisfies PromotionOutcome);
  }
  const id = await record(sql, input, { source, target, plan, manifests });
  reach('promotion.in-transaction');
  return { outcome: 'promoted', id, plan };
}

async function findImage(
  sql: SqlSession,
  source: RepositoryRow,
  reference: NewPromotion['from']['reference'],
): Promise<PromotedImage | undefined> {
  const row = await ('tag' in reference
    ? sql.get<ImageRow>(
        `select m.id, m.digest, t.updated_at as since from tags t join manifests m on m.id = t.manifest_id
         where t.repository_id = ? and t.name = ?`,
        [source.id, reference.tag],
      )
    : sql.get<ImageRow>('select id, digest, pushed_at as since from manifests where repository_id = ? and digest = ?', [
        source.id,
        toColumn(reference.digest),
      ]));
  return row && { id: row.id, digest: fromColumn(row.digest), since: row.since };
}

interface ImageRow {
  readonly id: number;
  readonly digest: Uint8Array;
  readonly since: Millis;
}

/** Sets the promoted tag and the companions, in the order of their names. */
async function setTags(
  sql: SqlTransaction,
  { to, by, at }: NewPromotion,
  target: RepositoryRow,
  image: SourceManifest,
  { manifests, companions }: Closure,
): Promise<Pick<PromotionPlan, 'previous' | 'tags'>> {
  const wanted = new Map([...companions.map(({ tag, digest }) => [tag, digest] as const), [to.tag, image.digest] as const]);
  const ids = await idsInTarget(sql, target, manifests);
  const tags: PromotedTag[] = [];
  let previous: PromotionPlan['previous'];
  for (const [tag, digest] of [...wanted].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const manifestId = ids.get(digest);
    if (manifestId === undefined) throw new Error(`The manifest ${digest} vanished while it was promoted`);
    const from = await setTag(sql, { repository: target, tag, manifestId, digest, mayMove: true, by, at });
    if (tag === to.tag) previous = from;
    if (from !== digest) tags.push({ tag, from, to: digest });
  }
  return { previous, tags };
}

async function idsInTarget(sql: SqlSession, target: RepositoryRow, manifests: readonly SourceManifest[]): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  for (const chunk of chunks(manifests)) {
    const digests = padded(chunk.map(({ digest }) => toColumn(digest)));
    const rows = await sql.all<{ id: number; digest: Uint8Array }>(
      `select id, digest from manifests where repository_id = ? and digest in (${placeholders(digests.length)})`,
      [target.id, ...digests],
    );
    for (const { id, digest } of rows) ids.set(fromColumn(digest), id);
  }
  return ids;
}

/** Of what is only tried nothing is booked, so that nobody else looks. */
async function checkQuota(sql: SqlSession, target: RepositoryRow, { addedBytes, tags }: PromotionPlan): Promise<void> {
  const account = await lockUsage(sql, target.project_id);
  refuseAbove(account, 'bytes', addedBytes, account.limit_bytes);
  refuseAbove(account, 'tags', tags.filter(({ from }) => from === undefined).length, account.limit_tags);
}

/** Before bytes are copied, which nobody is charged for until they are linked. */
async function requireRoom(sql: SqlSession, target: RepositoryRow, { manifests, blobs }: Closure): Promise<void> {
  const account = await lockUsage(sql, target.project_id);
  if (account.limit_bytes === null) return;
  let needed = 0;
  for (const chunk of chunks(manifests)) {
    const ids = padded(chunk.map(({ id }) => id));
    const row = await sql.get<{ bytes: number }>(
      `select cast(coalesce(sum(m.size), 0) as bigint) as bytes from manifests m where m.id in (${placeholders(ids.length)})
         and not exists (select 1 from manifests t where t.repository_id = ? and t.digest = m.digest)`,
      [...ids, target.id],
    );
    needed += row?.bytes ?? 0;
  }
  for (const chunk of chunks(blobs)) {
    const ids = padded(chunk.map(({ id }) => id));
    const rows = await sql.all<{ blob_id: number }>(
      `select blob_id from project_blobs where project_id = ? and blob_id in (${placeholders(ids.length)})`,
      [target.project_id, ...ids],
    );
    const charged = new Set(rows.map(({ blob_id }) => blob_id));
    for (const { id, sizeBytes } of chunk) if (!charged.has(id)) needed += sizeBytes;
  }
  refuseAbove(account, 'bytes', needed, account.limit_bytes);
}

interface Recorded {
  readonly source: RepositoryRow;
  readonly target: RepositoryRow;
  readonly plan: PromotionPlan;
  readonly manifests: readonly SourceManifest[];
}

/** Writes the promotion down, announces it, and holds what its tags pointed at before. */
async function record(sql: SqlTransaction, input: NewPromotion, { source, target, plan, manifests }: Recorded): Promise<number> {
  const { from, to, by, at, undoUntil } = input;
  const { digest, previous, blobs, addedBytes, tags } = plan;
  const fromTag: Tag | null = 'tag' in from.reference ? from.reference.tag : null;
  const row = await sql.get<{ id: number }>(
    `insert into promotions (at, actor, from_repository_id, from_tag, to_repository_id, to_project_id, to_tag, digest, previous_digest,
       manifests, blobs, added_bytes, undo_until) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id`,
    [
      at,
      by.actor,
      source.id,
      fromTag,
      target.id,
      target.project_id,
      to.tag,
      toColumn(digest),
      previous === undefined ? null : toColumn(previous),
      manifests.length,
      blobs,
      addedBytes,
      undoUntil,
    ],
  );
  if (row === undefined) throw new Error('The database did not return the id of a new promotion');
  const { id } = row;
  for (const { tag, from: before, to: after } of tags) {
    await sql.runLast('insert into promotion_tags (promotion_id, tag, from_digest, to_digest) values (?, ?, ?, ?)', [
      id,
      tag,
      before === undefined ? null : toColumn(before),
      toColumn(after),
    ]);
    if (before === undefined) continue;
    await leaseContent(sql, { holder: promotionHolder(id), digest: before, expiresAt: undoUntil, projectId: target.project_id });
  }
  for (const chunk of chunks(manifests)) {
    const rows = padded(chunk);
    await sql.runLast(
      `insert into promotion_manifests (digest, promotion_id) values ${placeholders(rows.length, '(?, ?)')} on conflict do nothing`,
      rows.flatMap((manifest) => [toColumn(manifest.digest), id]),
    );
  }
  const data = {
    promotion: id,
    from: { repository: from.repository, ...(fromTag === null ? {} : { tag: fromTag }) },
    ...(previous === undefined ? {} : { previous }),
    manifests: manifests.length,
    blobs,
    addedBytes,
  };
  await recordChange(sql, { type: 'image.promoted', at, by, repository: to.repository, digest, tag: to.tag, data });
  return id;
}

/** Under what name a promotion holds content against retention and garbage collection. */
export function promotionHolder(id: number): string {
  return `promotion:${id}`;
}

/** `PromotionStore.placeAhead`. */
export async function placeAhead(
  sql: SqlSession,
  input: { store: string; digest: Parameters<typeof toColumn>[0]; location: BlobLocation; at: Millis },
): Promise<'placed' | 'duplicate' | 'unwanted'> {
  const store = await sql.get<{ id: number }>('select id from stores where name = ?', [input.store]);
  const blob = await sql.get<{ id: number }>(`select id from blobs where digest = ? ${locking(sql, 'for key share')}`, [
    toColumn(input.digest),
  ]);
  if (store === undefined || blob === undefined) return 'unwanted';
  return placeBlob(sql, { blobId: blob.id, storeId: store.id, location: input.location }, input.at);
}
