import type { Millis } from '../../registry/ports/content-store.ts';
import { chunks, idPairs, padded } from '../sql-lists.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';

/** A blob in the repository that links it. */
export interface BlobLink {
  readonly repositoryId: number;
  readonly projectId: number;
  readonly blobId: number;
  readonly sizeBytes: number;
}

/** Bytes by which each project's usage changes. */
export type UsageChange = Map<number, number>;

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
  await sql.runLast(
    `insert into project_blobs (project_id, blob_id, links) values (?, ?, 1)
     on conflict (project_id, blob_id) do update set links = project_blobs.links + 1`,
    [link.projectId, link.blobId],
  );
  // Everybody who pushes into the project waits for this row, so it is locked for nothing but the commit.
  await sql.runLast(
    `insert into usage (project_id, bytes) select project_id, ? from project_blobs where project_id = ? and blob_id = ? and links = 1
     on conflict (project_id) do update set bytes = usage.bytes + excluded.bytes`,
    [link.sizeBytes, link.projectId, link.blobId],
  );
  return true;
}

/** Settles the projects' accounts after links were deleted, and notes in `usage` what that frees. A blob is charged once per project. */
export async function releaseLinks(sql: SqlSession, links: readonly Omit<BlobLink, 'repositoryId'>[], usage: UsageChange): Promise<void> {
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
        if (gone.has(`${projectId} ${blobId}`)) usage.set(projectId, (usage.get(projectId) ?? 0) - sizeBytes);
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

/** Books the changes, in the order of the ids so that no two transactions wait for each other. */
export async function applyUsage(sql: SqlTransaction, usage: UsageChange): Promise<void> {
  for (const [projectId, bytes] of [...usage].sort(([left], [right]) => left - right)) {
    await sql.runLast(
      'insert into usage (project_id, bytes) values (?, ?) on conflict (project_id) do update set bytes = usage.bytes + excluded.bytes',
      [projectId, bytes],
    );
  }
}
