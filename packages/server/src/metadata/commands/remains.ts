import type { Remains } from '../../registry/ports/tenant-store.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { releaseLinks } from './blob-links.ts';

/** Rows of a table that one transaction removes: others wait for it on SQLite. */
const batch = 200;

/**
 * Whatever refers to a repository and does not go with its row, or may be too much for that, in an order in which nothing is left that another row needs, with the
 * columns that name the repository and a row of it.
 */
const ofRepository: readonly (readonly [table: string, owner: string, key: string])[] = [
  ['tags', 'repository_id', 'name'],
  ['tag_pulls', 'repository_id', 'tag'],
  ['tag_history', 'repository_id', 'id'],
  ['promotions', 'to_repository_id', 'id'],
  ['released_manifests', 'repository_id', 'manifest_id'],
];

/** What webhooks have delivered, with every attempt. */
const oldDeliveries = `delete from webhook_deliveries where id in
  (select d.id from webhooks w join webhook_deliveries d on d.webhook_id = w.id where w.project_id = ? limit ${batch})`;

/** `TenantStore.removeRemains`. Nobody finds what is deleted any more; whoever still writes to it holds its row, so it goes last. */
export async function removeRemains(sql: SqlTransaction, input: Remains): Promise<'more' | 'gone'> {
  if ('repositoryId' in input) return removeRepository(sql, input.repositoryId);
  const { projectId } = input;
  const repository = await sql.get<{ id: number }>('select id from repositories where project_id = ? order by name limit 1', [projectId]);
  if (repository !== undefined) {
    await removeRepository(sql, repository.id);
    return 'more';
  }
  const project = await sql.get(`select id from projects where id = ? and deleted_at is not null ${locking(sql, 'for update')}`, [
    projectId,
  ]);
  if (project === undefined) return 'gone';
  if ((await sql.run(oldDeliveries, [projectId])) > 0) return 'more';
  await sql.run('delete from project_blobs where project_id = ?', [projectId]);
  await sql.run('delete from projects where id = ?', [projectId]);
  return 'gone';
}

async function removeRepository(sql: SqlTransaction, id: number): Promise<'more' | 'gone'> {
  const repository = await sql.get<{ project_id: number }>(
    `select project_id from repositories where id = ? and deleted_at is not null ${locking(sql, 'for update')}`,
    [id],
  );
  if (repository === undefined) return 'gone';
  for (const [table, owner, key] of ofRepository) {
    const removed = await sql.run(
      `delete from ${table} where ${owner} = ? and ${key} in (select ${key} from ${table} where ${owner} = ? order by ${key} limit ${batch})`,
      [id, id],
    );
    // Tags are counted against a limit of their project.
    for (let count = 0; table === 'tags' && count < removed; count += 1) sql.usage.countTag(repository.project_id, -1, 0);
    if (removed > 0) return 'more';
  }
  if (await removeManifests(sql, id, repository.project_id)) return 'more';
  if (await removeLinks(sql, id, repository.project_id)) return 'more';
  if ((await sql.get('select 1 from uploads where repository_id = ? limit 1', [id])) !== undefined) return 'more';
  await sql.run('delete from repositories where id = ?', [id]);
  return 'gone';
}

/** Gives back to the project what the repository's manifests charged it for. They take along what refers to them. */
async function removeManifests(sql: SqlTransaction, repositoryId: number, projectId: number): Promise<boolean> {
  const removed = await sql.all<{ size: number }>(
    `delete from manifests where id in (select id from manifests where repository_id = ? order by id limit ${batch}) returning size`,
    [repositoryId],
  );
  for (const { size } of removed) sql.usage.release(projectId, size);
  return removed.length > 0;
}

/** Gives back to the project what the repository's links charged it for. */
async function removeLinks(sql: SqlTransaction, repositoryId: number, projectId: number): Promise<boolean> {
  const links = await sql.all<{ blob_id: number; size: number }>(
    `select t.blob_id, b.size from repository_blobs t join blobs b on b.id = t.blob_id
     where t.repository_id = ? order by t.blob_id limit ${batch} ${locking(sql, 'for update of t')}`,
    [repositoryId],
  );
  if (links.length === 0) return false;
  await unlink(sql, repositoryId, links.at(-1)?.blob_id ?? 0);
  await releaseLinks(
    sql,
    links.map(({ blob_id: blobId, size: sizeBytes }) => ({ projectId, blobId, sizeBytes })),
  );
  return true;
}

function unlink(sql: SqlSession, repositoryId: number, upTo: number): Promise<number> {
  return sql.run('delete from repository_blobs where repository_id = ? and blob_id <= ?', [repositoryId, upTo]);
}
