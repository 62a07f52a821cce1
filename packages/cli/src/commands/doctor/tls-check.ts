import { certificateVerdict } from './certificate-verdict.ts';
import { type Finding, failed, skipped, warning } from './finding.ts';
import { firstOf } from './first-of.ts';
import { handshakeFailure } from './handshake-failure.ts';
import { endpointOf, patienceMs, type Site } from './site.ts';
import { handshake } from './way.ts';

/** Whether the certificate is trusted and for this name. */
export async function checkTls(site: Site): Promise<Finding> {
  const { hostname } = endpointOf(site.url);
  if (site.url.protocol === 'http:') return checkPlain(hostname);
  const socket = await handshake(site);
  try {
    const outcome = await firstOf(socket, 'secureConnect');
    if (outcome === 'ready') return certificateVerdict(socket, hostname);
    if (outcome === 'silent')
      return failed(`no handshake within ${patienceMs / 1000} s`, 'Something on the way lets TCP through and no TLS: a proxy or firewall.');
    return await handshakeFailure(outcome, site);
  } finally {
    socket.destroy();
  }
}

function checkPlain(hostname: string): Finding {
  if (/^(127\.|::1$|localhost$|.*\.localhost$)/.test(hostname)) return skipped('spoken to in the clear, on this machine');
  return warning('the registry is spoken to in the clear', 'Passwords and images can be read and changed on the way: serve it over TLS.');
}
