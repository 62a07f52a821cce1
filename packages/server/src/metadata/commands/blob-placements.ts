import type { Digest } from '@longshore/oci';
import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import { toColumn } from '../digest-column.ts';
import type { SqlSession } from '../sql-session.ts';
import { locking } from '../sql-session.ts';

/** The blob's id, its row created when it is new. The row cannot be deleted until the transaction ends. */
export async function ensureBlob(sql: SqlSession, digest: Digest, sizeBytes: number): Promise<number> {
  const column = toColumn(digest);
  for (;;) {
    const existing = await sql.get<{ id: number }>(`select id from blobs where digest = ? ${locking(sql, 'for key share')}`, [column]);
    if (existing !== undefined) return existing.id;
    const created = await sql.get<{ id: number }>(
      'insert into blobs (digest, size) values (?, ?) on conflict (digest) do nothing returning id',
      [column, sizeBytes],
    );
    if (created !== undefined) return created.id;
  }
}

/**
 * Renews the live placement of a blob on a store, which also locks it: from then on it cannot be condemned before the
 * transaction ends. False when there is none (any more).
 */
export async function renewLivePlacement(sql: SqlSession, blobId: number, storeId: number, at: Millis): Promise<boolean> {
  const changes = await sql.run("update blob_placements set renewed_at = ? where blob_id = ? and store_id = ? and state = 'live'", [
    at,
    blobId,
    storeId,
  ]);
  return changes > 0;
}

/** Makes `location` the live placement, unless the store has one, which is renewed then. Answers which of the two happened. */
export async function placeBlob(
  sql: SqlSession,
  placement: { blobId: number; storeId: number; location: BlobLocation },
  at: Millis,
): Promise<'placed' | 'duplicate'> {
  const { blobId, storeId, location } = placement;
  for (;;) {
    if (await renewLivePlacement(sql, blobId, storeId, at)) return 'duplicate';
    const inserted = await sql.run(
      `insert into blob_placements (blob_id, store_id, location, state, created_at, renewed_at) values (?, ?, ?, 'live', ?, ?)
       on conflict (blob_id, store_id) where state = 'live' do nothing`,
      [blobId, storeId, location, at, at],
    );
    if (inserted === 0) continue;
    // What was lost is healed by this copy; whatever is left of the unreadable one may go.
    await sql.run("update blob_placements set state = 'condemned' where blob_id = ? and store_id = ? and state = 'lost'", [
      blobId,
      storeId,
    ]);
    return 'placed';
  }
}
