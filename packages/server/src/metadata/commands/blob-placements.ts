import type { Digest } from '@longshore/oci';
import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import { toColumn } from '../digest-column.ts';
import type { SqlSession } from '../sql-session.ts';
import { locking } from '../sql-session.ts';

/** Makes the row of a blob that has none, in one statement, and answers its id. */
export async function insertBlob(sql: SqlSession, digest: Digest, sizeBytes: number): Promise<number | undefined> {
  const row = await sql.get<{ id: number }>('insert into blobs (digest, size) values (?, ?) on conflict (digest) do nothing returning id', [
    toColumn(digest),
    sizeBytes,
  ]);
  return row?.id;
}

/** The id that `insertBlob` did not answer, since the row exists. The row cannot be deleted until the transaction ends. */
export async function existingBlob(sql: SqlSession, digest: Digest, sizeBytes: number): Promise<number> {
  for (;;) {
    const existing = await sql.get<{ id: number }>(`select id from blobs where digest = ? ${locking(sql, 'for key share')}`, [
      toColumn(digest),
    ]);
    const id = existing?.id ?? (await insertBlob(sql, digest, sizeBytes));
    if (id !== undefined) return id;
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

/**
 * Makes `location` the live placement, unless the store has one, which is renewed then. Answers which of the two happened. All it
 * asks for is asked for at once.
 */
export async function placeBlob(
  sql: SqlSession,
  placement: { blobId: number; storeId: number; location: BlobLocation },
  at: Millis,
): Promise<'placed' | 'duplicate'> {
  const { blobId, storeId, location } = placement;
  const [live] = await Promise.all([
    sql.get<{ location: BlobLocation }>(
      `insert into blob_placements (blob_id, store_id, location, state, created_at, renewed_at) values (?, ?, ?, 'live', ?, ?)
       on conflict (blob_id, store_id) where state = 'live' do update set renewed_at = excluded.renewed_at returning location`,
      [blobId, storeId, location, at, at],
    ),
    // What was lost is healed by this copy; whatever is left of the unreadable one may go.
    sql.run("update blob_placements set state = 'condemned' where blob_id = ? and store_id = ? and state = 'lost'", [blobId, storeId]),
  ]);
  return live?.location === location ? 'placed' : 'duplicate';
}
