import type { Digest, RepositoryName } from '@longshore/oci';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { UnlinkedPlacement } from '../../registry/ports/garbage-store.ts';
import type { Fence } from '../../registry/ports/lease-store.ts';
import { byColumnOrder, toColumn } from '../digest-column.ts';
import { present } from '../garbage-conditions.ts';
import type { PlacementRow } from '../placement-row.ts';
import { toPlacement } from '../placement-row.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import type { UsageChange } from './blob-links.ts';
import { applyUsage, releaseLink } from './blob-links.ts';
import { recordChange } from './changes.ts';
import { requireFence } from './leases.ts';

interface InRepository {
  readonly repositoryId: number;
  readonly digest: Digest;
}

// Each removal locks the row first and decides in the next statement. On PostgreSQL that statement sees everything that the
// transaction it waited for has written, so the push wins also when the clocks of the two machines disagree.

/** `GarbageStore.removeUntaggedManifests`. */
export async function removeUntaggedManifests(
  sql: SqlTransaction,
  input: { before: Millis; at: Millis; manifests: readonly InRepository[]; fence?: Fence | undefined },
): Promise<number> {
  await requireFence(sql, input.fence);
  const { before, at, manifests } = input;
  const condition = present.untagged(before, at);
  let removed = 0;
  for (const { repositoryId, digest } of inLockOrder(manifests)) {
    const manifest = await sql.get<{ id: number; repository: RepositoryName }>(
      `select t.id, r.name as repository from manifests t join repositories r on r.id = t.repository_id
       where t.repository_id = ? and t.digest = ? ${locking(sql, 'for update of t')}`,
      [repositoryId, toColumn(digest)],
    );
    if (manifest === undefined) continue;
    if ((await sql.run(`delete from manifests where id = ? and ${condition.text}`, [manifest.id, ...condition.params])) === 0) continue;
    await recordChange(sql, { type: 'manifest.deleted', at, actor: 'system:gc', repository: manifest.repository, digest });
    removed += 1;
  }
  return removed;
}

/** `GarbageStore.removeUnreferencedLinks`. */
export async function removeUnreferencedLinks(
  sql: SqlTransaction,
  input: { before: Millis; links: readonly InRepository[]; fence?: Fence | undefined },
): Promise<number> {
  await requireFence(sql, input.fence);
  const condition = present.unreferenced(input.before, input.before);
  const usage: UsageChange = new Map();
  let removed = 0;
  for (const { repositoryId, digest } of inLockOrder(input.links)) {
    const link = await sql.get<{ blob_id: number; size: number; project_id: number }>(
      `select t.blob_id, b.size, r.project_id
       from repository_blobs t join blobs b on b.id = t.blob_id join repositories r on r.id = t.repository_id
       where t.repository_id = ? and b.digest = ? ${locking(sql, 'for update of t')}`,
      [repositoryId, toColumn(digest)],
    );
    if (link === undefined) continue;
    const deleted = await sql.run(`delete from repository_blobs where repository_id = ? and blob_id = ? and ${condition.text}`, [
      repositoryId,
      link.blob_id,
      ...condition.params,
    ]);
    if (deleted === 0) continue;
    await releaseLink(sql, { projectId: link.project_id, blobId: link.blob_id, sizeBytes: link.size }, usage);
    removed += 1;
  }
  await applyUsage(sql, usage);
  return removed;
}

/** `GarbageStore.condemnPlacements`. */
export async function condemnPlacements(
  sql: SqlSession,
  input: { before: Millis; at: Millis; placementIds: readonly number[]; fence?: Fence | undefined },
): Promise<UnlinkedPlacement[]> {
  await requireFence(sql, input.fence);
  const condition = present.unlinked(input.before, input.at);
  const condemned: UnlinkedPlacement[] = [];
  for (const id of [...input.placementIds].sort((left, right) => left - right)) {
    const row = await sql.get<PlacementRow>(
      `select t.id, s.name as store, t.location, b.digest, b.size
       from blob_placements t join blobs b on b.id = t.blob_id join stores s on s.id = t.store_id
       where t.id = ? ${locking(sql, 'for update of t')}`,
      [id],
    );
    if (row === undefined) continue;
    const changes = await sql.run(`update blob_placements set state = 'condemned' where id = ? and ${condition.text}`, [
      id,
      ...condition.params,
    ]);
    if (changes > 0) condemned.push(toPlacement(row));
  }
  return condemned;
}

/** `GarbageStore.forgetPlacements`. */
export async function forgetPlacements(
  sql: SqlSession,
  input: { placementIds: readonly number[]; at: Millis; fence?: Fence | undefined },
): Promise<void> {
  await requireFence(sql, input.fence);
  const blobs = new Set<number>();
  for (const id of [...input.placementIds].sort((left, right) => left - right)) {
    const row = await sql.get<{ blob_id: number }>("delete from blob_placements where id = ? and state = 'condemned' returning blob_id", [
      id,
    ]);
    if (row !== undefined) blobs.add(row.blob_id);
  }
  for (const id of [...blobs].sort((left, right) => left - right)) {
    await sql.get(`select id from blobs where id = ? ${locking(sql, 'for update')}`, [id]);
    await sql.run(
      `delete from blobs where id = ? and not exists (select 1 from blob_placements bp where bp.blob_id = blobs.id)
         and not exists (select 1 from repository_blobs rb where rb.blob_id = blobs.id)`,
      [id],
    );
  }
}

/** `GarbageStore.leaseContent`. */
export async function leaseContent(sql: SqlSession, input: { holder: string; digest: Digest; expiresAt: Millis }): Promise<void> {
  await sql.run(
    `insert into content_leases (holder, digest, expires_at) values (?, ?, ?)
     on conflict (holder, digest) do update set expires_at = excluded.expires_at`,
    [input.holder, toColumn(input.digest), input.expiresAt],
  );
}

/** `GarbageStore.releaseContent`. */
export async function releaseContent(sql: SqlSession, input: { holder: string }): Promise<void> {
  await sql.run('delete from content_leases where holder = ?', [input.holder]);
}

/** The order in which pushes lock rows of one repository. */
function inLockOrder(entries: readonly InRepository[]): InRepository[] {
  return [...entries].sort((left, right) => left.repositoryId - right.repositoryId || byColumnOrder(left.digest, right.digest));
}
