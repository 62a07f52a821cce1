import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RepositoryName } from '@longshore/oci';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { KeyedPage } from '../../registry/ports/browse-store.ts';
import { type FoundDigest, mostIndexedBytes, type UnindexedManifest } from '../../registry/ports/search-store.ts';
import { fromColumn } from '../digest-column.ts';
import type { SqlSession } from '../sql-session.ts';
import { beforeNames, openFrom } from '../visibility-condition.ts';
import { type SeenRow, sightOf } from './sight.ts';

/** Matches that one statement looks at, and a page at most: a digest is in as many repositories as it was pushed to. */
const windowMatches = 256;
const mostLooked = 4096;
/** Bytes of the longest digest. */
const longest = 64;

interface Row extends SeenRow {
  readonly digest: Uint8Array;
  readonly repository_id: number;
}

type Place = readonly [hex: string, repositoryId: number];

/** `SearchStore.searchDigests`. */
export async function searchDigests(
  sql: SqlSession,
  { hex, visibility }: { hex: string; visibility: Visibility },
  { limit, after }: KeyedPage<Place>,
): Promise<{ items: FoundDigest[]; next: Place | undefined }> {
  if (visibility.kind === 'nothing') return { items: [], next: undefined };
  const sight = visibility.kind === 'held' ? await sightOf(sql, visibility) : undefined;
  const open = openFrom(visibility, 'r.project_id');
  const items: FoundDigest[] = [];
  // Half a byte more tells where digests that begin so begin and end.
  const low = Buffer.from(hex.length % 2 === 0 ? hex : `${hex}0`, 'hex');
  const high = Buffer.from(hex.padEnd(2 * longest, 'f'), 'hex');
  let place: readonly [Uint8Array, number] = after === undefined ? [low, 0] : [Buffer.from(after[0], 'hex'), after[1]];
  for (let looked = 0; looked < mostLooked; looked += windowMatches) {
    const rows = await sql.all<Row>(
      `select page.digest, page.repository_id, r.name, r.project_id, p.visibility,
         ${open === undefined ? '1' : `case when ${open.text} then 1 else 0 end`} as open
       from (select m.digest, m.repository_id from manifests m where (m.digest, m.repository_id) > (?, ?) and m.digest <= ?
             order by m.digest, m.repository_id limit ?) page
       join repositories r on r.id = page.repository_id join projects p on p.id = r.project_id
       order by page.digest, page.repository_id`,
      [...(open?.params ?? []), ...place, high, windowMatches],
    );
    for (const row of rows) {
      if (items.length === limit) return { items, next: placeOf(place) };
      place = [row.digest, row.repository_id];
      if (row.open === 1 && row.name > beforeNames && (sight?.sees(row) ?? true))
        items.push({ repository: row.name as RepositoryName, digest: fromColumn(row.digest) });
    }
    if (rows.length < windowMatches) return { items, next: undefined };
    await nextTurn();
  }
  return { items, next: placeOf(place) };
}

function placeOf([digest, repositoryId]: readonly [Uint8Array, number]): Place {
  return [Buffer.from(digest).toString('hex'), repositoryId];
}

/** `SearchStore.listUnindexedManifests`. */
export async function listUnindexedManifests(
  sql: SqlSession,
  { after, limit }: { after: number; limit: number },
): Promise<UnindexedManifest[]> {
  const rows = await sql.all<{ manifest_id: number; name: RepositoryName | null; bytes: Uint8Array | null }>(
    `select page.manifest_id, r.name, case when m.size <= ${mostIndexedBytes} then m.bytes else null end as bytes
     from (select manifest_id from unindexed_manifests where manifest_id > ? order by manifest_id limit ?) page
     left join manifests m on m.id = page.manifest_id left join repositories r on r.id = m.repository_id order by page.manifest_id`,
    [after, limit],
  );
  return rows.map(({ manifest_id: manifestId, name, bytes }) => ({
    manifestId,
    repository: name ?? ('' as RepositoryName),
    bytes: bytes ?? undefined,
  }));
}
