import { StorageError } from '../../registry/ports/blob-store.ts';
import type { Fence } from '../../registry/ports/lease-store.ts';
import { locking, type SqlDialect, type SqlSession } from '../sql-session.ts';

/** What ends later was taken by a clock that was wrong and has been set right: it must not keep work waiting for years. */
const longestLeaseMs = 24 * 60 * 60_000;

/** Milliseconds since 1970 by the clock of whoever has the rows, which is one for everybody who asks. */
export const storeClock: Readonly<Record<SqlDialect, string>> = {
  sqlite: "cast(unixepoch('subsec') * 1000 as integer)",
  postgres: 'cast(extract(epoch from clock_timestamp()) * 1000 as bigint)',
};

/** `LeaseStore.acquireLease`. */
export async function acquireLease(
  sql: SqlSession,
  input: { name: string; holder: string; ttlMs: number },
): Promise<{ fencingToken: number } | undefined> {
  const { name, holder, ttlMs } = input;
  const now = storeClock[sql.dialect];
  const row = await sql.get<{ fencing_token: number }>(
    `insert into leases (name, holder, expires_at, fencing_token) values (?, ?, ${now} + ?, 1)
     on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at,
       fencing_token = leases.fencing_token + (case when leases.holder = excluded.holder then 0 else 1 end)
     where leases.holder = excluded.holder or leases.expires_at <= ${now} or leases.expires_at > ${now} + ?
     returning fencing_token`,
    [name, holder, ttlMs, longestLeaseMs],
  );
  return row && { fencingToken: row.fencing_token };
}

/** `LeaseStore.releaseLease`. The row stays, so that the next owner's fencing token is higher. */
export async function releaseLease(sql: SqlSession, input: { name: string; holder: string }): Promise<void> {
  await sql.run("update leases set holder = '', expires_at = 0 where name = ? and holder = ?", [input.name, input.holder]);
}

/**
 * Holds the lease's row until the transaction ends, so that nobody takes the lease over in the meantime; throws when somebody did
 * already. Without a fence the command is nobody's in particular.
 */
export async function requireFence(sql: SqlSession, fence: Fence | undefined): Promise<void> {
  if (fence === undefined) return;
  const { lease, token } = fence;
  const mine = await sql.get(`select 1 from leases where name = ? and fencing_token = ? ${locking(sql, 'for share')}`, [lease, token]);
  if (mine !== undefined) return;
  throw new StorageError('failed', `The lease '${lease}' was taken over by somebody else: its former holder changes nothing any more.`);
}

/** `MetadataStore.probe`: a write like any other. */
export async function probe(sql: SqlSession): Promise<void> {
  await sql.run('insert into write_probes (id, passes) values (1, 1) on conflict (id) do update set passes = write_probes.passes + 1');
}
