import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import { reach } from '../../registry/failpoints.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { ManifestCommit, Millis } from '../../registry/ports/content-store.ts';
import type { TagRefusal } from '../../registry/ports/tag-refusal.ts';
import { fromColumn, toColumn } from '../digest-column.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking, Withdrawn } from '../sql-session.ts';
import { recordChange } from './changes.ts';
import { requireSame } from './decided-project.ts';
import type { RepositoryRow } from './repositories.ts';
import { lockedRepository } from './repositories.ts';
import { requireTagRules } from './tag-rules.ts';

/** A tag's row together with what it points at. */
export interface TagTarget {
  readonly manifest_id: number;
  readonly digest: Uint8Array;
}

/** Where a tag is set to, by whom. */
export interface TagSetting {
  readonly repository: RepositoryRow;
  readonly tag: Tag;
  readonly manifestId: number;
  readonly digest: Digest;
  readonly mayMove: boolean;
  readonly by: Agent;
  readonly at: Millis;
}

/**
 * Creates or moves a tag, with history and event; nothing when it points there already. Withdraws the command when it must not move.
 * Answers what it pointed at before.
 */
export async function setTag(sql: SqlTransaction, setting: TagSetting): Promise<Digest | undefined> {
  const { repository, tag, manifestId, digest, mayMove, by, at } = setting;
  for (;;) {
    const created = await sql.run(
      `insert into tags (repository_id, name, manifest_id, updated_at, updated_by) values (?, ?, ?, ?, ?)
       on conflict (repository_id, name) do nothing`,
      [repository.id, tag, manifestId, at, by.actor],
    );
    if (created > 0) {
      sql.usage.countTag(repository.project_id, 1, at);
      await requireTagRules(sql, repository, tag, 'create', by);
      await recordTagChange(sql, { repository, tag, from: undefined, to: digest, by, at });
      return undefined;
    }
    const existing = await lockTag(sql, repository.id, tag);
    if (existing === undefined) continue;
    if (existing.manifest_id === manifestId) {
      // Pushed again all the same, which renews what is kept for some time after its push.
      await sql.runLast('update tags set pushed_at = ? where repository_id = ? and name = ?', [at, repository.id, tag]);
      return digest;
    }
    if (!mayMove) throw new Withdrawn({ outcome: 'tag-exists', tag } satisfies ManifestCommit);
    await requireTagRules(sql, repository, tag, 'move', by);
    await sql.run('update tags set manifest_id = ?, updated_at = ?, updated_by = ? where repository_id = ? and name = ?', [
      manifestId,
      at,
      by.actor,
      repository.id,
      tag,
    ]);
    const from = fromColumn(existing.digest);
    await recordTagChange(sql, { repository, tag, from, to: digest, by, at });
    return from;
  }
}

/** `ContentStore.deleteTag`. */
export async function deleteTag(
  sql: SqlTransaction,
  input: { repository: RepositoryName; tag: Tag; by: Agent; at: Millis },
): Promise<'deleted' | 'absent' | TagRefusal> {
  const { tag, by, at } = input;
  const repository = await lockedRepository(sql, input.repository);
  const existing = repository && (await lockTag(sql, repository.id, tag));
  if (repository === undefined || existing === undefined) return 'absent';
  requireSame(by, repository.project_id);
  await removeTag(sql, { repository, tag, from: fromColumn(existing.digest), by, at });
  reach('tag.delete.in-transaction');
  return 'deleted';
}

/** Deletes every tag of a manifest, with history and events. */
export async function deleteTagsOf(
  sql: SqlTransaction,
  target: { repository: RepositoryRow; manifestId: number; digest: Digest; by: Agent; at: Millis },
): Promise<void> {
  const { repository, manifestId, digest, by, at } = target;
  const rows = await sql.all<{ name: Tag }>(
    `select t.name from tags t where t.repository_id = ? and t.manifest_id = ? order by t.name ${locking(sql, 'for update of t')}`,
    [repository.id, manifestId],
  );
  for (const { name } of rows) await removeTag(sql, { repository, tag: name, from: digest, by, at });
}

/**
 * Deletes a tag that is locked, with history and event, and with what is known of its pulls: whoever gets the name later begins anew.
 * Withdraws the command when a rule keeps it.
 */
export async function removeTag(
  sql: SqlTransaction,
  { repository, tag, from, by, at }: { repository: RepositoryRow; tag: Tag; from: Digest; by: Agent; at: Millis },
): Promise<void> {
  await requireTagRules(sql, repository, tag, 'delete', by);
  await sql.run('delete from tags where repository_id = ? and name = ?', [repository.id, tag]);
  sql.usage.countTag(repository.project_id, -1, at);
  await sql.runLast('delete from tag_pulls where repository_id = ? and tag = ?', [repository.id, tag]);
  await recordTagChange(sql, { repository, tag, from, to: undefined, by, at });
}

/** What a tag points at; its row is locked until the transaction ends. */
export function lockTag(sql: SqlSession, repositoryId: number, tag: Tag): Promise<TagTarget | undefined> {
  return sql.get<TagTarget>(
    `select t.manifest_id, m.digest from tags t join manifests m on m.id = t.manifest_id
     where t.repository_id = ? and t.name = ? ${locking(sql, 'for update of t')}`,
    [repositoryId, tag],
  );
}

async function recordTagChange(
  sql: SqlTransaction,
  change: { repository: RepositoryRow; tag: Tag; from: Digest | undefined; to: Digest | undefined; by: Agent; at: Millis },
): Promise<void> {
  const { repository, tag, from, to, by, at } = change;
  await sql.runLast('insert into tag_history (repository_id, tag, from_digest, to_digest, actor, at) values (?, ?, ?, ?, ?, ?)', [
    repository.id,
    tag,
    from === undefined ? null : toColumn(from),
    to === undefined ? null : toColumn(to),
    by.actor,
    at,
  ]);
  const type = to === undefined ? 'tag.deleted' : from === undefined ? 'tag.created' : 'tag.moved';
  const data = type === 'tag.moved' ? { from } : {};
  await recordChange(sql, { type, at, by, repository: repository.name, digest: to ?? from, tag, data });
}
