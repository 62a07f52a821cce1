import type { SendHandle } from 'node:child_process';
import cluster, { type Worker } from 'node:cluster';
import type { Begin, Listening, WorkerOrder } from './process-messages.ts';
import type { PortHandle } from './shared-port.ts';

/** One worker as its supervisor sees it. */
export class WorkerProcess {
  /** Resolves when it takes connections; rejects when it ends before that. */
  readonly listening: Promise<void>;
  /** Resolves when it is gone, to how it ended. */
  readonly ended: Promise<string>;
  /** Whether another one takes its place when it dies. */
  isWanted: boolean;
  readonly #worker: Worker;
  #listeningSince: number | undefined;

  constructor(begin: Begin, port: PortHandle, isWanted: boolean) {
    this.isWanted = isWanted;
    const worker = cluster.fork();
    this.#worker = worker;
    this.ended = new Promise((resolve) => {
      worker.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
      worker.on('error', (error) => resolve(error.message));
    });
    this.listening = new Promise((resolve, reject) => {
      // Others have messages of their own on this channel.
      worker.on('message', ({ type }: Listening | { readonly type: unknown }) => {
        if (type !== 'listening') return;
        this.#listeningSince = performance.now();
        resolve();
      });
      void this.ended.then((how) => reject(new Error(`A worker ended before it listened (${how}); its messages are above.`)));
    });
    // Not everybody who starts a worker waits for it.
    this.listening.catch(() => undefined);
    this.#tell(begin, port);
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  /** Milliseconds since it listens; undefined when it does not. */
  get listeningForMs(): number | undefined {
    return this.#listeningSince === undefined ? undefined : performance.now() - this.#listeningSince;
  }

  /** Lets it finish and end; kills it after `limitMs`. */
  async drain(idleMs: number, limitMs: number): Promise<void> {
    this.isWanted = false;
    this.#tell({ type: 'drain', idleMs });
    const limit = setTimeout(() => this.#worker.process.kill('SIGKILL'), limitMs);
    await this.ended;
    clearTimeout(limit);
  }

  #tell(order: WorkerOrder, port?: PortHandle): void {
    // One that is gone cannot hear it, and its end is told by `ended`.
    if (this.#worker.isConnected()) this.#worker.send(order, port as SendHandle | undefined, () => undefined);
  }
}
