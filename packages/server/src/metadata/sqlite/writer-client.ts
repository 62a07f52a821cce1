import { StorageError } from '../../registry/ports/blob-store.ts';
import type { CommandInput, CommandName, CommandOutput } from '../commands/index.ts';
import { hostNow } from './host-clock.ts';
import type { ConnectToWriter, WriterConnection } from './writer-connection.ts';
import { fromFailure } from './writer-failures.ts';
import type { Answer, FromWriter, Group, TimedCall } from './writer-messages.ts';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly until: number;
}

/** How a client waits for its writer. */
export interface WriterClientOptions {
  readonly onGroup: OnGroup;
  /** A command that is not answered by then is given up. */
  readonly patienceMs: number;
}

/** In each of so many parts of its patience a client looks for what waits too long. */
const looks = 20;

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
  readonly #patienceMs: number;
  readonly #watch: NodeJS.Timeout;
  #outgoing: TimedCall[] = [];
  #lastId = 0;
  /** Since it gave up a command, nothing was heard. */
  #isStalled = false;
  /** `leaving`: the writer wants to end, so it is let go when it has answered. */
  #state: 'open' | 'leaving' | 'closed' | 'dead' = 'open';

  private constructor(connect: ConnectToWriter, { onGroup, patienceMs }: WriterClientOptions, ready: PromiseWithResolvers<void>) {
    this.#ready = ready;
    this.#onGroup = onGroup;
    this.#patienceMs = patienceMs;
    // What has arrived is heard first, however long this process itself stood still.
    this.#watch = setInterval(() => setImmediate(() => this.#giveUpLate()), patienceMs / looks).unref();
    this.#connection = connect({ message: (message) => this.#hear(message), ended: (reason) => this.#end(reason) });
  }

  /** Connects; resolves when the writer has the database open. Rejects with a `StorageError` when it cannot. */
  static async start(connect: ConnectToWriter, options: WriterClientOptions): Promise<WriterClient> {
    const ready = Promise.withResolvers<void>();
    const client = new WriterClient(connect, options, ready);
    await ready.promise;
    return client;
  }

  /** Whether commands should go to another writer from now on. */
  get isLeaving(): boolean {
    return this.#state === 'leaving' || this.#state === 'dead';
  }

  /**
   * Runs a command; resolves when it is committed. Rejects with a `StorageError`, retryable when the writer died or does not answer in
   * time (whether it was committed is not known then), or with `NeverSent`.
   */
  execute<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> {
    if (this.isLeaving) return Promise.reject(new NeverSent());
    if (this.#state === 'closed') return Promise.reject(new StorageError('failed', 'The metadata store is closed', { retryable: false }));
    if (this.#isStalled) return Promise.reject(this.#stalled());
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      const until = hostNow() + this.#patienceMs;
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject, until });
      this.#outgoing.push({ id, name, input, until });
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
    this.#isStalled = false;
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

  /** The connection stays: what was sent on it is answered, or refused as too late, before anything that is sent later. */
  #giveUpLate(): void {
    const now = hostNow();
    for (const [id, { until, reject }] of this.#pending) {
      if (until > now) break;
      this.#pending.delete(id);
      this.#isStalled = true;
      reject(this.#stalled());
    }
    if (this.#state === 'leaving') this.#letGoWhenAnswered();
  }

  #stalled(): StorageError {
    return new StorageError('stalled', `The writer of the metadata has not answered for ${this.#patienceMs / 1000} s`);
  }

  #end(reason: string): void {
    clearInterval(this.#watch);
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
