import type { ManagedCertificate } from '../registry/ports/certificate-store.ts';

/** A row of `certificates`. */
export interface CertificateRow {
  readonly id: string;
  readonly chain: string | null;
  readonly sealed_key: string | null;
  readonly expires_at: number | null;
  readonly renew_at: number | null;
  readonly order_url: string | null;
  readonly order_key: string | null;
  readonly failures: number;
  readonly next_at: number;
}

/** The columns of `CertificateRow`, in its order. */
export const certificateColumns = 'id, chain, sealed_key, expires_at, renew_at, order_url, order_key, failures, next_at';

/** What a row says. */
export function toCertificate(row: CertificateRow): ManagedCertificate {
  const { chain, sealed_key: sealedKey, expires_at: expiresAt, renew_at: renewAt, order_url: url, order_key: orderKey } = row;
  const isIssued = chain !== null && sealedKey !== null && expiresAt !== null && renewAt !== null;
  return {
    id: row.id,
    issued: isIssued ? { chain, sealedKey, expiresAt, renewAt } : undefined,
    order: url !== null && orderKey !== null ? { url, sealedKey: orderKey } : undefined,
    failures: row.failures,
    nextAt: row.next_at,
  };
}
