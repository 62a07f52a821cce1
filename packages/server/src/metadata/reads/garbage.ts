import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Millis, UploadSession } from '../../registry/ports/content-store.ts';
import type { Candidates, UnlinkedPlacement, UnreferencedLink, UntaggedManifest } from '../../registry/ports/garbage-store.ts';
import { present } from '../garbage-conditions.ts';
import type { PlacementRow } from '../placement-row.ts';
import { toPlacement } from '../placement-row.ts';
import { chunks, padded, placeholders } from '../sql-lists.ts';
import type { SqlSession } from '../sql-session.ts';
import type { UploadRow } from '../upload-row.ts';
import { toUploadSession, uploadColumns, uploadTables } from '../upload-row.ts';
import type { Examination, Key } from './garbage-windows.ts';
import { examineLinks, examineManifests, examinePlacements } from './garbage-windows.ts';

type ListCandidates<T> = (sql: SqlSession, before: Millis, cursor: string | undefined, limit: number) => Promise<Candidates<T>>;

/** `GarbageStore.listUntaggedManifests`. */
export const listUntaggedManifests: ListCandidates<UntaggedManifest> = listBy(examineManifests(present));

/** `GarbageStore.listUnreferencedLinks`. */
export const listUnreferencedLinks: ListCandidates<UnreferencedLink> = listBy(examineLinks(present));

/** `GarbageStore.listUnlinkedPlacements`. */
export const listUnlinkedPlacements: ListCandidates<UnlinkedPlacement> = listBy(examinePlacements(present));

/** `GarbageStore.listCondemnedPlacements`. */
export async function listCondemnedPlacements(sql: SqlSession, limit: number): Promise<UnlinkedPlacement[]> {
  return (await condemnedAfter(sql, 0, limit)).map(toPlacement);
}

/** Condemned placements whose id is higher than `after`, by id. */
export function condemnedAfter(sql: SqlSession, after: number, limit: number): Promise<PlacementRow[]> {
  return sql.all<PlacementRow>(
    `select bp.id, s.name as store, bp.location, b.digest, b.size
     from blob_placements bp join blobs b on b.id = bp.blob_id join stores s on s.id = bp.store_id
     where bp.state = 'condemned' and bp.id > ? order by bp.id limit ?`,
    [after, limit],
  );
}

/** `GarbageStore.listExpiredUploads`, the oldest first. */
export async function listExpiredUploads(sql: SqlSession, before: Millis, limit: number): Promise<UploadSession[]> {
  const rows = await sql.all<UploadRow>(
    `select ${uploadColumns} from ${uploadTables} where u.touched_at < ? order by u.touched_at, u.id limit ?`,
    [before, limit],
  );
  return rows.map(toUploadSession);
}

/** `GarbageStore.knownLocations`. */
export async function knownLocations(sql: SqlSession, store: string, locations: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (const chunk of chunks(locations)) {
    const values = padded(chunk);
    const rows = await sql.all<{ location: string }>(
      `select bp.location from blob_placements bp join stores s on s.id = bp.store_id
       where s.name = ? and bp.location in (${placeholders(values.length)})`,
      [store, ...values],
    );
    for (const row of rows) known.add(row.location);
  }
  return known;
}

/** `GarbageStore.knownUploads`. */
export async function knownUploads(sql: SqlSession, ids: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (const chunk of chunks(ids)) {
    const values = padded(chunk);
    const rows = await sql.all<{ id: string }>(`select id from uploads where id in (${placeholders(values.length)})`, values);
    for (const row of rows) known.add(row.id);
  }
  return known;
}

/**
 * Pages through candidates. Examines windows until one holds some, or the table ends, so that no items means that there are no
 * more. Between windows requests get their turn.
 */
function listBy<T>({ first, examine }: Examination<T>): ListCandidates<T> {
  return async (sql, before, cursor, limit) => {
    let after: Key = cursor === undefined ? first : cursor.split('.').map(Number);
    for (;;) {
      const { found, next } = await examine(sql, before, after);
      const page = found.slice(0, limit);
      const end = found.length > limit ? page.at(-1)?.key : next;
      if (page.length > 0 || end === undefined) return { items: page.map(({ item }) => item), cursor: end?.join('.') };
      after = end;
      await nextTurn();
    }
  };
}

/** `GarbageStore.listEndedLeases`. */
export async function listEndedLeases(
  sql: SqlSession,
  at: Millis,
  cursor: string | undefined,
): Promise<{ items: string[]; cursor: string | undefined }> {
  const [holder = '', digest = ''] = cursor === undefined ? [] : (JSON.parse(cursor) as string[]);
  const rows = await sql.all<{ holder: string; digest: Uint8Array; expires_at: Millis }>(
    `select holder, digest, expires_at from content_leases where (holder, digest) > (?, ?) order by holder, digest limit ${leasesAtOnce}`,
    [holder, Buffer.from(digest, 'hex')],
  );
  const last = rows.length < leasesAtOnce ? undefined : rows.at(-1);
  return {
    items: rows.filter((row) => row.expires_at <= at).map((row) => row.holder),
    cursor: last && JSON.stringify([last.holder, Buffer.from(last.digest).toString('hex')]),
  };
}

/** Rows that one statement goes through. */
const leasesAtOnce = 500;
