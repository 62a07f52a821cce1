import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { CommandInput, CommandName, CommandOutput } from '../commands/index.ts';
import type { Answer, Call, FromWriter, ToWriter, WriterOptions } from './writer-messages.ts';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The process's end of the one thread that writes. */
export class WriterClient {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  #outgoing: Call[] = [];
  #lastId = 0;
  #closed = false;
  #death: StorageError | undefined;

  private constructor(worker: Worker, ready: (error?: unknown) => void) {
    this.#worker = worker;
    worker.on('message', (message: FromWriter) => {
      if (message === 'ready') ready();
      else for (const answer of message) this.#settle(answer);
    });
    worker.on('error', (error) => this.#die(error, ready));
    this.#exited = new Promise((resolve) => {
      worker.once('exit', (code) => {
        if (!this.#closed || this.#pending.size > 0) this.#die(new Error(`exit code ${code}`), ready);
        resolve();
      });
    });
  }

  /** Starts the thread; resolves when it has the database open. */
  static async start(options: WriterOptions): Promise<WriterClient> {
    // The process's compile cache, when it has one, halves the thread's start and saves it the TypeScript compiler's memory. Flags
    // and variables of the process (of a test runner, of --eval) are not for the thread.
    const cache = getCompileCacheDir();
    const env = cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) };
    const settings = { workerData: options, name: 'metadata-writer', execArgv: [], env };
    const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), settings);
    return new Promise((resolve, reject) => {
      const client: WriterClient = new WriterClient(worker, (error) => (error === undefined ? resolve(client) : reject(error)));
    });
  }

  /** Whether the thread is gone, so that every further command would be rejected. */
  get isDead(): boolean {
    return this.#death !== undefined;
  }

  /** Runs a command; resolves when it is committed. Rejects with a `StorageError`, also when the thread is gone. */
  execute<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    if (this.#closed) return Promise.reject(new StorageError('failed', 'The metadata store is closed', { retryable: false }));
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#outgoing.push({ id, name, input });
      // One message for everything that this turn of the event loop brings.
      if (this.#outgoing.length === 1) setImmediate(() => this.#flush());
    });
  }

  /** Waits for every command that was given, then ends the thread. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#flush();
      this.#send('close');
    }
    await this.#exited;
  }

  #flush(): void {
    const calls = this.#outgoing;
    this.#outgoing = [];
    if (calls.length > 0) this.#send(calls);
  }

  #send(message: ToWriter): void {
    this.#worker.postMessage(message);
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) return;
    this.#pending.delete(answer.id);
    if ('value' in answer) return pending.resolve(answer.value);
    if ('storage' in answer) {
      const { reason, message, retryable } = answer.storage;
      return pending.reject(new StorageError(reason, message, { retryable }));
    }
    const error = new Error(answer.defect.message);
    if (answer.defect.stack !== undefined) error.stack = answer.defect.stack;
    pending.reject(error);
  }

  #die(cause: unknown, ready: (error: unknown) => void): void {
    const detail = cause instanceof Error ? cause.message : String(cause);
    this.#death ??= new StorageError('failed', `The thread that writes metadata has stopped (${detail}); a new one takes over`, {
      cause,
      retryable: true,
    });
    ready(this.#death);
    for (const pending of this.#pending.values()) pending.reject(this.#death);
    this.#pending.clear();
    this.#outgoing = [];
  }
}
