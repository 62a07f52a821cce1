import type { Millis } from '../../registry/ports/content-store.ts';
import { chunks, idPairs, padded } from '../sql-lists.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import type { BlobLink } from '../usage-changes.ts';

/** Links a blob that is not linked yet, in one statement; whoever does so charges the project. The caller has locked the blob's placement. */
export async function insertLink(sql: SqlSession, link: BlobLink, at: Millis): Promise<boolean> {
  const inserted = await sql.run(
    'insert into repository_blobs (repository_id, blob_id, linked_at, renewed_at) values (?, ?, ?, ?) on conflict (repository_id, blob_id) do nothing',
    [link.repositoryId, link.blobId, at, at],
  );
  return inserted > 0;
}

/** Charges the project for what `insertLink` linked, or renews the grace of the link that it found; answers whether the link is new. */
export async function settleLink(sql: SqlTransaction, link: BlobLink, isInserted: boolean, at: Millis): Promise<boolean> {
  for (let isNew = isInserted; ; isNew = await insertLink(sql, link, at)) {
    if (isNew) break;
    const key = [link.repositoryId, link.blobId];
    // Another transaction may just be about to unlink it again: only a row that was updated counts.
    if ((await sql.run('update repository_blobs set renewed_at = ? where repository_id = ? and blob_id = ?', [at, ...key])) > 0)
      return false;
  }
  sql.usage.addLink(link, at);
  return true;
}

/** Books what is free after links were deleted. A blob is charged once per project. */
export async function releaseLinks(sql: SqlTransaction, links: readonly Omit<BlobLink, 'repositoryId'>[]): Promise<void> {
  for (const [count, alike] of byNumber(links)) {
    for (const chunk of chunks(alike)) {
      const keys = padded(chunk).flatMap(({ projectId, blobId }) => [projectId, blobId]);
      const pairs = idPairs(keys.length / 2);
      const left = await sql.all<{ project_id: number; blob_id: number; links: number }>(
        `update project_blobs set links = links - ? where (project_id, blob_id) in ${pairs} returning project_id, blob_id, links`,
        [count, ...keys],
      );
      const gone = new Set(left.filter((row) => row.links <= 0).map((row) => `${row.project_id} ${row.blob_id}`));
      if (gone.size === 0) continue;
      await sql.run(`delete from project_blobs where (project_id, blob_id) in ${pairs} and links <= 0`, keys);
      for (const { projectId, blobId, sizeBytes } of chunk) {
        if (gone.has(`${projectId} ${blobId}`)) sql.usage.release(projectId, sizeBytes);
      }
    }
  }
}

/** Each blob of a project once, by how many of its links there are. */
function byNumber<T extends Omit<BlobLink, 'repositoryId'>>(links: readonly T[]): Map<number, T[]> {
  const counted = new Map<string, { link: T; count: number }>();
  for (const link of links) {
    const key = `${link.projectId} ${link.blobId}`;
    counted.set(key, { link, count: (counted.get(key)?.count ?? 0) + 1 });
  }
  const numbers = new Map<number, T[]>();
  for (const { link, count } of counted.values()) numbers.set(count, [...(numbers.get(count) ?? []), link]);
  return numbers;
}
