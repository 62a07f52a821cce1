import { isLeaseOf } from './lease-condition.ts';
import { referenceKind } from './reference-kind.ts';

/**
 * Whether a content lease holds a tag `t` of the manifest `m`: the manifest's, or of an index one that it lists. Takes twice the instant
 * after which leases count.
 */
export const isLeasedTag = `(exists (select 1 from content_leases l where l.digest = m.digest and l.expires_at > ? and ${isLeaseOf('m.repository_id')})
  or exists (select 1 from manifest_references mr join content_leases l on l.digest = mr.target
             where mr.manifest_id = m.id and mr.kind = ${referenceKind.manifest} and l.expires_at > ?
               and ${isLeaseOf('m.repository_id')}))`;
