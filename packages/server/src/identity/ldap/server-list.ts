import type { Millis } from '../../registry/ports/content-store.ts';
import { DirectoryConnection, DirectoryTrouble } from './connection.ts';
import type { DirectoryServer } from './secure-socket.ts';

/** Searches go over connections on which the reader has proved itself; passwords of people are tried on others. */
export type ConnectionUse = 'search' | 'password';

interface ServerListOptions {
  readonly servers: readonly DirectoryServer[];
  /** Prepares a new connection for searches. */
  readonly prepare: (connection: DirectoryConnection, signal: AbortSignal) => Promise<void>;
  readonly now: () => Millis;
}

/** A server that failed is asked after the others for so long. */
const avoidedMs = 30_000;
/** When all of them have just failed, nobody waits for them again so soon. */
const restMs = 1000;
/** Servers end what is idle after minutes; a connection that nobody needs is no use to them. */
const idleMs = 30_000;
const mostIdle = 64;

/** Servers of one directory, in the order in which they are asked, and the connections to them that may be used again. */
export class ServerList {
  readonly #options: ServerListOptions;
  readonly #failedAt = new Map<DirectoryServer, Millis>();
  readonly #idle = new Map<DirectoryConnection, { readonly use: ConnectionUse; readonly end: NodeJS.Timeout }>();
  #isClosed = false;

  constructor(options: ServerListOptions) {
    this.#options = options;
  }

  /**
   * Runs `work` with a connection of its own; on another one when its server goes away meanwhile, so it must be repeatable. Each server
   * gets its share of the time until `end` (by `performance.now()`). Rejects with `DirectoryTrouble` then, at once when every server has
   * just failed.
   */
  async use<T>(use: ConnectionUse, end: number, work: (connection: DirectoryConnection, signal: AbortSignal) => Promise<T>): Promise<T> {
    const share = (parts: number): AbortSignal => AbortSignal.timeout(Math.max(1, Math.floor((end - performance.now()) / parts)));
    const kept = this.#takeIdle(use);
    if (kept !== undefined) {
      try {
        return await this.#run(kept, use, share(2), work);
      } catch (error) {
        // It may have been closed at the other end while nobody looked: that says nothing about the server.
        if (!isOfServer(error)) throw error;
      }
    }
    const servers = this.#inOrder();
    let last: unknown = new DirectoryTrouble('every server of the directory failed a moment ago', { server: true });
    for (const [index, server] of servers.entries()) {
      const signal = share(servers.length - index);
      try {
        const connection = await this.#open(server, use, signal);
        const result = await this.#run(connection, use, signal, work);
        this.#failedAt.delete(server);
        return result;
      } catch (error) {
        if (!isOfServer(error)) throw error;
        this.#failedAt.set(server, this.#options.now());
        last = error;
      }
    }
    throw last;
  }

  /** Ends what is idle; what is in use ends with its work. */
  close(): void {
    this.#isClosed = true;
    for (const [connection, { end }] of this.#idle) {
      clearTimeout(end);
      connection.close();
    }
    this.#idle.clear();
  }

  async #open(server: DirectoryServer, use: ConnectionUse, signal: AbortSignal): Promise<DirectoryConnection> {
    const connection = await DirectoryConnection.open(server, signal);
    try {
      if (use === 'search') await this.#options.prepare(connection, signal);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  async #run<T>(
    connection: DirectoryConnection,
    use: ConnectionUse,
    signal: AbortSignal,
    work: (connection: DirectoryConnection, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      const result = await work(connection, signal);
      this.#keep(connection, use);
      return result;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  #takeIdle(wanted: ConnectionUse): DirectoryConnection | undefined {
    for (const [connection, { use, end }] of this.#idle) {
      if (use !== wanted && connection.isOpen) continue;
      clearTimeout(end);
      this.#idle.delete(connection);
      if (connection.isOpen) return connection.hold();
    }
    return undefined;
  }

  #keep(connection: DirectoryConnection, use: ConnectionUse): void {
    if (this.#isClosed || this.#idle.size >= mostIdle || !connection.isOpen) {
      connection.close();
      return;
    }
    const end = setTimeout(() => {
      this.#idle.delete(connection);
      connection.close();
    }, idleMs);
    connection.release();
    this.#idle.set(connection, { use, end: end.unref() });
  }

  /** Those that work first, each part in the order of the settings; none when all of them have just failed. */
  #inOrder(): readonly DirectoryServer[] {
    const { servers, now } = this.#options;
    const at = now();
    const failedWithin = (server: DirectoryServer, ms: Millis): boolean =>
      at - (this.#failedAt.get(server) ?? Number.NEGATIVE_INFINITY) < ms;
    if (servers.every((server) => failedWithin(server, restMs))) return [];
    const avoided = servers.filter((server) => failedWithin(server, avoidedMs));
    return [...servers.filter((server) => !avoided.includes(server)), ...avoided];
  }
}

function isOfServer(error: unknown): boolean {
  return error instanceof DirectoryTrouble && error.server;
}
