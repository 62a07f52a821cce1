import { StorageError } from '../../registry/ports/blob-store.ts';
import type { CommandInput, CommandName, CommandOutput } from '../commands/index.ts';
import type { ConnectToWriter, WriterConnection } from './writer-connection.ts';
import { fromFailure } from './writer-failures.ts';
import type { Answer, Call, FromWriter, Group } from './writer-messages.ts';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Hears of every transaction that one of this client's commands was the first of. */
export type OnGroup = (group: Group) => void;

/** A command that never left this process: it certainly did not happen, and another writer may get it. */
export class NeverSent extends Error {}

/** The process's end of one writer. */
export class WriterClient {
  readonly #connection: WriterConnection;
  readonly #ready: PromiseWithResolvers<void>;
  readonly #onGroup: OnGroup;
  readonly #ended = Promise.withResolvers<void>();
  readonly #pending = new Map<number, Pending>();
  #outgoing: Call[] = [];
  #lastId = 0;
  /** `leaving`: the writer wants to end, so it is let go when it has answered. */
  #state: 'open' | 'leaving' | 'closed' | 'dead' = 'open';

  private constructor(connect: ConnectToWriter, onGroup: OnGroup, ready: PromiseWithResolvers<void>) {
    this.#ready = ready;
    this.#onGroup = onGroup;
    this.#connection = connect({ message: (message) => this.#hear(message), ended: (reason) => this.#end(reason) });
  }

  /** Connects; resolves when the writer has the database open. Rejects with a `StorageError` when it cannot. */
  static async start(connect: ConnectToWriter, onGroup: OnGroup): Promise<WriterClient> {
    const ready = Promise.withResolvers<void>();
    const client = new WriterClient(connect, onGroup, ready);
    await ready.promise;
    return client;
  }

  /** Whether commands should go to another writer from now on. */
  get isLeaving(): boolean {
    return this.#state === 'leaving' || this.#state === 'dead';
  }

  /**
   * Runs a command; resolves when it is committed. Rejects with a `StorageError`, retryable when the writer died (whether it was
   * committed is not known then), or with `NeverSent`.
   */
  execute<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> {
    if (this.isLeaving) return Promise.reject(new NeverSent());
    if (this.#state === 'closed') return Promise.reject(new StorageError('failed', 'The metadata store is closed', { retryable: false }));
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#outgoing.push({ id, name, input });
      // One message for everything that this turn of the event loop brings.
      if (this.#outgoing.length === 1) setImmediate(() => this.#flush());
    });
  }

  /** Waits for every command that was given, then lets go of the writer; a thread ends with that. */
  async close(): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'closed';
      this.#flush();
      this.#connection.send('close');
    }
    await this.#ended.promise;
  }

  #flush(): void {
    const calls = this.#outgoing;
    this.#outgoing = [];
    if (calls.length > 0) this.#connection.send(calls);
  }

  #hear(message: FromWriter): void {
    if (message === 'ready') this.#ready.resolve();
    else if (message === 'retiring') this.#leave();
    else if ('refused' in message) this.#ready.reject(fromFailure(message.refused));
    else for (const answer of message) this.#settle(answer);
    if (this.#state === 'leaving') this.#letGoWhenAnswered();
  }

  #leave(): void {
    if (this.#state !== 'open') return;
    this.#state = 'leaving';
    this.#flush();
  }

  #letGoWhenAnswered(): void {
    if (this.#pending.size === 0) this.#connection.send('close');
  }

  #settle(answer: Answer): void {
    if (answer.group !== undefined) this.#onGroup(answer.group);
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) return;
    this.#pending.delete(answer.id);
    if ('value' in answer) pending.resolve(answer.value);
    else pending.reject(fromFailure(answer));
  }

  #end(reason: string): void {
    const error = new StorageError('failed', `The writer of the metadata has stopped (${reason}); a new one takes over`, {
      retryable: true,
    });
    this.#state = 'dead';
    this.#ready.reject(error);
    const unsent = new Set(this.#outgoing.map(({ id }) => id));
    this.#outgoing = [];
    for (const [id, pending] of this.#pending) pending.reject(unsent.has(id) ? new NeverSent() : error);
    this.#pending.clear();
    this.#ended.resolve();
  }
}
