import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { RestoreOutcome, UndoOutcome } from '../../registry/ports/promotion-store.ts';
import { byColumnOrder, fromColumn, fromNullableColumn, toColumn } from '../digest-column.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking, Withdrawn } from '../sql-session.ts';
import { recordChange } from './changes.ts';
import { requireSame } from './decided-project.ts';
import { releaseContent } from './garbage.ts';
import { lockTarget } from './promotion-records.ts';
import { promotionHolder } from './promotions.ts';
import { lockedRepository, type RepositoryRow } from './repositories.ts';
import { lockTag, removeTag, setTag } from './tags.ts';

interface PromotedTagRow {
  readonly tag: Tag;
  readonly from_digest: Uint8Array | null;
  readonly to_digest: Uint8Array;
}

/** `PromotionStore.undoPromotion`: its tags point at what they pointed at before, and one that it created is gone. */
export async function undoPromotion(sql: SqlTransaction, input: { id: number; by: Agent; at: Millis }): Promise<UndoOutcome> {
  const { id, by, at } = input;
  const repository = await lockTarget(sql, id);
  const promotion = await sql.get<{ to_tag: Tag; digest: Uint8Array; undone_at: Millis | null }>(
    `select to_tag, digest, undone_at from promotions where id = ? ${locking(sql, 'for update')}`,
    [id],
  );
  if (promotion === undefined || repository === undefined) return { outcome: 'absent' };
  if (promotion.undone_at !== null) return { outcome: 'already-undone' };
  const digest = fromColumn(promotion.digest);
  const tags = await sql.all<PromotedTagRow>('select tag, from_digest, to_digest from promotion_tags where promotion_id = ? order by tag', [
    id,
  ]);
  if (tags.length === 0) return { outcome: 'nothing-to-undo' };
  const previous = await lockManifests(
    sql,
    repository.id,
    tags.flatMap(({ from_digest: from }) => (from === null ? [] : [fromColumn(from)])),
  );
  const now = await lockTag(sql, repository.id, promotion.to_tag);
  const current = now && fromColumn(now.digest);
  if (current !== digest) return { outcome: 'changed-since', digest: current };
  const undone: Tag[] = [];
  const left: Tag[] = [];
  for (const row of tags) ((await undoTag(sql, repository, row, previous, { by, at })) ? undone : left).push(row.tag);
  await sql.run('update promotions set undone_at = ?, undone_by = ? where id = ?', [at, by.actor, id]);
  await releaseContent(sql, { holder: promotionHolder(id) });
  const data = { promotion: id, left };
  await recordChange(sql, { type: 'promotion.undone', at, by, repository: repository.name, digest, tag: promotion.to_tag, data });
  return { outcome: 'undone', tags: undone, left };
}

/** False when the tag has changed since, which leaves it as it is. Withdraws the command when what it pointed at is gone. */
async function undoTag(
  sql: SqlTransaction,
  repository: RepositoryRow,
  { tag, from_digest: from, to_digest: to }: PromotedTagRow,
  previous: ReadonlyMap<Digest, number>,
  { by, at }: { by: Agent; at: Millis },
): Promise<boolean> {
  const existing = await lockTag(sql, repository.id, tag);
  if (existing === undefined || fromColumn(existing.digest) !== fromColumn(to)) return false;
  const digest = fromNullableColumn(from);
  if (digest === undefined) {
    await removeTag(sql, { repository, tag, from: fromColumn(to), by, at });
    return true;
  }
  const manifestId = previous.get(digest);
  if (manifestId === undefined) throw new Withdrawn({ outcome: 'gone', digest } satisfies UndoOutcome);
  await setTag(sql, { repository, tag, manifestId, digest, mayMove: true, by, at });
  return true;
}

/** `PromotionStore.restoreTag`. */
export async function restoreTag(
  sql: SqlTransaction,
  input: { repository: RepositoryName; tag: Tag; digest: Digest; by: Agent; at: Millis },
): Promise<RestoreOutcome> {
  const { tag, digest, by, at } = input;
  const repository = await lockedRepository(sql, input.repository);
  if (repository === undefined) return { outcome: 'absent' };
  requireSame(by, repository.project_id);
  const column = toColumn(digest);
  const known = await sql.get(
    'select 1 from tag_history where repository_id = ? and tag = ? and (to_digest = ? or from_digest = ?) limit 1',
    [repository.id, tag, column, column],
  );
  if (known === undefined) return { outcome: 'not-in-history' };
  const manifestId = (await lockManifests(sql, repository.id, [digest])).get(digest);
  if (manifestId === undefined) return { outcome: 'gone' };
  return { outcome: 'restored', previous: await setTag(sql, { repository, tag, manifestId, digest, mayMove: true, by, at }) };
}

/** Keeps those manifests that are there from being deleted or collected before the transaction ends, and answers their ids. */
async function lockManifests(sql: SqlSession, repositoryId: number, digests: readonly Digest[]): Promise<Map<Digest, number>> {
  const ids = new Map<Digest, number>();
  for (const digest of [...new Set(digests)].sort(byColumnOrder)) {
    const row = await sql.get<{ id: number }>(
      `select id from manifests where repository_id = ? and digest = ? ${locking(sql, 'for update')}`,
      [repositoryId, toColumn(digest)],
    );
    if (row !== undefined) ids.set(digest, row.id);
  }
  return ids;
}
