import type { Digest, RepositoryName } from '@longshore/oci';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { UnlinkedPlacement } from '../../registry/ports/garbage-store.ts';
import type { Fence } from '../../registry/ports/lease-store.ts';
import { byColumnOrder, fromColumn, toColumn } from '../digest-column.ts';
import { present } from '../garbage-conditions.ts';
import type { PlacementRow } from '../placement-row.ts';
import { toPlacement } from '../placement-row.ts';
import { chunks, idPairs, padded, placeholders } from '../sql-lists.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { releaseLinks } from './blob-links.ts';
import { recordChange } from './changes.ts';
import { requireFence } from './leases.ts';

interface InRepository {
  readonly repositoryId: number;
  readonly digest: Digest;
}

// Each removal locks the rows first and decides in the next statement. On PostgreSQL that statement sees everything that the
// transactions it waited for have written, so the push wins also when the clocks of the two machines disagree.

/** `GarbageStore.removeUntaggedManifests`. */
export async function removeUntaggedManifests(
  sql: SqlTransaction,
  input: { before: Millis; at: Millis; by: Agent; manifests: readonly InRepository[]; fence?: Fence | undefined },
): Promise<number> {
  await requireFence(sql, input.fence);
  const { before, at, by, manifests } = input;
  const condition = present.untagged(before, at);
  let removed = 0;
  for (const { repositoryId, digest } of inLockOrder(manifests)) {
    const manifest = await sql.get<{ id: number; size: number; repository: RepositoryName; project_id: number }>(
      `select t.id, t.size, r.name as repository, r.project_id from manifests t join repositories r on r.id = t.repository_id
       where t.repository_id = ? and t.digest = ? ${locking(sql, 'for update of t')}`,
      [repositoryId, toColumn(digest)],
    );
    if (manifest === undefined) continue;
    if ((await sql.run(`delete from manifests where id = ? and ${condition.text}`, [manifest.id, ...condition.params])) === 0) continue;
    sql.usage.release(manifest.project_id, manifest.size);
    await recordChange(sql, { type: 'manifest.deleted', at, by, repository: manifest.repository, digest });
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
  let removed = 0;
  for (const chunk of chunks(inLockOrder(input.links))) {
    const locked = await lockLinks(sql, chunk);
    if (locked.length === 0) continue;
    const keys = padded(locked);
    const deleted = await sql.all<LinkKey>(
      `delete from repository_blobs where (repository_id, blob_id) in ${idPairs(keys.length)} and ${condition.text}
       returning repository_id, blob_id`,
      [...keys.flatMap((link) => [link.repository_id, link.blob_id]), ...condition.params],
    );
    const known = new Map(locked.map((link) => [keyOf(link), link]));
    await releaseLinks(
      sql,
      deleted
        .flatMap((key) => known.get(keyOf(key)) ?? [])
        .map(({ project_id: projectId, blob_id: blobId, size: sizeBytes }) => ({ projectId, blobId, sizeBytes })),
    );
    removed += deleted.length;
  }
  return removed;
}

interface LinkKey {
  readonly repository_id: number;
  readonly blob_id: number;
}

interface LockedLink extends LinkKey {
  readonly size: number;
  readonly project_id: number;
}

function keyOf(link: LinkKey): string {
  return `${link.repository_id} ${link.blob_id}`;
}

/** Locks those links that are (still) there. */
async function lockLinks(sql: SqlSession, links: readonly InRepository[]): Promise<LockedLink[]> {
  const digests = padded(links.map(({ digest }) => digest));
  const blobs = await sql.all<{ id: number; digest: Uint8Array }>(
    `select id, digest from blobs where digest in (${placeholders(digests.length)})`,
    digests.map(toColumn),
  );
  const ids = new Map(blobs.map(({ id, digest }) => [fromColumn(digest), id]));
  const there = links.flatMap(({ repositoryId, digest }) => {
    const id = ids.get(digest);
    return id === undefined ? [] : [[repositoryId, id]];
  });
  if (there.length === 0) return [];
  const keys = padded(there);
  return sql.all<LockedLink>(
    `select t.repository_id, t.blob_id, b.size, r.project_id
     from repository_blobs t join blobs b on b.id = t.blob_id join repositories r on r.id = t.repository_id
     where (t.repository_id, t.blob_id) in ${idPairs(keys.length)}
     order by t.repository_id, b.digest ${locking(sql, 'for update of t')}`,
    keys.flat(),
  );
}

/** `GarbageStore.condemnPlacements`. */
export async function condemnPlacements(
  sql: SqlSession,
  input: { before: Millis; at: Millis; placementIds: readonly number[]; fence?: Fence | undefined },
): Promise<UnlinkedPlacement[]> {
  await requireFence(sql, input.fence);
  const condition = present.unlinked(input.before, input.at);
  const condemned: UnlinkedPlacement[] = [];
  for (const chunk of chunks(ascending(input.placementIds))) {
    const ids = padded(chunk);
    const rows = await sql.all<PlacementRow>(
      `select t.id, s.name as store, t.location, b.digest, b.size
       from blob_placements t join blobs b on b.id = t.blob_id join stores s on s.id = t.store_id
       where t.id in (${placeholders(ids.length)}) order by t.id ${locking(sql, 'for update of t')}`,
      ids,
    );
    const changed = await sql.all<{ id: number }>(
      `update blob_placements set state = 'condemned' where id in (${placeholders(ids.length)}) and ${condition.text} returning id`,
      [...ids, ...condition.params],
    );
    const changedIds = new Set(changed.map(({ id }) => id));
    condemned.push(...rows.filter(({ id }) => changedIds.has(id)).map(toPlacement));
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
  for (const chunk of chunks(ascending(input.placementIds))) {
    const ids = padded(chunk);
    const rows = await sql.all<{ blob_id: number }>(
      `delete from blob_placements where id in (${placeholders(ids.length)}) and state = 'condemned' returning blob_id`,
      ids,
    );
    for (const row of rows) blobs.add(row.blob_id);
  }
  for (const chunk of chunks(ascending([...blobs]))) {
    const ids = padded(chunk);
    const list = placeholders(ids.length);
    await sql.all(`select id from blobs where id in (${list}) order by id ${locking(sql, 'for update')}`, ids);
    await sql.run(`delete from blobs where id in (${list}) and ${present.unknown}`, ids);
  }
}

/** `GarbageStore.leaseContent`. */
export async function leaseContent(
  sql: SqlSession,
  input: { holder: string; digest: Digest; expiresAt: Millis; projectId?: number | undefined },
): Promise<void> {
  await sql.run(
    `insert into content_leases (holder, digest, expires_at, project_id) values (?, ?, ?, ?)
     on conflict (holder, digest) do update set expires_at = excluded.expires_at, project_id = excluded.project_id`,
    [input.holder, toColumn(input.digest), input.expiresAt, input.projectId ?? null],
  );
}

/** `GarbageStore.releaseContent`. */
export async function releaseContent(sql: SqlSession, input: { holder: string }): Promise<void> {
  await sql.run('delete from content_leases where holder = ?', [input.holder]);
}

/** `GarbageStore.forgetLeases`. */
export async function forgetLeases(
  sql: SqlSession,
  input: { holders: readonly string[]; at: Millis; fence?: Fence | undefined },
): Promise<void> {
  await requireFence(sql, input.fence);
  for (const holder of [...new Set(input.holders)].sort()) {
    await sql.run('delete from content_leases where holder = ? and expires_at <= ?', [holder, input.at]);
  }
}

/** The order in which pushes lock rows of one repository. */
function inLockOrder(entries: readonly InRepository[]): InRepository[] {
  return [...entries].sort((left, right) => left.repositoryId - right.repositoryId || byColumnOrder(left.digest, right.digest));
}

function ascending(ids: readonly number[]): number[] {
  return [...ids].sort((left, right) => left - right);
}
