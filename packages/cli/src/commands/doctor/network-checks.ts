import { lookup } from 'node:dns/promises';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls';
import { type Finding, failed, ok, warning } from './finding.ts';

const patienceMs = 5000;

/** Where the registry is. */
export interface Endpoint {
  readonly hostname: string;
  readonly port: number;
}

/** Host without the brackets of an IPv6 address, and port, of a URL. */
export function endpointOf(url: string): Endpoint {
  const { hostname, port, protocol } = new URL(url);
  return { hostname: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'https:' ? 443 : 80)) };
}

/** Whether the name has addresses. */
export async function checkDns({ hostname }: Endpoint): Promise<Finding> {
  try {
    const found = await lookup(hostname, { all: true });
    return ok('DNS', `${hostname} is ${found.map(({ address }) => address).join(', ')}`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const fix =
      code === 'EAI_AGAIN'
        ? 'No name server answered: look at /etc/resolv.conf, and whether this machine is on the network (a VPN?).'
        : 'Look for a mistake in the name; if it is right, ask whoever runs its zone for a record, or write it into /etc/hosts.';
    return failed('DNS', `${hostname} has no address (${code})`, fix);
  }
}

/** Whether something listens there. */
export function checkTcp({ hostname, port }: Endpoint): Promise<Finding> {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const socket = connectTcp({ host: hostname, port });
    const end = (finding: Finding) => {
      socket.destroy();
      resolve(finding);
    };
    socket.setTimeout(patienceMs, () =>
      end(
        failed(
          'TCP',
          `nothing answers at port ${port} within ${patienceMs / 1000} s`,
          'A firewall drops the packets, or the machine is off: ask for the way to this port to be opened.',
        ),
      ),
    );
    socket.once('connect', () =>
      end(ok('TCP', `port ${port} of ${socket.remoteAddress} answers in ${Math.round(performance.now() - startedMs)} ms`)),
    );
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(
        failed(
          'TCP',
          `port ${port}: ${error.code ?? error.message}`,
          error.code === 'ECONNREFUSED'
            ? 'Nothing listens there: start the registry, or look for a mistake in the port.'
            : 'There is no way to that address: look at the routes of this machine, a VPN, a proxy.',
        ),
      ),
    );
  });
}

const fixes: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'Trust its authority: get its certificate (longshore ca print, there) and say --ca-file FILE, at login as well.',
  SELF_SIGNED_CERT_IN_CHAIN:
    'Trust its authority: get its certificate (longshore ca print, there) and say --ca-file FILE, at login as well.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'The server does not send the certificates between its own and the authority: put the whole chain into tls.certFile.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'Trust its authority with --ca-file FILE, or let the server send its whole chain.',
  CERT_HAS_EXPIRED: 'Renew the certificate of the server; if it is good, the clock of this machine is ahead.',
  CERT_NOT_YET_VALID: 'The clock of this machine is behind, or the certificate was made for later.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Ask by a name that the certificate holds, or have a certificate made that holds this one.',
};

const soonDays = 14;

/** Whether the certificate is trusted and for this name; the chain is shown. `trusted`: after `trustAuthorities`, if there are any. */
export function checkTls({ hostname, port }: Endpoint): Promise<Finding> {
  return new Promise((resolve) => {
    // Looked at, not used: nothing is sent over this connection.
    const socket = connectTls({ host: hostname, port, servername: /^[\d.]+$|:/.test(hostname) ? '' : hostname, rejectUnauthorized: false });
    const end = (finding: Finding) => {
      socket.destroy();
      resolve(finding);
    };
    socket.setTimeout(patienceMs, () =>
      end(
        failed(
          'TLS',
          `no handshake within ${patienceMs / 1000} s`,
          'Something on the way lets TCP through and no TLS: a proxy or firewall.',
        ),
      ),
    );
    socket.once('error', (error) =>
      end(failed('TLS', error.message, 'What listens there speaks no TLS that this machine does: is it http://, or another port?')),
    );
    socket.once('secureConnect', () => end(verdictOn(socket)));
  });
}

function verdictOn(socket: TLSSocket): Finding {
  const certificate = socket.getPeerCertificate(true);
  const chain = chainText(certificate);
  const code =
    socket.authorizationError === undefined || socket.authorizationError === null ? undefined : codeOf(socket.authorizationError);
  if (code !== undefined) {
    const names = certificate.subjectaltname?.replaceAll('DNS:', '').replaceAll('IP Address:', '') ?? 'no names';
    const about = code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? `; the certificate is for ${names}` : `; ${chain}`;
    return failed('TLS', `${code}${about}`, fixes[code] ?? 'The certificate of the server is not trusted.');
  }
  const days = Math.floor((Date.parse(certificate.valid_to) - Date.now()) / 86_400_000);
  const said = `${socket.getProtocol()}, ${chain}, good for ${days} days`;
  return days < soonDays ? warning('TLS', said, 'The certificate ends soon: see that its renewal works.') : ok('TLS', said);
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : String(error.message ?? error);
}

function chainText(certificate: PeerCertificate): string {
  return `certificate ${String(certificate.subject?.CN ?? '(no name)')} of ${String(certificate.issuer?.CN ?? certificate.issuer?.O ?? '(unknown)')}`;
}
