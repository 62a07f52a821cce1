import type { Digest, RepositoryName } from '@longshore/oci';
import { reach } from '../../registry/failpoints.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import type { BlobCommit, Millis, NewBlob } from '../../registry/ports/content-store.ts';
import type { QuotaExceeded } from '../../registry/ports/quota-excess.ts';
import { toColumn } from '../digest-column.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking, Withdrawn } from '../sql-session.ts';
import { insertLink, releaseLinks, settleLink } from './blob-links.ts';
import { existingBlob, insertBlob, placeBlob, renewLivePlacement } from './blob-placements.ts';
import { recordChange } from './changes.ts';
import { isReferenced } from './manifest-references.ts';
import { ensureRepository, nearQuota, repositoryByName, repositoryOfUpload, storesOf } from './repositories.ts';

/** `ContentStore.commitBlob`. */
export async function commitBlob(sql: SqlTransaction, input: NewBlob): Promise<BlobCommit> {
  const { digest, sizeBytes, location, by, at } = input;
  const repository = await repositoryOfUpload(sql, input);
  if (repository === undefined) return { outcome: 'lost' };
  const { store_id: home, store } = repository;
  const isHome = input.copiedTo === undefined ? (repository.upload_store_id ?? home) === home : input.copiedTo === store;
  if (!isHome) return { outcome: 'elsewhere', store };
  const [ended, inserted] = await Promise.all([
    sql.run('delete from uploads where id = ? and epoch = ?', [input.uploadId, input.epoch]),
    insertBlob(sql, digest, sizeBytes),
  ]);
  if (ended === 0) throw new Withdrawn({ outcome: 'lost' } satisfies BlobCommit);
  const blobId = inserted ?? (await existingBlob(sql, digest, sizeBytes));
  const link = { repositoryId: repository.id, projectId: repository.project_id, blobId, sizeBytes };
  const [placed, isLinked] = await Promise.all([placeBlob(sql, { blobId, storeId: home, location }, at), insertLink(sql, link, at)]);
  await recordChange(sql, { type: 'blob.pushed', at, by, repository: repository.name, digest, data: { sizeBytes } });
  await settleLink(sql, link, isLinked, at);
  reach('blob.in-transaction');
  return { outcome: placed === 'placed' ? 'stored' : 'duplicate', ...nearQuota(repository) };
}

/** `ContentStore.mountBlob`. */
export async function mountBlob(
  sql: SqlTransaction,
  input: { digest: Digest; from: RepositoryName; to: RepositoryName; store?: string | undefined; by: Agent; at: Millis },
): Promise<boolean | QuotaExceeded> {
  const { digest, from, to, by, at } = input;
  const source = await sql.get<{ id: number; size: number; project_id: number }>(
    `select b.id, b.size, r.project_id from blobs b join repository_blobs rb on rb.blob_id = b.id join repositories r on r.id = rb.repository_id
     where b.digest = ? and r.name = ?`,
    [toColumn(digest), from],
  );
  if (source === undefined) return false;
  const target = await ensureRepository(sql, { ...input, repository: to });
  // What a move does not know of yet must not be added where it copies from.
  const stores = source.project_id === target.project_id ? storesOf(target) : [target.store_id];
  if (!(await renewAnyPlacement(sql, source.id, stores, at))) throw new Withdrawn(false);
  const link = { repositoryId: target.id, projectId: target.project_id, blobId: source.id, sizeBytes: source.size };
  if (await settleLink(sql, link, await insertLink(sql, link, at), at)) {
    await recordChange(sql, { type: 'blob.mounted', at, by, repository: to, digest, data: { from, sizeBytes: source.size } });
  }
  return true;
}

/** `ContentStore.renewBlob`. */
export async function renewBlob(sql: SqlSession, input: { repository: RepositoryName; digest: Digest; at: Millis }): Promise<boolean> {
  const changes = await sql.run(
    `update repository_blobs set renewed_at = ?
     where repository_id = (select id from repositories where name = ?) and blob_id = (select id from blobs where digest = ?)
       and exists (select 1 from repositories r join projects p on p.id = r.project_id
                   join blob_placements bp on bp.blob_id = repository_blobs.blob_id and bp.store_id in (p.store_id, p.previous_store_id)
                   where r.id = repository_blobs.repository_id and bp.state = 'live')`,
    [input.at, input.repository, toColumn(input.digest)],
  );
  return changes > 0;
}

/** `ContentStore.deleteBlob`. */
export async function deleteBlob(
  sql: SqlTransaction,
  input: { repository: RepositoryName; digest: Digest; by: Agent; at: Millis },
): Promise<'deleted' | 'absent' | 'in-use'> {
  const { digest, by, at } = input;
  const repository = await repositoryByName(sql, input.repository);
  if (repository === undefined) return 'absent';
  const blob = await sql.get<{ id: number; size: number }>(
    `select t.blob_id as id, b.size from repository_blobs t join blobs b on b.id = t.blob_id
     where t.repository_id = ? and b.digest = ? ${locking(sql, 'for update of t')}`,
    [repository.id, toColumn(digest)],
  );
  if (blob === undefined) return 'absent';
  if (await isReferenced(sql, repository.id, 'blob', digest)) return 'in-use';
  await sql.run('delete from repository_blobs where repository_id = ? and blob_id = ?', [repository.id, blob.id]);
  await recordChange(sql, { type: 'blob.deleted', at, by, repository: repository.name, digest });
  await releaseLinks(sql, [{ projectId: repository.project_id, blobId: blob.id, sizeBytes: blob.size }]);
  reach('blob.delete.in-transaction');
  return 'deleted';
}

/** Renews the live placements on any of these stores, in the order given; false when there is none. */
async function renewAnyPlacement(sql: SqlSession, blobId: number, stores: readonly number[], at: Millis): Promise<boolean> {
  let found = false;
  for (const store of new Set(stores)) found = (await renewLivePlacement(sql, blobId, store, at)) || found;
  return found;
}

/** `ContentStore.reportLostBlob`. */
export async function reportLostBlob(sql: SqlSession, input: { store: string; location: BlobLocation; at: Millis }): Promise<void> {
  await sql.run(
    `update blob_placements set state = 'lost', renewed_at = ?
     where location = ? and state = 'live' and store_id = (select id from stores where name = ?)`,
    [input.at, input.location, input.store],
  );
}
