import type { Millis } from '../registry/ports/content-store.ts';
import { isLeaseOf } from './lease-condition.ts';
import { referenceKind } from './reference-kind.ts';
import type { SqlValue } from './sql-session.ts';

/** A piece of a `where`, with the values of its placeholders. */
export interface Condition {
  readonly text: string;
  readonly params: readonly SqlValue[];
}

/**
 * What makes content garbage, once for the lists that find it and for the statements that remove it. `before` is the newest
 * renewal that is old enough; leases that end after `leasedAt` count.
 */
export type GarbageCondition = (before: Millis, leasedAt: Millis) => Condition;

/** The condition of each kind of garbage, as a preview and as a collection see it. */
export interface GarbageConditions {
  /** On `manifests`: no tag, no parent index, no subject that is still here, no lease, and not renewed. */
  readonly untagged: GarbageCondition;
  /** On `repository_blobs`: no manifest of the repository points at it, no lease, and not renewed. */
  readonly unreferenced: GarbageCondition;
  /** On `blob_placements`: served or lost, in no repository of a project on this store or moving away from it, no lease, and not renewed. */
  readonly unlinked: GarbageCondition;
  /** On `blobs`: stored nowhere, and linked by no repository. */
  readonly unknown: string;
}

/** Conditions on what is there. */
export const present = conditions({ tag: () => '', manifest: () => '', link: () => '' });

/** Conditions on what would be left without the rows of `doomed_manifests` and `doomed_links`. */
export const afterDoomed = conditions({ tag: () => '', ...withoutDoomed() });

/** Conditions on what would be left without the rows of `doomed_tags` besides. */
export const afterDoomedTags = conditions({
  tag: (repositoryId, name) => `and ${none(`doomed_tags dt where dt.repository_id = ${repositoryId} and dt.name = ${name}`)}`,
  ...withoutDoomed(),
});

function withoutDoomed() {
  return {
    manifest: (id: string) => `and ${none(`doomed_manifests dm where dm.id = ${id}`)}`,
    link: (repositoryId: string, blobId: string) =>
      `and ${none(`doomed_links dl where dl.repository_id = ${repositoryId} and dl.blob_id = ${blobId}`)}`,
  };
}

function conditions(ignoring: {
  tag: (repositoryId: string, name: string) => string;
  manifest: (id: string) => string;
  link: (repositoryId: string, blobId: string) => string;
}): GarbageConditions {
  return {
    untagged: (before, leasedAt) => ({
      text: `manifests.renewed_at < ?
        and ${none(`tags t where t.manifest_id = manifests.id ${ignoring.tag('t.repository_id', 't.name')}`)}
        and ${none(`manifest_references mr where mr.repository_id = manifests.repository_id and mr.kind = ${referenceKind.manifest}
                    and mr.target = manifests.digest ${ignoring.manifest('mr.manifest_id')}`)}
        and ${none(`manifests s where s.repository_id = manifests.repository_id and s.digest = manifests.subject ${ignoring.manifest('s.id')}`)}
        and ${notLeased('manifests.digest', 'manifests.repository_id')}`,
      params: [before, leasedAt],
    }),
    unreferenced: (before, leasedAt) => ({
      text: `repository_blobs.renewed_at < ?
        and ${none(`manifest_references mr where mr.repository_id = repository_blobs.repository_id and mr.kind = ${referenceKind.blob}
                    and mr.target = ${digestOf('repository_blobs')} ${ignoring.manifest('mr.manifest_id')}`)}
        and ${notLeased(digestOf('repository_blobs'), 'repository_blobs.repository_id')}`,
      params: [before, leasedAt],
    }),
    unlinked: (before, leasedAt) => ({
      text: `blob_placements.state in ('live', 'lost') and blob_placements.renewed_at < ?
        and ${none(
          `repository_blobs rb where rb.blob_id = blob_placements.blob_id and ${some(
            `repositories r join projects p on p.id = r.project_id
           where r.id = rb.repository_id and blob_placements.store_id in (p.store_id, p.previous_store_id)`,
          )} ${ignoring.link('rb.repository_id', 'rb.blob_id')}`,
        )}
        and ${notLeased(digestOf('blob_placements'))}`,
      params: [before, leasedAt],
    }),
    unknown: `${none('blob_placements bp where bp.blob_id = blobs.id')} and ${none('repository_blobs rb where rb.blob_id = blobs.id')}`,
  };
}

/** `repositoryId`: where it is; bytes are nowhere, and held by a lease of any project. */
function notLeased(digest: string, repositoryId?: string): string {
  return none(
    `content_leases l where l.digest = ${digest} and l.expires_at > ? ${repositoryId === undefined ? '' : `and ${isLeaseOf(repositoryId)}`}`,
  );
}

function digestOf(table: 'repository_blobs' | 'blob_placements'): string {
  return `(select b.digest from blobs b where b.id = ${table}.blob_id)`;
}

/**
 * Whether there is a row. An offset keeps PostgreSQL from making one list of all rows of the table to ask it, or a join, which by its
 * estimate is cheaper for a table of which a window is examined: each row is looked up by itself.
 */
function some(rows: string): string {
  return `exists (select 1 from ${rows} limit 1 offset 0)`;
}

function none(rows: string): string {
  return `not ${some(rows)}`;
}
