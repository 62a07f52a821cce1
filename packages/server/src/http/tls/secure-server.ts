import type { ServerOptions } from 'node:http';
import { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureVersion, TLSSocket } from 'node:tls';
import { connectionOf } from '../connection.ts';
import { createHttp2Sessions, type Http2Limits, type Http2Sessions } from './http2-sessions.ts';
import type { KeyPairText } from './key-pair.ts';

export interface SecureOptions {
  readonly minVersion: SecureVersion;
  /** undefined: HTTP/1.1 only. */
  readonly http2: Http2Limits | undefined;
  /** A handshake that is not over by then ends the connection. */
  readonly handshakeTimeoutMs: number;
}

const wrongProtocol = 'This port speaks HTTPS: use https:// in the address.\n';
const plainAnswer = `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${wrongProtocol.length}\r\n\r\n${wrongProtocol}`;

/**
 * An HTTPS server whose clients choose HTTP/2 or HTTP/1.1 by ALPN. HTTP/1.1 runs exactly as on Node's own HTTPS server;
 * requests of both come out as `request` and `checkContinue`.
 */
export class SecureServer extends Server {
  readonly #sessions: Http2Sessions | undefined;
  readonly #minVersion: SecureVersion;
  /** Connections before the end of their handshake, by `nameOf`. */
  readonly #shaking = new Map<string, Socket>();

  constructor(options: ServerOptions, pair: KeyPairText, { minVersion, http2, handshakeTimeoutMs }: SecureOptions) {
    super({
      ...options,
      ...pair,
      minVersion,
      handshakeTimeout: handshakeTimeoutMs,
      ALPNProtocols: http2 === undefined ? ['http/1.1'] : ['h2', 'http/1.1'],
    });
    this.#minVersion = minVersion;
    this.#sessions = http2 === undefined ? undefined : createHttp2Sessions(http2);
    this.#sessions?.server.on('request', (request, response) => this.emit('request', request, response));
    this.#sessions?.server.on('checkContinue', (request, response) => this.emit('checkContinue', request, response));
    this.on('connection', (socket: Socket) => {
      const name = nameOf(socket);
      this.#shaking.set(name, socket);
      socket.once('close', () => this.#shaking.delete(name));
    });
    this.#routeByProtocol();
    this.prependListener('tlsClientError', (error: Error & { code?: string }, socket: TLSSocket) => {
      // The TLS socket cannot speak any more; what lies below it can, until this event is over.
      if (error.code === 'ERR_SSL_HTTP_REQUEST') this.#shaking.get(nameOf(socket))?.end(plainAnswer);
    });
  }

  /** New connections get this pair; those that are open keep theirs. */
  useKeyPair(pair: KeyPairText): void {
    this.setSecureContext({ cert: pair.cert, key: pair.key, minVersion: this.#minVersion });
  }

  override closeIdleConnections(): void {
    super.closeIdleConnections();
    this.#sessions?.close();
  }

  override closeAllConnections(): void {
    super.closeAllConnections();
    this.#sessions?.destroy();
    for (const socket of this.#shaking.values()) socket.destroy();
  }

  #routeByProtocol(): void {
    const serveHttp1 = this.listeners('secureConnection');
    this.removeAllListeners('secureConnection');
    this.on('secureConnection', (socket) => {
      const name = nameOf(socket);
      const below = this.#shaking.get(name);
      this.#shaking.delete(name);
      const refusal = below === undefined ? undefined : connectionOf(below).refusal;
      if (refusal !== undefined) {
        connectionOf(socket).refusal = refusal;
        if (socket.alpnProtocol === 'h2') socket.end();
        else socket.end(refusal);
      } else if (socket.alpnProtocol === 'h2') this.#sessions?.accept(socket);
      else for (const listener of serveHttp1) listener.call(this, socket);
    });
  }
}

/** The same for a connection and for the TLS socket that is made of it. A client may use one port towards several addresses of ours. */
function nameOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
