import cluster, { type Worker } from 'node:cluster';
import type { AddressInfo } from 'node:net';
import type { Begin, WorkerOrder } from './process-messages.ts';

/** One worker as its supervisor sees it. */
export class WorkerProcess {
  /** Resolves when it takes connections; rejects when it ends before that. */
  readonly listening: Promise<AddressInfo>;
  /** Resolves when it is gone, to how it ended. */
  readonly ended: Promise<string>;
  /** Whether another one takes its place when it dies. */
  isWanted: boolean;
  readonly #worker: Worker;
  #listeningSince: number | undefined;

  constructor(begin: Begin, isWanted: boolean) {
    this.isWanted = isWanted;
    const worker = cluster.fork();
    this.#worker = worker;
    this.ended = new Promise((resolve) => {
      worker.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
      worker.on('error', (error) => resolve(error.message));
    });
    this.listening = new Promise((resolve, reject) => {
      worker.once('listening', ({ address, port, addressType }) => {
        this.#listeningSince = performance.now();
        resolve({ address, port, family: addressType === 6 ? 'IPv6' : 'IPv4' });
      });
      void this.ended.then((how) => reject(new Error(`A worker ended before it listened (${how}); its messages are above.`)));
    });
    // Not everybody who starts a worker waits for it.
    this.listening.catch(() => undefined);
    this.#tell(begin);
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

  #tell(order: WorkerOrder): void {
    // One that is gone cannot hear it, and its end is told by `ended`.
    if (this.#worker.isConnected()) this.#worker.send(order, () => undefined);
  }
}
