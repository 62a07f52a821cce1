import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { RegistryError } from '../registry/registry-error.ts';
import type { HashAnswer, HashOrder } from './hash-orders.ts';

/** Young objects are the messages; what a hash needs is outside the heap. */
const limits = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 };

interface Waiting {
  resolve(answer: HashAnswer): void;
  reject(error: Error): void;
}

/** One thread that hashes, from its start to its end. */
export class HashRunner {
  readonly #thread: Worker;
  /** In the order of asking, which is that of the answers. */
  readonly #waiting: Waiting[] = [];
  #lastId = 0;
  #failure: Error | undefined;
  /** Hashes that were begun and not ended. */
  open = 0;

  constructor() {
    const cache = getCompileCacheDir();
    this.#thread = new Worker(new URL('./hash-thread.ts', import.meta.url), {
      name: 'upload-hash',
      // Flags and variables of the process (of a test runner, of --eval) are not for the thread.
      execArgv: [],
      env: cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) },
      resourceLimits: limits,
    });
    this.#thread.on('message', (answer: HashAnswer) => this.#waiting.shift()?.resolve(answer));
    this.#thread.on('error', (error) => this.#fail(error));
    this.#thread.once('exit', (code) => this.#fail(new Error(`The hashing thread ended with code ${code}.`)));
  }

  /** Whether the thread is gone, and with it every hash in it. */
  get hasEnded(): boolean {
    return this.#failure !== undefined;
  }

  newId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** For what is not answered. */
  tell(order: HashOrder): void {
    this.#thread.postMessage(order);
  }

  /** For what is answered; `given` is memory that goes with it. Rejects with a `RegistryError` when the thread is gone. */
  ask(order: HashOrder, given: readonly ArrayBuffer[]): Promise<HashAnswer> {
    if (this.#failure !== undefined) return Promise.reject(lost(this.#failure));
    return new Promise((resolve, reject) => {
      this.#thread.postMessage(order, given);
      this.#waiting.push({ resolve, reject });
    });
  }

  async end(): Promise<void> {
    await this.#thread.terminate();
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    for (const { reject } of this.#waiting.splice(0)) reject(lost(this.#failure));
  }
}

function lost(cause: Error): RegistryError {
  return new RegistryError('UNAVAILABLE', {
    message: 'The digest of this upload was lost: ask for its status and continue from there.',
    cause,
  });
}
