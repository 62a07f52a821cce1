import type { RepositoryName } from '@longshore/oci';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis, UploadSession } from '../../registry/ports/content-store.ts';
import type { Fence } from '../../registry/ports/lease-store.ts';
import type { QuotaExceeded } from '../../registry/ports/quota-excess.ts';
import { type SqlSession, type SqlTransaction, Withdrawn } from '../sql-session.ts';
import { deletedMeanwhile } from './decided-project.ts';
import { requireFence } from './leases.ts';
import { ensureRepository } from './repositories.ts';
import { lockUsage } from './usage.ts';

/** What `startUpload` takes. */
export interface NewUpload {
  readonly id: string;
  readonly repository: RepositoryName;
  readonly store?: string | undefined;
  readonly by: Agent;
  readonly algorithm: 'sha256' | 'sha512';
  readonly at: Millis;
}

/** `ContentStore.startUpload`. Epochs begin at 1. */
export async function startUpload(sql: SqlTransaction, input: NewUpload): Promise<UploadSession | QuotaExceeded> {
  const known = await startUploadInKnown(sql, input);
  if (known !== undefined) return known;
  const { project_id: projectId } = await ensureRepository(sql, input);
  const { project, bytes: used, limit_bytes: limit } = await lockUsage(sql, projectId);
  if (limit !== null && used >= limit) {
    const excess = { project, kind: 'bytes', used, reserved: 0, limit, needed: 1 } as const;
    throw new Withdrawn({ outcome: 'quota-exceeded', excess } satisfies QuotaExceeded);
  }
  const started = await insertUpload(sql, input, '');
  if (started === undefined) throw deletedMeanwhile();
  return started;
}

/**
 * The same in a repository that exists, in one statement that may be run twice, and waits for no lock of another command; undefined,
 * and nothing done, when the repository does not exist or its project has no room left.
 */
export function startUploadInKnown(sql: SqlSession, input: NewUpload): Promise<UploadSession | undefined> {
  // Of its own row it finds one that nobody knows of yet.
  const itself = `on conflict (id) do update set touched_at = excluded.touched_at
     where uploads.repository_id = excluded.repository_id and uploads.owner = excluded.owner and uploads.started_at = excluded.started_at
       and uploads.epoch = 1 and uploads.byte_offset = 0`;
  return insertUpload(sql, input, itself);
}

async function insertUpload(sql: SqlSession, input: NewUpload, onConflict: string): Promise<UploadSession | undefined> {
  const { id, repository: name, by, algorithm, at } = input;
  // As `requireDecided`.
  const [decided, founder] = [typeof by.project === 'number' ? by.project : null, by.project === 'none' ? by.actor : null];
  const row = await sql.get<{ repository_id: number; project_id: number; store: string; is_limited: number | null }>(
    `insert into uploads (id, repository_id, project_id, store_id, owner, algorithm, byte_offset, epoch, state, started_at, touched_at)
     select ?, r.id, p.id, p.store_id, ?, ?, 0, 1, null, ?, ? from repositories r join projects p on p.id = r.project_id where r.name = ?
       and (cast(? as bigint) is null or p.id = ?) and (cast(? as text) is null or p.created_by = ?)
       and not exists (select 1 from usage u where u.project_id = p.id and u.bytes >= u.limit_bytes)
     ${onConflict}
     returning repository_id, project_id, (select name from stores where id = store_id) as store,
       (select 1 from usage u where u.project_id = uploads.project_id and u.limit_bytes is not null) as is_limited`,
    [id, by.actor, algorithm, at, at, name, decided, decided, founder, founder],
  );
  if (row === undefined) return undefined;
  const { repository_id, project_id, store } = row;
  const repository = { id: repository_id, projectId: project_id, name, store };
  return {
    id,
    repository,
    store,
    owner: by.actor,
    algorithm,
    offset: 0,
    epoch: 1,
    state: undefined,
    touchedAt: at,
    isLimited: row.is_limited !== null,
  };
}

/** `ContentStore.advanceUpload`. */
export async function advanceUpload(
  sql: SqlSession,
  input: { id: string; epoch: number; from: number; to: number; state: string | undefined; at: Millis },
): Promise<boolean> {
  const changes = await sql.run(
    'update uploads set byte_offset = ?, reserved_bytes = 0, state = ?, touched_at = ? where id = ? and epoch = ? and byte_offset = ?',
    [input.to, input.state ?? null, input.at, input.id, input.epoch, input.from],
  );
  return changes > 0;
}

/** `ContentStore.claimUpload`. */
export async function claimUpload(sql: SqlSession, input: { id: string; epoch: number; at: Millis }): Promise<boolean> {
  const { id, epoch, at } = input;
  return (await sql.run('update uploads set epoch = epoch + 1, touched_at = ? where id = ? and epoch = ?', [at, id, epoch])) > 0;
}

/** `ContentStore.cancelUpload`. */
export async function cancelUpload(sql: SqlSession, input: { id: string }): Promise<boolean> {
  return (await sql.run('delete from uploads where id = ?', [input.id])) > 0;
}

/** `GarbageStore.removeExpiredUpload`. */
export async function removeExpiredUpload(
  sql: SqlSession,
  input: { id: string; before: Millis; fence?: Fence | undefined },
): Promise<boolean> {
  await requireFence(sql, input.fence);
  return (await sql.run('delete from uploads where id = ? and touched_at < ?', [input.id, input.before])) > 0;
}
