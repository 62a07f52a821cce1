import type { Digest, RepositoryName } from '@longshore/oci';
import { reach } from '../../registry/failpoints.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { ManifestCommit, Millis, NewManifest } from '../../registry/ports/content-store.ts';
import type { TagRefusal } from '../../registry/ports/tag-refusal.ts';
import { toColumn } from '../digest-column.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking, Withdrawn } from '../sql-session.ts';
import { recordChange } from './changes.ts';
import { requireSame } from './decided-project.ts';
import { inLockOrder, isReferenced, recordReferences, renewChildren, renewLinks } from './manifest-references.ts';
import { ensureRepository, lockedRepository, nearQuota } from './repositories.ts';
import { deleteTagsOf, setTag } from './tags.ts';

/**
 * `ContentStore.commitManifest`. Locks in the order in which every command does: children, the manifest, its tags, links. Links
 * come last because images share them: whoever waits for one waits for little more than a commit.
 */
export async function commitManifest(sql: SqlTransaction, input: NewManifest): Promise<ManifestCommit> {
  const { digest, by, at } = input;
  const references = inLockOrder(input.references);
  const renewal = { at, before: input.renewBefore };
  const repository = await ensureRepository(sql, input);
  const manifest = await renewChildren(sql, repository, references, renewal);
  const { id, created } = await storeManifest(sql, repository.id, input);
  if (created) {
    sql.usage.charge(repository.project_id, input.bytes.length, at);
    const { mediaType, subject } = input;
    const data = { mediaType, sizeBytes: input.bytes.length, ...(subject !== undefined && { subject }) };
    await recordChange(sql, { type: 'manifest.pushed', at, by, repository: repository.name, digest, data });
  }
  for (const tag of [...new Set(input.tags)].sort()) {
    await setTag(sql, { repository, tag, manifestId: id, digest, mayMove: input.mayMoveTags, by, at });
  }
  const present = { manifest, blob: await renewLinks(sql, repository, references, renewal) };
  const isPresent = (reference: (typeof references)[number]) => present[reference.kind].has(reference.digest);
  const missing = input.references.filter((reference) => reference.required && !isPresent(reference));
  if (missing.length > 0) {
    const digests = [...new Set(missing.map((reference) => reference.digest))];
    throw new Withdrawn({ outcome: 'missing', digests } satisfies ManifestCommit);
  }
  await recordReferences(sql, repository.id, id, references.filter(isPresent));
  reach('manifest.in-transaction');
  return { outcome: 'stored', created, ...nearQuota(repository) };
}

/** `ContentStore.deleteManifest`. */
export async function deleteManifest(
  sql: SqlTransaction,
  input: { repository: RepositoryName; digest: Digest; by: Agent; at: Millis },
): Promise<'deleted' | 'absent' | 'in-use' | TagRefusal> {
  const { digest, by, at } = input;
  const repository = await lockedRepository(sql, input.repository);
  if (repository === undefined) return 'absent';
  requireSame(by, repository.project_id);
  const manifest = await sql.get<{ id: number; size: number }>(
    `select id, size from manifests where repository_id = ? and digest = ? ${locking(sql, 'for update')}`,
    [repository.id, toColumn(digest)],
  );
  if (manifest === undefined) return 'absent';
  if (await isReferenced(sql, repository.id, 'manifest', digest)) return 'in-use';
  await deleteTagsOf(sql, { repository, manifestId: manifest.id, digest, by, at });
  await sql.run('delete from manifests where id = ?', [manifest.id]);
  sql.usage.release(repository.project_id, manifest.size);
  await recordChange(sql, { type: 'manifest.deleted', at, by, repository: repository.name, digest });
  reach('manifest.delete.in-transaction');
  return 'deleted';
}

/** Stores the row, or renews the one that exists. Either way it is locked until the transaction ends. */
async function storeManifest(sql: SqlSession, repositoryId: number, input: NewManifest): Promise<{ id: number; created: boolean }> {
  const { mediaType, bytes, artifactType, annotations, subject, by, at } = input;
  const digest = toColumn(input.digest);
  for (;;) {
    const created = await sql.get<{ id: number }>(
      `insert into manifests
         (repository_id, digest, media_type, size, artifact_type, subject, pushed_at, pushed_by, renewed_at, annotations, bytes)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (repository_id, digest) do nothing returning id`,
      [
        repositoryId,
        digest,
        mediaType,
        bytes.length,
        artifactType ?? null,
        subject === undefined ? null : toColumn(subject),
        at,
        by.actor,
        at,
        annotations ?? null,
        bytes,
      ],
    );
    if (created !== undefined) return { id: created.id, created: true };
    const renewed = await sql.get<{ id: number }>(
      'update manifests set renewed_at = ? where repository_id = ? and digest = ? returning id',
      [at, repositoryId, digest],
    );
    if (renewed !== undefined) return { id: renewed.id, created: false };
  }
}
