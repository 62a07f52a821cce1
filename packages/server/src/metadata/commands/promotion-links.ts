import type { Digest } from '@longshore/oci';
import type { Agent } from '../../registry/ports/agent.ts';
import type { BlobLocation } from '../../registry/ports/blob-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { BlobElsewhere, PromotionCondition, PromotionOutcome } from '../../registry/ports/promotion-store.ts';
import { byColumnOrder, fromColumn } from '../digest-column.ts';
import { chunks, padded, placeholders } from '../sql-lists.ts';
import type { SqlSession, SqlTransaction } from '../sql-session.ts';
import { locking, Withdrawn } from '../sql-session.ts';
import { renewChildren, renewLinks } from './manifest-references.ts';
import type { NeededBlob, SourceManifest } from './promotion-closure.ts';
import { type RepositoryRow, storesOf } from './repositories.ts';

/** Blobs that an answer names as missing: as many as are copied before the promotion is tried again. */
const mostNamed = 1000;

/** How often content that is deleted while it is promoted is looked for again. */
const mostTries = 4;

/** Who links what when. */
export interface Linking {
  readonly target: RepositoryRow;
  readonly by: Agent;
  readonly at: Millis;
}

/**
 * Locks a copy of each blob that the target's project can read, so that none is condemned before the transaction ends. Answers those
 * blobs of which its store has none.
 */
export async function lockPlacements(
  sql: SqlSession,
  source: RepositoryRow,
  target: RepositoryRow,
  blobs: readonly NeededBlob[],
): Promise<NeededBlob[]> {
  // What a move does not know of yet must not be added where it copies from.
  const stores = source.project_id === target.project_id ? storesOf(target) : [target.store_id, target.store_id];
  const placements: number[] = [];
  for (const chunk of chunks(blobs)) {
    const ids = padded(chunk.map(({ id }) => id));
    const rows = await sql.all<{ id: number }>(
      `select bp.id from blob_placements bp where bp.blob_id in (${placeholders(ids.length)}) and bp.store_id in (?, ?) and bp.state = 'live'`,
      [...ids, ...stores],
    );
    placements.push(...rows.map(({ id }) => id));
  }
  const locked = new Set<number>();
  for (const chunk of chunks(placements.sort((left, right) => left - right))) {
    const ids = padded(chunk);
    const rows = await sql.all<{ blob_id: number }>(
      `select t.blob_id from blob_placements t where t.id in (${placeholders(ids.length)}) and t.state = 'live'
       order by t.id ${locking(sql, 'for update of t')}`,
      ids,
    );
    for (const row of rows) locked.add(row.blob_id);
  }
  return blobs.filter(({ id }) => !locked.has(id));
}

/** Where the source has blobs that `lockPlacements` did not find, or which of them nobody has. */
export async function whereabouts(
  sql: SqlSession,
  { source, target, conditions }: { source: RepositoryRow; target: RepositoryRow; conditions: readonly PromotionCondition[] },
  missing: readonly NeededBlob[],
): Promise<PromotionOutcome> {
  const named = missing.slice(0, mostNamed);
  const found = new Map<Digest, BlobElsewhere>();
  for (const chunk of chunks(named)) {
    const ids = padded(chunk.map(({ id }) => id));
    const rows = await sql.all<{ digest: Uint8Array; store: string; location: BlobLocation }>(
      `select b.digest, s.name as store, bp.location from blob_placements bp join blobs b on b.id = bp.blob_id join stores s on s.id = bp.store_id
       where bp.blob_id in (${placeholders(ids.length)}) and bp.store_id in (?, ?) and bp.state = 'live'`,
      [...ids, ...storesOf(source)],
    );
    for (const row of rows) {
      const digest = fromColumn(row.digest);
      found.set(digest, { digest, store: row.store, location: row.location });
    }
  }
  const lost = named.map(({ digest }) => digest).filter((digest) => !found.has(digest));
  if (lost.length > 0) return { outcome: 'lost', digests: lost };
  const missingBytes = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { outcome: 'elsewhere', conditions, store: target.store, missing: missing.length, missingBytes, blobs: [...found.values()] };
}

/** Makes the target have the manifests, and locks them: those that it had get their grace anew. Answers the bytes of the others. */
export async function linkManifests(sql: SqlSession, { target, by, at }: Linking, manifests: readonly SourceManifest[]): Promise<number> {
  let addedBytes = 0;
  let missing = [...manifests].sort((left, right) => byColumnOrder(left.digest, right.digest));
  for (let tries = 0; missing.length > 0; tries += 1) {
    if (tries === mostTries) throw new Withdrawn({ outcome: 'changed' } satisfies PromotionOutcome);
    const references = missing.map(({ digest }) => ({ kind: 'manifest' as const, digest, required: true }));
    const present = await renewChildren(sql, target, references, { at, before: at });
    missing = missing.filter(({ digest }) => !present.has(digest));
    const inserted = new Set<Digest>();
    for (const chunk of chunks(missing)) {
      const ids = padded(chunk.map(({ id }) => id));
      const rows = await sql.all<{ digest: Uint8Array; size: number }>(
        `insert into manifests
           (repository_id, digest, media_type, size, artifact_type, subject, pushed_at, pushed_by, renewed_at, annotations, bytes)
         select cast(? as bigint), m.digest, m.media_type, m.size, m.artifact_type, m.subject, cast(? as bigint), ?, cast(? as bigint),
           m.annotations, m.bytes
         from manifests m where m.id in (${placeholders(ids.length)}) order by m.digest
         on conflict (repository_id, digest) do nothing returning digest, size`,
        [target.id, at, by.actor, at, ...ids],
      );
      for (const { digest, size } of rows) {
        inserted.add(fromColumn(digest));
        addedBytes += size;
      }
    }
    missing = missing.filter(({ digest }) => !inserted.has(digest));
  }
  return addedBytes;
}

/** Makes the target link the blobs, and locks the links. Answers the blobs that the target's project did not have. */
export async function linkBlobs(sql: SqlSession, { target, at }: Linking, blobs: readonly NeededBlob[]): Promise<NeededBlob[]> {
  const charged: NeededBlob[] = [];
  let missing = blobs;
  while (missing.length > 0) {
    const references = missing.map(({ digest }) => ({ kind: 'blob' as const, digest, required: true }));
    const present = await renewLinks(sql, target, references, { at, before: at });
    missing = missing.filter(({ digest }) => !present.has(digest));
    const linked = new Set<number>();
    for (const chunk of chunks(missing)) {
      const ids = padded(chunk.map(({ id }) => id));
      const rows = await sql.all<{ blob_id: number }>(
        `insert into repository_blobs (repository_id, blob_id, linked_at, renewed_at)
         select cast(? as bigint), b.id, cast(? as bigint), cast(? as bigint) from blobs b where b.id in (${placeholders(ids.length)})
         order by b.digest on conflict (repository_id, blob_id) do nothing returning blob_id`,
        [target.id, at, at, ...ids],
      );
      for (const { blob_id } of rows) linked.add(blob_id);
    }
    charged.push(
      ...(await countLinks(
        sql,
        target.project_id,
        missing.filter(({ id }) => linked.has(id)),
      )),
    );
    missing = missing.filter(({ id }) => !linked.has(id));
  }
  return charged;
}

/** Notes one more link of each blob in the project; answers the blobs of which it is the first. */
async function countLinks(sql: SqlSession, projectId: number, blobs: readonly NeededBlob[]): Promise<NeededBlob[]> {
  const first = new Set<number>();
  for (const chunk of chunks([...blobs].sort((left, right) => left.id - right.id))) {
    const ids = padded(chunk.map(({ id }) => id));
    const rows = await sql.all<{ blob_id: number; links: number }>(
      `insert into project_blobs (project_id, blob_id, links)
       select cast(? as bigint), b.id, 1 from blobs b where b.id in (${placeholders(ids.length)}) order by b.id
       on conflict (project_id, blob_id) do update set links = project_blobs.links + 1 returning blob_id, links`,
      [projectId, ...ids],
    );
    for (const row of rows) if (row.links === 1) first.add(row.blob_id);
  }
  return blobs.filter(({ id }) => first.has(id));
}

/** Records in the target what the manifests point at. */
export async function linkReferences(sql: SqlTransaction, target: RepositoryRow, manifests: readonly SourceManifest[]): Promise<void> {
  for (const chunk of chunks(manifests)) {
    const ids = padded(chunk.map(({ id }) => id));
    await sql.runLast(
      `insert into manifest_references (repository_id, kind, target, manifest_id)
       select t.repository_id, mr.kind, mr.target, t.id
       from manifests m cross join manifests t cross join manifest_references mr
       where m.id in (${placeholders(ids.length)}) and t.repository_id = ? and t.digest = m.digest and mr.manifest_id = m.id
       on conflict do nothing`,
      [...ids, target.id],
    );
  }
}
