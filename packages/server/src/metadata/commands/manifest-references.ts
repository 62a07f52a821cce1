import type { Digest } from '@longshore/oci';
import type { Millis, NewManifest } from '../../registry/ports/content-store.ts';
import { byColumnOrder, fromColumn, toColumn } from '../digest-column.ts';
import { referenceKind } from '../reference-kind.ts';
import { chunks, padded, placeholders } from '../sql-lists.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import { type RepositoryRow, storesOf } from './repositories.ts';

type Reference = NewManifest['references'][number];
type Kind = Reference['kind'];

/** Whether a manifest of this repository points at the content. Lock the content's row first. */
export async function isReferenced(sql: SqlSession, repositoryId: number, kind: Kind, target: Digest): Promise<boolean> {
  const row = await sql.get('select 1 from manifest_references where repository_id = ? and kind = ? and target = ? limit 1', [
    repositoryId,
    referenceKind[kind],
    toColumn(target),
  ]);
  return row !== undefined;
}

/** What a new manifest does to the grace of what it points at. */
export interface Renewal {
  readonly at: Millis;
  /** Only a grace that began before is renewed: most rows are then locked and not written. */
  readonly before: Millis;
}

/** In the order in which everybody locks; also the one in which SQLite inserts them fastest. */
export function inLockOrder(references: readonly Reference[]): Reference[] {
  return [...references].sort((left, right) => byColumnOrder(left.digest, right.digest));
}

/** Records what a manifest points at. Idempotent. */
export async function recordReferences(
  sql: SqlTransaction,
  repositoryId: number,
  manifestId: number,
  references: readonly Reference[],
): Promise<void> {
  for (const chunk of chunks(references)) {
    const rows = padded(chunk);
    await sql.runLast(
      `insert into manifest_references (repository_id, kind, target, manifest_id) values ${placeholders(rows.length, '(?, ?, ?, ?)')}
       on conflict do nothing`,
      rows.flatMap(({ kind, digest }) => [repositoryId, referenceKind[kind], toColumn(digest), manifestId]),
    );
  }
}

/**
 * Locks every manifest that `references`, which are in lock order, name and the repository has, against garbage collection and
 * deletes until the transaction ends, renews the grace of those that need it, and answers which the repository has.
 */
export async function renewChildren(
  sql: SqlSession,
  repository: RepositoryRow,
  references: readonly Reference[],
  { at, before }: Renewal,
): Promise<Set<Digest>> {
  const found = new Set<Digest>();
  for (const chunk of chunks(digestsOf(references, 'manifest'))) {
    const targets = padded(chunk).map(toColumn);
    const rows = await sql.all<LockedRow>(
      `select id, digest, renewed_at from manifests where repository_id = ? and digest in (${placeholders(targets.length)})
       order by digest ${locking(sql, 'for update')}`,
      [repository.id, ...targets],
    );
    const old = idsOf(rows, before);
    if (old.length > 0) await sql.run(`update manifests set renewed_at = ? where id in (${placeholders(old.length)})`, [at, ...old]);
    for (const digest of rows.length === chunk.length ? chunk : rows.map((row) => fromColumn(row.digest))) found.add(digest);
  }
  return found;
}

/**
 * Locks every link of a blob that `references`, which are in lock order, name and the repository has, against garbage collection
 * and deletes until the transaction ends, renews the grace of those that need it, and answers which the repository has.
 */
export async function renewLinks(
  sql: SqlSession,
  repository: RepositoryRow,
  references: readonly Reference[],
  { at, before }: Renewal,
): Promise<Set<Digest>> {
  const found = new Set<Digest>();
  for (const chunk of chunks(digestsOf(references, 'blob'))) {
    const targets = padded(chunk).map(toColumn);
    // A cross join: left to itself, SQLite goes through every link of the repository for a list of nine or more. No `exists`: where
    // PostgreSQL has no statistics yet, it would begin with every live placement of the store.
    const rows = await sql.all<LockedRow>(
      `select t.blob_id as id, b.digest, t.renewed_at from blobs b cross join repository_blobs t
       where b.digest in (${placeholders(targets.length)}) and t.repository_id = ? and t.blob_id = b.id
         and (select 1 from blob_placements bp where bp.blob_id = b.id and bp.store_id in (?, ?) and bp.state = 'live' limit 1) = 1
       order by b.digest ${locking(sql, 'for update of t')}`,
      [...targets, repository.id, ...storesOf(repository)],
    );
    const old = idsOf(rows, before);
    if (old.length > 0) {
      await sql.run(`update repository_blobs set renewed_at = ? where repository_id = ? and blob_id in (${placeholders(old.length)})`, [
        at,
        repository.id,
        ...old,
      ]);
    }
    for (const digest of rows.length === chunk.length ? chunk : rows.map((row) => fromColumn(row.digest))) found.add(digest);
  }
  return found;
}

interface LockedRow {
  readonly id: number;
  readonly digest: Uint8Array;
  readonly renewed_at: Millis;
}

/** The ids of those whose grace began before, as a list for a statement. */
function idsOf(rows: readonly LockedRow[], before: Millis): number[] {
  const old = rows.filter((row) => row.renewed_at < before).map(({ id }) => id);
  return old.length === 0 ? [] : padded(old);
}

function digestsOf(references: readonly Reference[], kind: Kind): Digest[] {
  return [...new Set(references.filter((reference) => reference.kind === kind).map(({ digest }) => digest))];
}
