import { hash, type X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ShownCertificate } from '../../registry/ports/shown-certificate.ts';
import { claimsOf } from './certificate-claims.ts';

/** What OpenSSL's verdicts mean to whoever has the certificate. */
const faults: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  CERT_REVOKED: 'it was revoked',
  INVALID_PURPOSE: 'it is not for clients (its extended key usage lacks clientAuth), or what vouches for it is no authority',
  UNABLE_TO_GET_CRL: 'there is no list of revocations of the authority that issued it',
  CRL_NOT_YET_VALID: 'the list of revocations of its authority is not valid yet',
  CRL_HAS_EXPIRED: 'the list of revocations of its authority is out of date',
  CRL_SIGNATURE_FAILURE: 'the list of revocations of its authority is not signed by it',
};

/** Chains that do not end at an authority of ours. */
const unknownAuthority = /^(?:UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF)|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT)/;

/**
 * What the client of a connection has shown: found out once, judged at each call by its time and by `isStale`, which says that other
 * authorities or lists of revocations are trusted than when it was verified. Undefined when it showed none.
 */
export function certificateOf(socket: TLSSocket, isStale: () => boolean): (() => ShownCertificate) | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const verdict = socket.authorized ? undefined : String(socket.authorizationError);
  const claims = claimsOf(certificate);
  const { from, until } = validityOf(certificate);
  const shown = {
    thumbprint: hash('sha256', certificate.raw, 'base64url'),
    claims: claims ?? {},
    commonName: claims?.commonName,
    until,
  };
  const lasting = faultOf(verdict) ?? (claims === undefined ? 'it holds names that cannot be read, or too many of them' : undefined);
  return () => {
    const now = Date.now();
    const passing = now >= until ? 'it has expired' : now < from ? 'it is not valid yet' : undefined;
    const stale = isStale() ? 'what is trusted here has changed since you connected: connect again' : undefined;
    return { ...shown, fault: lasting ?? passing ?? stale };
  };
}

function faultOf(verdict: string | undefined): string | undefined {
  if (verdict === undefined) return undefined;
  if (unknownAuthority.test(verdict)) return 'no authority that is trusted here vouches for it';
  return faults[verdict] ?? `it did not verify (${verdict})`;
}

/** When it is good, as far as those that vouch for it are too. */
function validityOf(certificate: X509Certificate): { from: number; until: number } {
  let [from, until] = [-Infinity, Infinity];
  const seen = new Set<X509Certificate>();
  for (let one: X509Certificate | undefined = certificate; one !== undefined && !seen.has(one); one = one.issuerCertificate) {
    seen.add(one);
    from = Math.max(from, one.validFromDate.getTime());
    until = Math.min(until, one.validToDate.getTime());
  }
  return { from, until };
}
