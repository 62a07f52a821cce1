import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

/** The end of a server that loses no request. */
export class Drain {
  readonly #server: Server;
  /** Open connections, and the TLS ones that were made of them. */
  readonly #connections = new Set<Socket>();
  #begun = false;
  #closesIdle = false;

  constructor(server: Server) {
    this.#server = server;
    const keep = (socket: Socket): void => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
    };
    server.on('connection', keep);
    // A listener for it is how a TLS server is known.
    if (server.listenerCount('secureConnection') > 0) server.on('secureConnection', keep);
  }

  /** Whether every answer is the last of its connection. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Stops accepting; see `Listener.drain`. */
  async run(graceMs: number, idleMs: number): Promise<void> {
    this.#begun = true;
    const server = this.#server;
    // HTTP's own close would end idle connections in the same breath.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
    const idle = idleMs > 0 ? setTimeout(() => this.#closeIdle(), idleMs) : this.#closeIdle();
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(idle ?? undefined);
    clearTimeout(cut);
  }

  /** After an answer: whoever got one during a drain without hearing that the connection ends would keep it, and us, waiting. */
  answered(): void {
    if (this.#closesIdle) this.#server.closeIdleConnections();
  }

  #closeIdle(): void {
    this.#closesIdle = true;
    this.#server.close();
    // Those on which nothing came yet are busy to Node.
    for (const socket of this.#connections) if (socket.bytesRead === 0) socket.destroy();
  }
}
