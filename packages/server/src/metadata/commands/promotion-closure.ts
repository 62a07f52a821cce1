import { accessoryTags, type Digest, type Tag } from '@longshore/oci';
import { mostPromoted, type PromotionOutcome } from '../../registry/ports/promotion-store.ts';
import { byColumnOrder, fromColumn } from '../digest-column.ts';
import { referenceKind } from '../reference-kind.ts';
import { chunks, padded, placeholders } from '../sql-lists.ts';
import type { SqlSession } from '../sql-session.ts';
import { Withdrawn } from '../sql-session.ts';

/** Steps from an image to what refers to what refers to it: further than anything has in earnest. */
const mostSteps = 32;

/** A manifest of the source repository. */
export interface SourceManifest {
  readonly id: number;
  readonly digest: Digest;
}

/** A blob that one of the manifests needs. */
export interface NeededBlob {
  readonly id: number;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** Everything that belongs to an image in its repository. */
export interface Closure {
  readonly manifests: readonly SourceManifest[];
  /** Tags such as `sha256-<hex>.sig` beside it. */
  readonly companions: readonly (SourceManifest & { readonly tag: Tag })[];
  /** In lock order. */
  readonly blobs: readonly NeededBlob[];
}

/**
 * Children, referrers and companions of an image, theirs, and so on, and the blobs of all. Withdraws the command when that is more than
 * one promotion may take.
 */
export async function closureOf(sql: SqlSession, repositoryId: number, root: SourceManifest): Promise<Closure> {
  const known = new Map([[root.id, root]]);
  const companions = new Map<Tag, SourceManifest & { readonly tag: Tag }>();
  let frontier = [root];
  for (let step = 0; frontier.length > 0; step += 1) {
    if (step === mostSteps) throw tooLarge('depth', mostSteps);
    const next: SourceManifest[] = [];
    for (const chunk of chunks(frontier)) {
      const beside = await companionsOf(sql, repositoryId, chunk);
      for (const companion of beside) companions.set(companion.tag, companion);
      for (const found of [...(await childrenOf(sql, chunk)), ...(await referrersOf(sql, repositoryId, chunk)), ...beside]) {
        if (known.has(found.id)) continue;
        known.set(found.id, found);
        next.push(found);
      }
      if (known.size > mostPromoted.manifests) throw tooLarge('manifests', mostPromoted.manifests);
    }
    frontier = next;
  }
  const manifests = [...known.values()];
  return { manifests, companions: [...companions.values()], blobs: await blobsOf(sql, manifests) };
}

interface ManifestRow {
  readonly id: number;
  readonly digest: Uint8Array;
}

// One row more than may be promoted tells that there are too many.
const enough = `limit ${mostPromoted.manifests + 1}`;

async function childrenOf(sql: SqlSession, parents: readonly SourceManifest[]): Promise<SourceManifest[]> {
  const ids = padded(parents.map(({ id }) => id));
  const rows = await sql.all<ManifestRow>(
    `select m.id, m.digest from manifest_references mr join manifests m on m.repository_id = mr.repository_id and m.digest = mr.target
     where mr.manifest_id in (${placeholders(ids.length)}) and mr.kind = ${referenceKind.manifest} ${enough}`,
    ids,
  );
  return rows.map(toManifest);
}

async function referrersOf(sql: SqlSession, repositoryId: number, subjects: readonly SourceManifest[]): Promise<SourceManifest[]> {
  const ids = padded(subjects.map(({ id }) => id));
  const rows = await sql.all<ManifestRow>(
    `select m.id, m.digest from manifests s join manifests m on m.repository_id = s.repository_id and m.subject = s.digest
     where s.repository_id = ? and s.id in (${placeholders(ids.length)}) ${enough}`,
    [repositoryId, ...ids],
  );
  return rows.map(toManifest);
}

async function companionsOf(
  sql: SqlSession,
  repositoryId: number,
  subjects: readonly SourceManifest[],
): Promise<(SourceManifest & { tag: Tag })[]> {
  const found: (SourceManifest & { tag: Tag })[] = [];
  for (const chunk of chunks(subjects.flatMap(({ digest }) => accessoryTags(digest)))) {
    const names = padded(chunk);
    const rows = await sql.all<ManifestRow & { name: Tag }>(
      `select t.name, m.id, m.digest from tags t join manifests m on m.id = t.manifest_id
       where t.repository_id = ? and t.name in (${placeholders(names.length)})`,
      [repositoryId, ...names],
    );
    found.push(...rows.map((row) => ({ ...toManifest(row), tag: row.name })));
  }
  return found;
}

/** Only blobs that the repository links: nothing else may be read in it. */
async function blobsOf(sql: SqlSession, manifests: readonly SourceManifest[]): Promise<NeededBlob[]> {
  const needed = new Map<number, NeededBlob>();
  for (const chunk of chunks(manifests)) {
    const ids = padded(chunk.map(({ id }) => id));
    const rows = await sql.all<ManifestRow & { size: number }>(
      `select distinct b.id, b.digest, b.size from manifest_references mr cross join blobs b cross join repository_blobs rb
       where mr.manifest_id in (${placeholders(ids.length)}) and mr.kind = ${referenceKind.blob} and b.digest = mr.target
         and rb.repository_id = mr.repository_id and rb.blob_id = b.id limit ${mostPromoted.blobs + 1}`,
      ids,
    );
    for (const row of rows) needed.set(row.id, { ...toManifest(row), sizeBytes: row.size });
    if (needed.size > mostPromoted.blobs) throw tooLarge('blobs', mostPromoted.blobs);
  }
  return [...needed.values()].sort((left, right) => byColumnOrder(left.digest, right.digest));
}

function toManifest(row: ManifestRow): SourceManifest {
  return { id: row.id, digest: fromColumn(row.digest) };
}

function tooLarge(what: 'manifests' | 'blobs' | 'depth', most: number): Withdrawn {
  return new Withdrawn({ outcome: 'too-large', what, most } satisfies PromotionOutcome);
}
