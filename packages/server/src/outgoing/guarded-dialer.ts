import type { LookupFunction, Socket } from 'node:net';
import { connect, isIP } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { DialError, type Dialer, type OutgoingAnswer, type OutgoingRequest } from '../registry/ports/dialer.ts';
import { exchange } from './exchange.ts';
import { addressesOf, type NameService } from './host-addresses.ts';
import { addressBytes } from './ip-address.ts';
import { type OutgoingRules, Permitted } from './permitted.ts';

/** How a dialer is set up. */
export interface DialerOptions extends OutgoingRules {
  /** Certificates (PEM) of every authority that is trusted. */
  readonly authorities: readonly string[];
  readonly connectTimeoutMs: number;
  readonly names?: NameService;
}

/**
 * The door for requests to addresses that users choose (docs/decisions/0019-webhooks.md). The name is looked up once; every address that
 * it has must be permitted; the socket is connected to one of exactly those, while Host, SNI and the certificate are of the name. TLS is
 * always verified, proxies of the environment are not used, no redirect is followed, and no connection is used twice.
 */
export function createDialer(options: DialerOptions): Dialer {
  const permitted = new Permitted(options);

  async function send(request: OutgoingRequest): Promise<OutgoingAnswer> {
    const url = readUrl(request.url, permitted);
    const tooLate = AbortSignal.timeout(request.timeoutMs);
    const signal = request.signal === undefined ? tooLate : AbortSignal.any([tooLate, request.signal]);
    try {
      const addresses = await addressesOf(url.hostname, options.names ?? {}, signal);
      requirePermitted(url.hostname, addresses, permitted);
      const socket = await open(url, addresses, options, signal);
      return await exchange(socket, url, request, signal);
    } catch (error) {
      if (tooLate.aborted) throw new DialError('timeout', `There was no answer within ${request.timeoutMs / 1000} s.`, { cause: error });
      request.signal?.throwIfAborted();
      throw error;
    }
  }

  return {
    objection: (url) => {
      try {
        const { hostname } = readUrl(url, permitted);
        const literal = literalOf(hostname);
        if (isIP(literal) !== 0) requirePermitted(hostname, [literal], permitted);
        return undefined;
      } catch (error) {
        if (error instanceof DialError) return error.message;
        throw error;
      }
    },
    send,
  };
}

const literalOf = (hostname: string) => (hostname.startsWith('[') ? hostname.slice(1, -1) : hostname);
const portOf = ({ port, protocol }: URL) => (port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port));

function readUrl(text: string, permitted: Permitted): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw new DialError('forbidden', 'The address must be an http or https URL.');
  if (url.username + url.password !== '') {
    throw new DialError('forbidden', 'The address must hold no user and no password; give credentials as headers.');
  }
  const port = portOf(url);
  if (!permitted.allowsPort(port)) {
    throw new DialError('forbidden', `Port ${port} may not be reached from here: an administrator can allow it (setting outgoing.ports).`);
  }
  return url;
}

/** One that is not permitted spoils the others: a name that has both is an attack or a mistake. The address itself is for the log. */
function requirePermitted(host: string, addresses: readonly string[], permitted: Permitted): void {
  const refused = addresses.filter((address) => !permitted.allowsAddress(host, address));
  if (refused.length === 0) return;
  throw new DialError(
    'forbidden',
    `'${host}' is in a network that may not be reached from here: an administrator can allow it (setting outgoing.allow).`,
    { cause: new Error(`its addresses ${refused.join(', ')} are not permitted`) },
  );
}

/** Connects to one of these addresses, in turns when one does not answer. */
async function open(url: URL, addresses: readonly string[], options: DialerOptions, signal: AbortSignal): Promise<Socket> {
  const { authorities, connectTimeoutMs } = options;
  const isSecure = url.protocol === 'https:';
  const host = literalOf(url.hostname);
  const known = addresses.map((address) => ({ address, family: isIP(address) }));
  // What `connect` would look up is given to it; it calls this instead of a look-up of its own.
  const lookup: LookupFunction = (_name, _options, answer) => answer(null, known);
  const where = { host, port: portOf(url), lookup, autoSelectFamily: true };
  // An address has no server name (RFC 6066, section 3).
  const named = isIP(host) === 0 ? { servername: host } : {};
  const socket = isSecure
    ? connectSecurely({ ...where, ...named, ca: [...authorities], rejectUnauthorized: true, ALPNProtocols: ['http/1.1'] })
    : connect(where);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => reject(new DialError('timeout', `No connection was made within ${connectTimeoutMs / 1000} s.`)),
    connectTimeoutMs,
  );
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort);
  socket.once(isSecure ? 'secureConnect' : 'connect', resolve);
  socket.on('error', (error) => reject(connectFailure(error)));
  socket.once('close', () => reject(new DialError('unreachable', 'The connection was closed before a request could be sent.')));
  try {
    if (signal.aborted) abort();
    await promise;
    if (!isOneOf(addresses, socket.remoteAddress)) throw new DialError('forbidden', 'The connection leads to another address.');
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** Whatever form each of them has. */
function isOneOf(addresses: readonly string[], reached = ''): boolean {
  const bytes = Buffer.from(addressBytes(reached) ?? []);
  return addresses.some((address) => bytes.equals(addressBytes(address) ?? new Uint8Array()));
}

function connectFailure(error: Error): DialError {
  const code = 'code' in error ? String(error.code) : '';
  const isTls = /^(ERR_(TLS|SSL)|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA|ERR_OSSL)/.test(code);
  if (isTls)
    return new DialError('tls', `TLS failed (${code}): the certificate must be of this host and of a known authority.`, { cause: error });
  return new DialError('unreachable', `No connection could be made${code === '' ? '' : ` (${code})`}.`, { cause: error });
}
