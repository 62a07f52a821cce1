import type { Millis } from '../../registry/ports/content-store.ts';
import type { SqlSession } from '../sql-session.ts';

/** What ends later was taken by a clock that was wrong and has been set right: it must not keep work waiting for years. */
const longestLeaseMs = 24 * 60 * 60_000;

/** `LeaseStore.acquireLease`. */
export async function acquireLease(
  sql: SqlSession,
  input: { name: string; holder: string; at: Millis; ttlMs: number },
): Promise<{ fencingToken: number } | undefined> {
  const { name, holder, at, ttlMs } = input;
  const row = await sql.get<{ fencing_token: number }>(
    `insert into leases (name, holder, expires_at, fencing_token) values (?, ?, ?, 1)
     on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at,
       fencing_token = leases.fencing_token + (case when leases.holder = excluded.holder then 0 else 1 end)
     where leases.holder = excluded.holder or leases.expires_at <= ? or leases.expires_at > ?
     returning fencing_token`,
    [name, holder, at + ttlMs, at, at + longestLeaseMs],
  );
  return row && { fencingToken: row.fencing_token };
}

/** `LeaseStore.releaseLease`. The row stays, so that the next owner's fencing token is higher. */
export async function releaseLease(sql: SqlSession, input: { name: string; holder: string }): Promise<void> {
  await sql.run("update leases set holder = '', expires_at = 0 where name = ? and holder = ?", [input.name, input.holder]);
}

/** `MetadataStore.probe`: a write like any other. */
export async function probe(sql: SqlSession): Promise<void> {
  await sql.run('insert into write_probes (id, passes) values (1, 1) on conflict (id) do update set passes = write_probes.passes + 1');
}
