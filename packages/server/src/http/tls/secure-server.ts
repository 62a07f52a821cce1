import type { ServerOptions } from 'node:http';
import { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContextOptions, SecureVersion, TLSSocket } from 'node:tls';
import { connectionOf } from '../connection.ts';
import { certificateOf } from './client-certificate.ts';
import type { ClientTrust } from './client-trust.ts';
import { createHttp2Sessions, type Http2Limits, type Http2Sessions } from './http2-sessions.ts';
import type { KeyPairText } from './key-pair.ts';

export interface SecureOptions {
  readonly minVersion: SecureVersion;
  /** undefined: HTTP/1.1 only. */
  readonly http2: Http2Limits | undefined;
  /** A handshake that is not over by then ends the connection. */
  readonly handshakeTimeoutMs: number;
  /** Whose certificates clients may show, and are asked for; undefined: nobody is asked. */
  readonly clients?: ClientTrust | undefined;
}

const wrongProtocol = 'This port speaks HTTPS: use https:// in the address.\n';
const plainAnswer = `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${wrongProtocol.length}\r\n\r\n${wrongProtocol}`;

/** A connection before the end of its handshake. */
interface Handshake {
  readonly below: Socket;
  /** By whom clients are verified in it: OpenSSL keeps to what it began with. */
  readonly clients: ClientTrust | undefined;
}

/**
 * An HTTPS server whose clients choose HTTP/2 or HTTP/1.1 by ALPN. HTTP/1.1 runs exactly as on Node's own HTTPS server;
 * requests of both come out as `request` and `checkContinue`.
 */
export class SecureServer extends Server {
  readonly #sessions: Http2Sessions | undefined;
  readonly #minVersion: SecureVersion;
  #pair: KeyPairText;
  #clients: ClientTrust | undefined;
  /** Connections whose clients have shown a certificate. */
  readonly #certified = new Set<TLSSocket>();
  /** Connections before the end of their handshake, by `nameOf`. */
  readonly #shaking = new Map<string, Handshake>();

  constructor(options: ServerOptions, pair: KeyPairText, { minVersion, http2, handshakeTimeoutMs, clients }: SecureOptions) {
    super({
      ...options,
      ...contextOf(pair, clients),
      minVersion,
      // Clients without one go on; whether one proves anything is said by an answer, which a broken handshake could not.
      ...(clients !== undefined && { requestCert: true, rejectUnauthorized: false }),
      handshakeTimeout: handshakeTimeoutMs,
      ALPNProtocols: http2 === undefined ? ['http/1.1'] : ['h2', 'http/1.1'],
    });
    this.#minVersion = minVersion;
    this.#pair = pair;
    this.#clients = clients;
    this.#sessions = http2 === undefined ? undefined : createHttp2Sessions(http2);
    this.#sessions?.server.on('request', (request, response) => this.emit('request', request, response));
    this.#sessions?.server.on('checkContinue', (request, response) => this.emit('checkContinue', request, response));
    this.on('connection', (socket: Socket) => {
      const name = nameOf(socket);
      this.#shaking.set(name, { below: socket, clients: this.#clients });
      socket.once('close', () => this.#shaking.delete(name));
    });
    this.#routeByProtocol();
    this.prependListener('tlsClientError', (error: Error & { code?: string }, socket: TLSSocket) => {
      // The TLS socket cannot speak any more; what lies below it can, until this event is over.
      if (error.code === 'ERR_SSL_HTTP_REQUEST') this.#shaking.get(nameOf(socket))?.below.end(plainAnswer);
    });
  }

  /** New connections get this pair; those that are open keep theirs. */
  useKeyPair(pair: KeyPairText): void {
    this.#pair = pair;
    this.#useContext();
  }

  /**
   * From now on these are trusted to vouch for clients. What was verified before proves nothing any more: such connections end, with the
   * answer that is being given where there is one, and TLS sessions are not resumed.
   */
  useClientTrust(clients: ClientTrust): void {
    this.#clients = clients;
    this.#useContext();
    for (const socket of this.#certified) {
      const connection = connectionOf(socket);
      connection.ending = true;
      if (socket.alpnProtocol === 'h2') this.#sessions?.release(socket);
      else if (connection.current === undefined) socket.destroySoon();
    }
  }

  /** It makes new keys for tickets, so that no session of the context before is resumed. */
  #useContext(): void {
    this.setSecureContext({ ...contextOf(this.#pair, this.#clients), minVersion: this.#minVersion });
  }

  override closeIdleConnections(): void {
    super.closeIdleConnections();
    this.#sessions?.close();
  }

  override closeAllConnections(): void {
    super.closeAllConnections();
    this.#sessions?.destroy();
    for (const { below } of this.#shaking.values()) below.destroy();
  }

  #routeByProtocol(): void {
    const serveHttp1 = this.listeners('secureConnection');
    this.removeAllListeners('secureConnection');
    this.on('secureConnection', (socket) => {
      const name = nameOf(socket);
      const handshake = this.#shaking.get(name);
      this.#shaking.delete(name);
      const isStale = this.#clients !== undefined && this.#noteCertificate(socket, handshake?.clients);
      const refusal = handshake === undefined ? undefined : connectionOf(handshake.below).refusal;
      if (refusal !== undefined) {
        connectionOf(socket).refusal = refusal;
        if (socket.alpnProtocol === 'h2') socket.end();
        else socket.end(refusal);
      } else if (socket.alpnProtocol === 'h2') {
        this.#sessions?.accept(socket);
        if (isStale) this.#sessions?.release(socket);
      } else for (const listener of serveHttp1) listener.call(this, socket);
    });
  }

  /** `trusted`: when the handshake began, by which the certificate was verified. Whether that has changed since, so that it proves nothing here. */
  #noteCertificate(socket: TLSSocket, trusted: ClientTrust | undefined): boolean {
    const isStale = () => this.#clients !== trusted;
    const certificate = certificateOf(socket, isStale);
    if (certificate === undefined) return false;
    const connection = connectionOf(socket);
    connection.certificate = certificate;
    connection.ending = isStale();
    this.#certified.add(socket);
    socket.once('close', () => this.#certified.delete(socket));
    return connection.ending;
  }
}

/** What Node is told: `crl` turns its check on, so that an empty list of them must not be there. */
function contextOf({ cert, key }: KeyPairText, clients: ClientTrust | undefined): SecureContextOptions {
  if (clients === undefined) return { cert, key };
  const { authorities: ca, revocations } = clients;
  return { cert, key, ca: [...ca], ...(revocations.length > 0 && { crl: [...revocations] }) };
}

/** The same for a connection and for the TLS socket that is made of it. A client may use one port towards several addresses of ours. */
function nameOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
