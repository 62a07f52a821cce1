import type { Digest } from '@longshore/oci';
import type { Millis, NewManifest } from '../../registry/ports/content-store.ts';
import { byColumnOrder, fromColumn, toColumn } from '../digest-column.ts';
import { referenceKind } from '../reference-kind.ts';
import { chunks, padded, placeholders } from '../sql-lists.ts';
import type { SqlSession } from '../sql-session.ts';
import { locking } from '../sql-session.ts';
import type { RepositoryRow } from './repositories.ts';

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

/** Records what a manifest points at. Idempotent. */
export async function recordReferences(
  sql: SqlSession,
  repositoryId: number,
  manifestId: number,
  references: readonly Reference[],
): Promise<void> {
  for (const chunk of chunks(references)) {
    const rows = padded(chunk);
    await sql.run(
      `insert into manifest_references (repository_id, kind, target, manifest_id) values ${placeholders(rows.length, '(?, ?, ?, ?)')}
       on conflict do nothing`,
      rows.flatMap(({ kind, digest }) => [repositoryId, referenceKind[kind], toColumn(digest), manifestId]),
    );
  }
}

/**
 * Renews every manifest that `references` names and the repository has, which locks it against garbage collection and deletes until
 * the transaction ends, and answers which that is.
 */
export async function renewChildren(
  sql: SqlSession,
  repository: RepositoryRow,
  references: readonly Reference[],
  at: Millis,
): Promise<Set<Digest>> {
  const found = new Set<Digest>();
  for (const chunk of chunks(digestsOf(references, 'manifest'))) {
    const targets = padded(chunk).map(toColumn);
    const rows = await sql.all<{ digest: Uint8Array }>(
      `with present as (
         select id from manifests where repository_id = ? and digest in (${placeholders(targets.length)})
         order by digest ${locking(sql, 'for update')})
       update manifests set renewed_at = ? where id in (select id from present) returning digest`,
      [repository.id, ...targets, at],
    );
    for (const row of rows) found.add(fromColumn(row.digest));
  }
  return found;
}

/**
 * Renews every blob that `references` names and the repository has, which locks it against garbage collection and deletes until
 * the transaction ends, and answers which that is.
 */
export async function renewLinks(
  sql: SqlSession,
  repository: RepositoryRow,
  references: readonly Reference[],
  at: Millis,
): Promise<Set<Digest>> {
  const found = new Set<Digest>();
  for (const chunk of chunks(digestsOf(references, 'blob'))) {
    const targets = padded(chunk).map(toColumn);
    const rows = await sql.all<{ digest: Uint8Array }>(
      `with present as (
         select t.blob_id from repository_blobs t join blobs b on b.id = t.blob_id
         where t.repository_id = ? and b.digest in (${placeholders(targets.length)})
           and exists (select 1 from blob_placements bp where bp.blob_id = b.id and bp.store_id = ? and bp.state = 'live')
         order by b.digest ${locking(sql, 'for update of t')})
       update repository_blobs set renewed_at = ?
       where repository_id = ? and blob_id in (select blob_id from present)
       returning (select b.digest from blobs b where b.id = repository_blobs.blob_id) as digest`,
      [repository.id, ...targets, repository.store_id, at, repository.id],
    );
    for (const row of rows) found.add(fromColumn(row.digest));
  }
  return found;
}

/** Each digest once, in the order in which everybody locks. */
function digestsOf(references: readonly Reference[], kind: Kind): Digest[] {
  const digests = references.filter((reference) => reference.kind === kind).map(({ digest }) => digest);
  return [...new Set(digests)].sort(byColumnOrder);
}
