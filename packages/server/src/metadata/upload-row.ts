import type { RepositoryName } from '@longshore/oci';
import type { Actor } from '../registry/ports/agent.ts';
import type { Millis, UploadSession } from '../registry/ports/content-store.ts';

/** The columns of an upload session, from `uploadTables`. */
export const uploadColumns = `u.id, u.owner, u.algorithm, u.byte_offset, u.epoch, u.state, u.touched_at,
  r.id as repository_id, r.project_id, r.name as repository, ps.name as project_store, s.name as store,
  (select 1 from usage where project_id = r.project_id and limit_bytes is not null) as is_limited`;

/** An upload `u` with its repository `r` and the store `s` of its bytes. */
export const uploadTables = `uploads u join repositories r on r.id = u.repository_id
  join projects p on p.id = r.project_id join stores ps on ps.id = p.store_id join stores s on s.id = coalesce(u.store_id, p.store_id)`;

/** A row of `uploadColumns`. */
export interface UploadRow {
  readonly id: string;
  readonly owner: Actor;
  readonly algorithm: 'sha256' | 'sha512';
  readonly byte_offset: number;
  readonly epoch: number;
  readonly state: string | null;
  readonly touched_at: Millis;
  readonly repository_id: number;
  readonly project_id: number;
  readonly repository: RepositoryName;
  readonly project_store: string;
  readonly store: string;
  readonly is_limited: number | null;
}

/** The row as the core knows it. */
export function toUploadSession(row: UploadRow): UploadSession {
  return {
    id: row.id,
    repository: { id: row.repository_id, projectId: row.project_id, name: row.repository, store: row.project_store },
    store: row.store,
    owner: row.owner,
    algorithm: row.algorithm,
    offset: row.byte_offset,
    epoch: row.epoch,
    state: row.state ?? undefined,
    touchedAt: row.touched_at,
    isLimited: row.is_limited !== null,
  };
}
