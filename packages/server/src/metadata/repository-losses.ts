import type { RepositoryName } from '@longshore/oci';
import type { Losses } from '../registry/ports/tenant-store.ts';
import type { SqlSession } from './sql-session.ts';

/** `TenantStore.findRepositoryLosses`. */
export async function findRepositoryLosses(sql: SqlSession, repository: RepositoryName): Promise<Losses | undefined> {
  const row = await sql.get<{ id: number }>('select id from repositories where name = ?', [repository]);
  return row && lossesOfRepository(sql, row.id);
}

/** Tags, and the bytes of everything that the repository holds, whoever else holds the same. */
export async function lossesOfRepository(sql: SqlSession, repositoryId: number): Promise<Losses> {
  const counted = await sql.get<{ tags: number }>('select count(*) as tags from tags where repository_id = ?', [repositoryId]);
  const size = await sql.get<{ bytes: number }>(
    `select (select coalesce(sum(b.size), 0) from repository_blobs rb join blobs b on b.id = rb.blob_id where rb.repository_id = ?)
       + (select coalesce(sum(size), 0) from manifests where repository_id = ?) as bytes`,
    [repositoryId, repositoryId],
  );
  return { repositories: 1, tags: counted?.tags ?? 0, sizeBytes: Number(size?.bytes ?? 0) };
}
