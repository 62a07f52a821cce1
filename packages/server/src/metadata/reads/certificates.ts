import type { ManagedCertificate } from '../../registry/ports/certificate-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import { type CertificateRow, certificateColumns, toCertificate } from '../certificate-rows.ts';
import type { SqlSession } from '../sql-session.ts';

/** `CertificateStore.findCertificate`. */
export async function findCertificate(sql: SqlSession, id: string): Promise<ManagedCertificate | undefined> {
  const row = await sql.get<CertificateRow>(`select ${certificateColumns} from certificates where id = ?`, [id]);
  return row && toCertificate(row);
}

/** `CertificateStore.longestCertificate`. */
export async function longestCertificate(sql: SqlSession): Promise<ManagedCertificate | undefined> {
  const row = await sql.get<CertificateRow>(
    `select ${certificateColumns} from certificates where expires_at is not null order by expires_at desc limit 1`,
  );
  return row && toCertificate(row);
}

/** `CertificateStore.findHttpChallenge`. */
export async function findHttpChallenge(sql: SqlSession, token: string, at: Millis): Promise<string | undefined> {
  const row = await sql.get<{ key_authorization: string }>(
    'select key_authorization from http_challenges where token = ? and expires_at > ?',
    [token, at],
  );
  return row?.key_authorization;
}
