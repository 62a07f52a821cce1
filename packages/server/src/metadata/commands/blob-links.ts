import type { Millis } from '../../registry/ports/content-store.ts';
import type { SqlSession } from '../sql-session.ts';

/** A blob in the repository that links it. */
export interface BlobLink {
  readonly repositoryId: number;
  readonly projectId: number;
  readonly blobId: number;
  readonly sizeBytes: number;
}

/** Bytes by which each project's usage changes. */
export type UsageChange = Map<number, number>;

/** Links a blob, or renews the grace of the link that exists; answers whether the link is new. The caller has locked the blob's placement. */
export async function linkBlob(sql: SqlSession, link: BlobLink, at: Millis): Promise<boolean> {
  const key = [link.repositoryId, link.blobId];
  const renew = () => sql.run('update repository_blobs set renewed_at = ? where repository_id = ? and blob_id = ?', [at, ...key]);
  if ((await renew()) > 0) return false;
  const inserted = await sql.run(
    'insert into repository_blobs (repository_id, blob_id, linked_at, renewed_at) values (?, ?, ?, ?) on conflict (repository_id, blob_id) do nothing',
    [...key, at, at],
  );
  if (inserted === 0) {
    // Another transaction linked it meanwhile, and may just be about to unlink it again: only a row that was updated counts.
    return (await renew()) > 0 ? false : linkBlob(sql, link, at);
  }
  const charged = await sql.get<{ links: number }>(
    `insert into project_blobs (project_id, blob_id, links) values (?, ?, 1)
     on conflict (project_id, blob_id) do update set links = project_blobs.links + 1 returning links`,
    [link.projectId, link.blobId],
  );
  if (charged?.links === 1) await applyUsage(sql, new Map([[link.projectId, link.sizeBytes]]));
  return true;
}

/** Settles the project's account after a link was deleted, and notes in `usage` what that frees. A blob is charged once per project. */
export async function releaseLink(sql: SqlSession, link: Omit<BlobLink, 'repositoryId'>, usage: UsageChange): Promise<void> {
  const left = await sql.get<{ links: number }>(
    'update project_blobs set links = links - 1 where project_id = ? and blob_id = ? returning links',
    [link.projectId, link.blobId],
  );
  if (left === undefined || left.links > 0) return;
  await sql.run('delete from project_blobs where project_id = ? and blob_id = ?', [link.projectId, link.blobId]);
  usage.set(link.projectId, (usage.get(link.projectId) ?? 0) - link.sizeBytes);
}

/** Books the changes, in the order of the ids so that no two transactions wait for each other. */
export async function applyUsage(sql: SqlSession, usage: UsageChange): Promise<void> {
  for (const [projectId, bytes] of [...usage].sort(([left], [right]) => left - right)) {
    await sql.run(
      'insert into usage (project_id, bytes) values (?, ?) on conflict (project_id) do update set bytes = usage.bytes + excluded.bytes',
      [projectId, bytes],
    );
  }
}
