import type { AuthorityAccount, HttpChallenge, ManagedCertificate } from '../../registry/ports/certificate-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Fence } from '../../registry/ports/lease-store.ts';
import { certificateColumns } from '../certificate-rows.ts';
import type { SqlSession } from '../sql-session.ts';
import { requireFence } from './leases.ts';

/** How long a certificate that has ended is kept, for whoever wants to look at it. */
const keptMs = 30 * 24 * 60 * 60_000;

/** `CertificateStore.saveCertificate`. */
export async function saveCertificate(
  sql: SqlSession,
  { certificate, at, fence }: { certificate: ManagedCertificate; at: Millis; fence: Fence },
): Promise<void> {
  await requireFence(sql, fence);
  const { id, issued, order, failures, nextAt } = certificate;
  await sql.run(
    `insert into certificates (${certificateColumns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (id) do update set chain = excluded.chain, sealed_key = excluded.sealed_key, expires_at = excluded.expires_at,
       renew_at = excluded.renew_at, order_url = excluded.order_url, order_key = excluded.order_key,
       failures = excluded.failures, next_at = excluded.next_at`,
    [
      id,
      issued?.chain ?? null,
      issued?.sealedKey ?? null,
      issued?.expiresAt ?? null,
      issued?.renewAt ?? null,
      order?.url ?? null,
      order?.sealedKey ?? null,
      failures,
      nextAt,
    ],
  );
  await sql.run('delete from certificates where expires_at < ? and id <> ?', [at - keptMs, id]);
}

/** `CertificateStore.keepAuthorityAccount`. */
export async function keepAuthorityAccount(
  sql: SqlSession,
  { directory, sealedKey, fence }: { directory: string; sealedKey: string; fence: Fence },
): Promise<AuthorityAccount> {
  await requireFence(sql, fence);
  await sql.run('insert into authority_accounts (directory, sealed_key) values (?, ?) on conflict (directory) do nothing', [
    directory,
    sealedKey,
  ]);
  const row = await sql.get<{ sealed_key: string; url: string | null }>(
    'select sealed_key, url from authority_accounts where directory = ?',
    [directory],
  );
  return row === undefined ? { sealedKey, url: undefined } : { sealedKey: row.sealed_key, url: row.url ?? undefined };
}

/** `CertificateStore.setAuthorityAccountUrl`. */
export async function setAuthorityAccountUrl(
  sql: SqlSession,
  { directory, url, fence }: { directory: string; url: string | undefined; fence: Fence },
): Promise<void> {
  await requireFence(sql, fence);
  await sql.run('update authority_accounts set url = ? where directory = ?', [url ?? null, directory]);
}

/** `CertificateStore.offerHttpChallenges`. */
export async function offerHttpChallenges(
  sql: SqlSession,
  { challenges, expiresAt, at, fence }: { challenges: readonly HttpChallenge[]; expiresAt: Millis; at: Millis; fence: Fence },
): Promise<void> {
  await requireFence(sql, fence);
  await sql.run('delete from http_challenges where expires_at <= ?', [at]);
  for (const { token, keyAuthorization } of challenges) {
    await sql.run(
      `insert into http_challenges (token, key_authorization, expires_at) values (?, ?, ?)
       on conflict (token) do update set key_authorization = excluded.key_authorization, expires_at = excluded.expires_at`,
      [token, keyAuthorization, expiresAt],
    );
  }
}

/** `CertificateStore.withdrawHttpChallenges`. */
export async function withdrawHttpChallenges(
  sql: SqlSession,
  { tokens, fence }: { tokens: readonly string[]; fence: Fence },
): Promise<void> {
  await requireFence(sql, fence);
  for (const token of tokens) await sql.run('delete from http_challenges where token = ?', [token]);
}
