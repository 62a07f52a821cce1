import type { RepositoryName } from '@longshore/oci';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { UnlinkedPlacement, UnreferencedLink, UntaggedManifest } from '../../registry/ports/garbage-store.ts';
import { fromColumn } from '../digest-column.ts';
import type { GarbageCondition, GarbageConditions } from '../garbage-conditions.ts';
import type { PlacementRow } from '../placement-row.ts';
import { toPlacement } from '../placement-row.ts';
import type { SqlSession } from '../sql-session.ts';

/** Rows that one statement examines: candidates may be rare, and on SQLite a statement holds up every request. */
export const windowRows = 200;

/** A row's place in the order in which its table is gone through. */
export type Key = readonly number[];

/** A window of a table: those of its rows that are garbage, and where the next window begins; undefined at the end. */
export interface Window<T> {
  readonly found: readonly { readonly key: Key; readonly item: T }[];
  readonly next: Key | undefined;
}

/** How to go through one table in windows. */
export interface Examination<T> {
  readonly first: Key;
  readonly examine: (sql: SqlSession, before: Millis, after: Key) => Promise<Window<T>>;
}

interface Examined {
  readonly candidate: boolean | number;
}

interface ContentRow extends Examined {
  readonly id: number;
  readonly repository_id: number;
  readonly repository: RepositoryName;
  readonly digest: Uint8Array;
  readonly size: number;
}

/** Goes through `manifests`. */
export function examineManifests({ untagged }: GarbageConditions): Examination<UntaggedManifest> {
  const text = `select manifests.id, manifests.repository_id, r.name as repository, manifests.digest, manifests.size, ${verdict(untagged)}
    from manifests join repositories r on r.id = manifests.repository_id
    where manifests.id > ? order by manifests.id limit ${windowRows}`;
  return { first: [0], examine: examineBy<ContentRow, UntaggedManifest>(text, untagged, (row) => [row.id], toContent) };
}

/** Goes through `repository_blobs`. */
export function examineLinks({ unreferenced }: GarbageConditions): Examination<UnreferencedLink> {
  const text = `select b.id, repository_blobs.repository_id, r.name as repository, b.digest, b.size, ${verdict(unreferenced)}
    from repository_blobs join repositories r on r.id = repository_blobs.repository_id join blobs b on b.id = repository_blobs.blob_id
    where (repository_blobs.repository_id, repository_blobs.blob_id) > (?, ?)
    order by repository_blobs.repository_id, repository_blobs.blob_id limit ${windowRows}`;
  return {
    first: [0, 0],
    examine: examineBy<ContentRow, UnreferencedLink>(text, unreferenced, (row) => [row.repository_id, row.id], toContent),
  };
}

/** Goes through `blob_placements`. */
export function examinePlacements({ unlinked }: GarbageConditions): Examination<UnlinkedPlacement> {
  const text = `select blob_placements.id, s.name as store, blob_placements.location, b.digest, b.size, ${verdict(unlinked)}
    from blob_placements join blobs b on b.id = blob_placements.blob_id join stores s on s.id = blob_placements.store_id
    where blob_placements.id > ? order by blob_placements.id limit ${windowRows}`;
  return { first: [0], examine: examineBy<PlacementRow & Examined, UnlinkedPlacement>(text, unlinked, (row) => [row.id], toPlacement) };
}

function verdict(condition: GarbageCondition): string {
  return `(${condition(0, 0).text}) as candidate`;
}

function examineBy<R extends Examined, T>(
  text: string,
  condition: GarbageCondition,
  keyOf: (row: R) => Key,
  toItem: (row: R) => T,
): Examination<T>['examine'] {
  return async (sql, before, after) => {
    const rows = await sql.all<R>(text, [...condition(before, before).params, ...after]);
    const last = rows.at(-1);
    return {
      found: rows.filter((row) => Boolean(row.candidate)).map((row) => ({ key: keyOf(row), item: toItem(row) })),
      next: last === undefined || rows.length < windowRows ? undefined : keyOf(last),
    };
  };
}

function toContent(row: ContentRow): UntaggedManifest & UnreferencedLink {
  return { repositoryId: row.repository_id, repository: row.repository, digest: fromColumn(row.digest), sizeBytes: row.size };
}
