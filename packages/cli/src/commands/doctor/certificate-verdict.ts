import type { DetailedPeerCertificate, PeerCertificate, TLSSocket } from 'node:tls';
import { type Finding, failed, ok, warning } from './finding.ts';

const soonDays = 14;

const trustIt =
  'Trust its authority: get its certificate from whoever runs the registry (a Longshore of its own authority: longshore ca print, there) and log in with --ca-file FILE.';

/** What is wrong with a certificate, by Node's code, and what to do. */
const faults: Readonly<Record<string, { readonly found: string; readonly fix: string }>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    found: 'the certificate vouches for itself (self-signed)',
    fix: 'Trust it with --ca-file FILE at login, after comparing it with the one on the server; or have one made by an authority.',
  },
  SELF_SIGNED_CERT_IN_CHAIN: { found: 'its authority is not known here', fix: trustIt },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { found: 'its authority is not known here', fix: trustIt },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    found: 'the server sends its own certificate alone, and who made it is not known here: a private authority, or the chain is incomplete',
    fix: 'A private authority (a Longshore of its own: longshore ca print, there): log in with --ca-file FILE. A public one: put the certificates in between behind its own in the file of the server (tls.certFile, fullchain.pem).',
  },
  CERT_HAS_EXPIRED: {
    found: 'the certificate has expired',
    fix: 'Renew the certificate of the server; if its dates are good, the clock of this machine is ahead (timedatectl).',
  },
  CERT_NOT_YET_VALID: {
    found: 'the certificate is not good yet',
    fix: 'The clock of this machine is behind (timedatectl), or the certificate was made for later.',
  },
  INVALID_PURPOSE: {
    found: 'the certificate is not one of a server',
    fix: 'Have one made for servers (extendedKeyUsage serverAuth).',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    found: 'the certificate is for other names',
    fix: 'Ask by a name that the certificate holds, or have a certificate made that holds this one.',
  },
};

/** What is to be said of the certificate that a server showed. */
export function certificateVerdict(socket: TLSSocket, hostname: string): Finding {
  const certificate = socket.getPeerCertificate(true);
  // Whatever its type says: an error or its code alone, and null where all is well.
  const error: unknown = socket.authorizationError;
  if (error instanceof Error) return refusal('code' in error ? String(error.code) : error.message, certificate, hostname);
  if (error !== undefined && error !== null) return refusal(String(error), certificate, hostname);
  const days = Math.floor((Date.parse(certificate.valid_to) - Date.now()) / 86_400_000);
  const [name, issuer] = [nameOf(certificate.subject), nameOf(certificate.issuer)];
  const found = `${socket.getProtocol()}, certificate '${name}' by '${issuer}', good for ${days} days`;
  return days < soonDays ? warning(found, 'The certificate ends soon: see that its renewal works.') : ok(found);
}

function refusal(code: string, certificate: DetailedPeerCertificate, hostname: string): Finding {
  const fault = faults[code];
  const about = factsOf(code, certificate, hostname);
  return failed(`${fault?.found ?? 'the certificate is not trusted'} (${code}): ${about}`, fault?.fix ?? trustIt);
}

/** What of the certificate shows the fault. */
function factsOf(code: string, certificate: DetailedPeerCertificate, hostname: string): string {
  const name = nameOf(certificate.subject);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = certificate.subjectaltname?.replace(/DNS:|IP Address:/g, '') ?? '';
    return names === '' ? `'${name}' holds no names at all, and not ${hostname}` : `it holds ${names}, not ${hostname}`;
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const { subject, valid_from, valid_to } = chainOf(certificate).find(isOutOfTime) ?? certificate;
    const [from, to, now] = [valid_from, valid_to, Date.now()].map((at) => new Date(at).toISOString().slice(0, 16));
    return `'${nameOf(subject)}' is good from ${from}Z to ${to}Z; here it is ${now}Z`;
  }
  const top = chainOf(certificate).at(-1) ?? certificate;
  return `'${name}', vouched for by '${nameOf(top.issuer)}'`;
}

/** The certificates that the server sent, its own first. */
function chainOf(certificate: DetailedPeerCertificate): readonly DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  for (let at: DetailedPeerCertificate | undefined = certificate; at !== undefined && !chain.includes(at); at = at.issuerCertificate)
    chain.push(at);
  return chain;
}

function isOutOfTime({ valid_from, valid_to }: PeerCertificate): boolean {
  return Date.now() < Date.parse(valid_from) || Date.now() > Date.parse(valid_to);
}

function nameOf(name: PeerCertificate['subject'] | undefined): string {
  return String(name?.CN ?? name?.O ?? '?');
}
