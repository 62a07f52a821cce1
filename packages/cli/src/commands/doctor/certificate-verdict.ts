import type { DetailedPeerCertificate, PeerCertificate, TLSSocket } from 'node:tls';
import { said, type Text } from '../../language.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

const soonDays = 14;

const trustIt = said(
  'Trust its authority: get its certificate from whoever runs the registry (a Longshore of its own authority: longshore ca print, there) and log in with --ca-file FILE.',
  '请信任其证书颁发机构：向仓库管理员索取 CA 证书（Longshore 自签时，在服务器上执行 longshore ca print），登录时加 --ca-file 文件。',
);

/** What is wrong with a certificate, by Node's code, and what to do. */
const faults: Readonly<Record<string, { readonly found: Text; readonly fix: Text }>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    found: said('the certificate vouches for itself (self-signed)', '证书是自签名的'),
    fix: said(
      'Trust it with --ca-file FILE at login, after comparing it with the one on the server; or have one made by an authority.',
      '与服务器上的证书核对后，登录时加 --ca-file 文件来信任它；或改用 CA 签发的证书。',
    ),
  },
  SELF_SIGNED_CERT_IN_CHAIN: { found: said('its authority is not known here', '本机不信任签发它的根证书'), fix: trustIt },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { found: said('its authority is not known here', '本机不信任签发它的根证书'), fix: trustIt },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    found: said(
      'the server sends its own certificate alone, and who made it is not known here: a private authority, or the chain is incomplete',
      '服务器只发送了自己的证书，而本机不认识其签发者：由私有 CA 签发，或证书链不完整',
    ),
    fix: said(
      'A private authority (a Longshore of its own: longshore ca print, there): log in with --ca-file FILE. A public one: put the certificates in between behind its own in the file of the server (tls.certFile, fullchain.pem).',
      '私有 CA（Longshore 自签时，在服务器上执行 longshore ca print）：登录时加 --ca-file 文件。公共 CA：在服务器的证书文件（tls.certFile，如 fullchain.pem）中，把中间证书接在自己的证书之后。',
    ),
  },
  CERT_HAS_EXPIRED: {
    found: said('the certificate has expired', '证书已过期'),
    fix: said(
      'Renew the certificate of the server; if its dates are good, the clock of this machine is ahead (timedatectl).',
      '请为服务器续签证书；若日期无误，则是本机时钟偏快（timedatectl）。',
    ),
  },
  CERT_NOT_YET_VALID: {
    found: said('the certificate is not good yet', '证书尚未生效'),
    fix: said(
      'The clock of this machine is behind (timedatectl), or the certificate was made for later.',
      '本机时钟偏慢（timedatectl），或证书的生效时间设得太晚。',
    ),
  },
  INVALID_PURPOSE: {
    found: said('the certificate is not one of a server', '该证书不能用于服务器'),
    fix: said('Have one made for servers (extendedKeyUsage serverAuth).', '请签发用于服务器的证书（extendedKeyUsage serverAuth）。'),
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    found: said('the certificate is for other names', '证书不包含该名称'),
    fix: said(
      'Ask by a name that the certificate holds, or have a certificate made that holds this one.',
      '请改用证书所含的名称访问，或重新签发包含该名称的证书。',
    ),
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
  const found = said(
    `${socket.getProtocol()}, certificate '${name}' by '${issuer}', good for ${days} days`,
    `${socket.getProtocol()}，证书“${name}”由“${issuer}”签发，还有 ${days} 天到期`,
  );
  return days < soonDays
    ? warning(found, said('The certificate ends soon: see that its renewal works.', '证书即将到期：请确认自动续期正常。'))
    : ok(found);
}

function refusal(code: string, certificate: DetailedPeerCertificate, hostname: string): Finding {
  const fault = faults[code];
  const about = factsOf(code, certificate, hostname);
  return failed(
    said(
      `${fault?.found.en ?? 'the certificate is not trusted'} (${code}): ${about.en}`,
      `${fault?.found.zh ?? '证书不受信任'}（${code}）：${about.zh}`,
    ),
    fault?.fix ?? trustIt,
  );
}

/** What of the certificate shows the fault. */
function factsOf(code: string, certificate: DetailedPeerCertificate, hostname: string): Text {
  const name = nameOf(certificate.subject);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = certificate.subjectaltname?.replace(/DNS:|IP Address:/g, '') ?? '';
    return names === ''
      ? said(`'${name}' holds no names at all, and not ${hostname}`, `“${name}”没有任何备用名称，也就不含 ${hostname}`)
      : said(`it holds ${names}, not ${hostname}`, `它包含 ${names}，不含 ${hostname}`);
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const { subject, valid_from, valid_to } = chainOf(certificate).find(isOutOfTime) ?? certificate;
    const [from, to, now] = [valid_from, valid_to, Date.now()].map((at) => new Date(at).toISOString().slice(0, 16));
    return said(
      `'${nameOf(subject)}' is good from ${from}Z to ${to}Z; here it is ${now}Z`,
      `“${nameOf(subject)}”的有效期为 ${from}Z 至 ${to}Z；本机时间为 ${now}Z`,
    );
  }
  const top = chainOf(certificate).at(-1) ?? certificate;
  return said(`'${name}', vouched for by '${nameOf(top.issuer)}'`, `“${name}”，签发者为“${nameOf(top.issuer)}”`);
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
