import type { RepositoryName } from '@longshore/oci';
import type { Actor, Millis, UploadSession } from '../../registry/ports/content-store.ts';
import type { Fence } from '../../registry/ports/lease-store.ts';
import type { SqlSession } from '../sql-session.ts';
import { requireFence } from './leases.ts';
import { ensureRepository, toRepository } from './repositories.ts';

/** `ContentStore.startUpload`. Epochs begin at 1. */
export async function startUpload(
  sql: SqlSession,
  input: {
    id: string;
    repository: RepositoryName;
    store?: string | undefined;
    actor: Actor;
    algorithm: 'sha256' | 'sha512';
    at: Millis;
  },
): Promise<UploadSession> {
  const { id, actor, algorithm, at } = input;
  const row = await ensureRepository(sql, input);
  await sql.run(
    `insert into uploads (id, repository_id, store_id, owner, algorithm, byte_offset, epoch, state, started_at, touched_at)
     values (?, ?, ?, ?, ?, 0, 1, null, ?, ?)`,
    [id, row.id, row.store_id, actor, algorithm, at, at],
  );
  const repository = toRepository(row);
  return { id, repository, store: row.store, owner: actor, algorithm, offset: 0, epoch: 1, state: undefined, touchedAt: at };
}

/** `ContentStore.advanceUpload`. */
export async function advanceUpload(
  sql: SqlSession,
  input: { id: string; epoch: number; from: number; to: number; state: string | undefined; at: Millis },
): Promise<boolean> {
  const changes = await sql.run(
    'update uploads set byte_offset = ?, state = ?, touched_at = ? where id = ? and epoch = ? and byte_offset = ?',
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
