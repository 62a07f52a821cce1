import type { Socket } from 'node:net';
import { Client, type Entry, type Filter, ResultCodeError } from 'ldapts';
import { AnswerStream } from './answer-stream.ts';
import { type DirectoryServer, type OnStep, openSocket } from './secure-socket.ts';

/** A search as far as callers choose. `atMost`: more entries are neither waited for nor kept. */
export interface Search {
  readonly base: string;
  readonly scope: 'base' | 'sub';
  readonly filter: Filter;
  readonly attributes: readonly string[];
  readonly atMost: number;
  /** Attributes whose values are bytes. */
  readonly binary?: readonly string[];
}

/**
 * A directory did not do what it was asked. `server`: whether another one of the same directory may be of more use (gone, silent, busy),
 * or all will say the same.
 */
export class DirectoryTrouble extends Error {
  override readonly name = 'DirectoryTrouble';
  readonly server: boolean;

  constructor(message: string, options: { server: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.server = options.server;
  }
}

/**
 * Result codes of a bind that say no to whoever binds: constraintViolation (locked after many tries), noSuchObject (deleted meanwhile),
 * inappropriateAuthentication (has no password), invalidCredentials, unwillingToPerform (locked). RFC 4511 appendix A.
 */
const refusals: ReadonlySet<number> = new Set([19, 32, 48, 49, 53]);
/** busy, unavailable. */
const passing: ReadonlySet<number> = new Set([51, 52]);
const pageSize = 250;

/** One connection, for one question at a time. It is never made again behind its user's back. */
export class DirectoryConnection {
  readonly server: DirectoryServer;
  readonly #socket: Socket;
  readonly #answers: AnswerStream;
  readonly #client: Client;

  private constructor(server: DirectoryServer, socket: Socket) {
    this.server = server;
    this.#socket = socket;
    this.#answers = new AnswerStream(socket);
    let isTaken = false;
    const createConnection = (): Socket => {
      // The library would connect again as nobody, and then whatever it is asked finds nothing.
      if (isTaken) throw new Error('the connection is closed');
      isTaken = true;
      // All of a socket that the library uses.
      return this.#answers as unknown as Socket;
    };
    this.#client = new Client({ url: 'ldap://connected', createConnection });
  }

  /** Rejects with `DirectoryTrouble`, at the latest when `signal` aborts. */
  static async open(server: DirectoryServer, signal: AbortSignal, onStep?: OnStep): Promise<DirectoryConnection> {
    try {
      return new DirectoryConnection(server, await openSocket(server, signal, onStep));
    } catch (error) {
      throw troubleOf(error, server, signal);
    }
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** Whether the password is that of the entry. Never asks for an empty one, which a server takes for nobody (RFC 4513 section 5.1.2). */
  async bind(dn: string, password: string, signal: AbortSignal): Promise<boolean> {
    if (dn === '' || password === '') return false;
    try {
      await this.#run(() => this.#client.bind(dn, password), signal);
      return true;
    } catch (error) {
      if (error instanceof DirectoryTrouble && error.cause instanceof ResultCodeError && refusals.has(error.cause.code)) return false;
      throw error;
    }
  }

  /** At most `atMost` entries, and whether there are more. References to other servers are not followed. */
  async search(
    { base, atMost, attributes, binary = [], ...rest }: Search,
    signal: AbortSignal,
  ): Promise<{ entries: Entry[]; more: boolean }> {
    const entries: Entry[] = [];
    await this.#run(async () => {
      const options = { ...rest, attributes: [...attributes], explicitBufferAttributes: [...binary], sizeLimit: atMost + 1 };
      const paged = { pageSize: Math.min(pageSize, atMost + 1) };
      for await (const { searchEntries } of this.#client.searchPaginated(base, { ...options, paged, timeLimit: 60 })) {
        entries.push(...searchEntries);
        if (entries.length > atMost) return;
      }
    }, signal);
    return { entries: entries.slice(0, atMost), more: entries.length > atMost };
  }

  /** Keeps no process alive until it is held again. */
  release(): void {
    this.#socket.unref();
  }

  hold(): this {
    this.#socket.ref();
    return this;
  }

  close(): void {
    this.#socket.end();
    this.#answers.destroy();
  }

  async #run(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    // An answer that comes late would be taken for that to the next question.
    const onAbort = (): void => this.close();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      this.#answers.beginQuestion();
      await work();
    } catch (error) {
      throw troubleOf(error, this.server, signal);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

function troubleOf(error: unknown, { url }: DirectoryServer, signal: AbortSignal): DirectoryTrouble {
  if (signal.aborted) return new DirectoryTrouble(`${url} did not answer in time`, { server: true, cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  const said = error instanceof ResultCodeError;
  return new DirectoryTrouble(`${url}: ${reason}`, { server: !said || passing.has(error.code), cause: error });
}
