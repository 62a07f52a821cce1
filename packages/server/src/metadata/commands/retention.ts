import { accessoryTags, type Digest, type Tag } from '@longshore/oci';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Fence } from '../../registry/ports/lease-store.ts';
import type { TagFacts } from '../../registry/ports/retention-store.ts';
import { fromColumn, toColumn } from '../digest-column.ts';
import { present } from '../garbage-conditions.ts';
import { referenceKind } from '../reference-kind.ts';
import { isLeasedTag } from '../retention-conditions.ts';
import { padded, placeholders } from '../sql-lists.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking, Withdrawn } from '../sql-session.ts';
import { type TagFactsRow, tagFactsColumns, tagFactsTables, toTagFacts } from '../tag-facts-row.ts';
import { recordChange } from './changes.ts';
import { requireFence } from './leases.ts';
import { lockedRepositoryById, type RepositoryRow } from './repositories.ts';
import { removeTag } from './tags.ts';

interface Removal {
  readonly repositoryId: number;
  readonly before: Millis;
  readonly at: Millis;
  readonly by: Agent;
  readonly fence: Fence;
}

/** A removal that holds the repository and its project as pushes do. */
interface LockedRemoval extends Removal {
  readonly repository: RepositoryRow;
}

// As in a garbage collection, rows are locked first and decided on in the next statement. In the order of pushes: the repository with its
// project, manifests, tags.

/** `RetentionStore.removeTags`. */
export async function removeTags(sql: SqlTransaction, input: Removal & { tags: readonly TagFacts[] }): Promise<Tag[]> {
  await requireFence(sql, input.fence);
  const { repositoryId, tags } = input;
  const repository = tags.length === 0 ? undefined : await lockedRepositoryById(sql, repositoryId);
  if (repository === undefined) return [];
  const ids = padded([...new Set(tags.map(({ manifestId }) => manifestId))]);
  await sql.all(
    `select id from manifests where repository_id = ? and id in (${placeholders(ids.length)}) order by digest ${locking(sql, 'for update')}`,
    [repositoryId, ...ids],
  );
  const known = new Map(tags.map((tag) => [tag.name, tag]));
  const removed = await removeLocked(sql, { ...input, repository }, [...known.keys()], (now) => {
    const then = known.get(now.name);
    return then?.manifestId === now.manifestId && then.pushedAt === now.pushedAt && then.pulledAt === now.pulledAt;
  });
  return removed.map(({ name }) => name);
}

/** `RetentionStore.removeReleased`. */
export async function removeReleased(
  sql: SqlTransaction,
  input: Removal & { manifestIds: readonly number[] },
): Promise<{ manifests: number; tags: number }> {
  await requireFence(sql, input.fence);
  const removed = { manifests: 0, tags: 0 };
  const repository = input.manifestIds.length === 0 ? undefined : await lockedRepositoryById(sql, input.repositoryId);
  if (repository === undefined) return removed;
  const ids = padded(input.manifestIds);
  const rows = await sql.all<{ id: number; digest: Uint8Array; size: number }>(
    `select id, digest, size from manifests where repository_id = ? and id in (${placeholders(ids.length)}) order by digest
     ${locking(sql, 'for update')}`,
    [repository.id, ...ids],
  );
  for (const { id, digest, size } of rows) {
    const tags = await removeManifest(sql, { ...input, repository }, { id, digest: fromColumn(digest), size });
    if (tags === undefined) continue;
    removed.manifests += 1;
    removed.tags += tags;
  }
  return removed;
}

/** Removes a locked manifest with the tags that belong to it, and answers how many those were; undefined when something holds it. */
async function removeManifest(
  sql: SqlTransaction,
  removal: LockedRemoval,
  { id, digest, size }: { id: number; digest: Digest; size: number },
): Promise<number | undefined> {
  const { repository, before, at, by } = removal;
  const condition = present.untagged(before, at);
  if ((await sql.get(`select 1 from manifests where id = ? and ${condition.text}`, [id, ...condition.params])) === undefined) {
    await forgetHeld(sql, id);
    return undefined;
  }
  const tags = await removeLocked(sql, removal, accessoryTags(digest), () => true);
  // What it listed, and what refers to it.
  await sql.run(
    `insert into released_manifests (manifest_id, repository_id)
     select child.id, child.repository_id from manifest_references mr
     join manifests child on child.repository_id = mr.repository_id and child.digest = mr.target
     where mr.manifest_id = ? and mr.kind = ${referenceKind.manifest} on conflict do nothing`,
    [id],
  );
  await sql.run(
    `insert into released_manifests (manifest_id, repository_id)
     select id, repository_id from manifests where repository_id = ? and subject = ? on conflict do nothing`,
    [repository.id, toColumn(digest)],
  );
  await sql.run('delete from manifests where id = ?', [id]);
  sql.usage.release(repository.project_id, size);
  await recordChange(sql, { type: 'manifest.deleted', at, by, repository: repository.name, digest });
  return tags.length;
}

/** A released manifest that a tag, an index or a subject holds is released again when those go; one that only waits stays released. */
async function forgetHeld(sql: SqlTransaction, id: number): Promise<void> {
  const neverMind = present.untagged(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  await sql.run(
    `delete from released_manifests where manifest_id = ? and not exists (select 1 from manifests where id = ? and ${neverMind.text})`,
    [id, id, ...neverMind.params],
  );
}

/**
 * Locks the tags, and removes those that `isAsked` accepts as they are now, that no lease holds and no rule over tags keeps. What they
 * pointed at is released.
 */
async function removeLocked(
  sql: SqlTransaction,
  { repository, at, by }: LockedRemoval,
  names: readonly Tag[],
  isAsked: (tag: TagFacts) => boolean,
): Promise<TagFacts[]> {
  const wanted = padded([...names].sort());
  await sql.all(
    `select t.name from tags t where t.repository_id = ? and t.name in (${placeholders(wanted.length)})
     order by t.name ${locking(sql, 'for update of t')}`,
    [repository.id, ...wanted],
  );
  const rows = await sql.all<TagFactsRow & { is_leased: boolean | number }>(
    `select ${tagFactsColumns}, ${isLeasedTag} as is_leased from ${tagFactsTables}
     where t.repository_id = ? and t.name in (${placeholders(wanted.length)}) order by t.name`,
    [at, at, repository.id, ...wanted],
  );
  const removed: TagFacts[] = [];
  for (const row of rows) {
    const tag = toTagFacts(row);
    if (row.is_leased || !isAsked(tag)) continue;
    if (await isRemoved(sql, { repository, tag: tag.name, from: tag.digest, by, at })) removed.push(tag);
  }
  if (removed.length > 0) await release(sql, repository.id, removed);
  return removed;
}

/** A rule over tags that forbids it has written nothing. */
async function isRemoved(sql: SqlTransaction, input: Parameters<typeof removeTag>[1]): Promise<boolean> {
  try {
    await removeTag(sql, input);
    return true;
  } catch (error) {
    if (error instanceof Withdrawn) return false;
    throw error;
  }
}

async function release(sql: SqlSession, repositoryId: number, tags: readonly TagFacts[]): Promise<void> {
  const ids = padded([...new Set(tags.map(({ manifestId }) => manifestId))]);
  await sql.run(
    `insert into released_manifests (manifest_id, repository_id)
     select id, repository_id from manifests where repository_id = ? and id in (${placeholders(ids.length)}) on conflict do nothing`,
    [repositoryId, ...ids],
  );
}
