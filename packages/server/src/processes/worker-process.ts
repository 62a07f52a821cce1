import type { SendHandle } from 'node:child_process';
import cluster, { type Worker } from 'node:cluster';
import { HangWatch } from '../registry/hang-watch.ts';
import type { Logger } from '../registry/ports/logger.ts';
import type { Begin, FromWorker, WorkerOrder } from './process-messages.ts';
import type { PortHandle } from './shared-port.ts';

export interface WorkerProcessOptions {
  /** The first that it is told. */
  readonly begin: Begin;
  /** What it accepts from. */
  readonly port: PortHandle;
  /** A worker that does not listen, or later does not answer, for that long is killed. */
  readonly stuckMs: number;
  readonly logger: Logger;
}

/** One worker as its supervisor sees it. */
export class WorkerProcess {
  /** Resolves when it takes connections; rejects when it ends before that. */
  readonly listening: Promise<void>;
  /** Resolves when it is gone, to how it ended. */
  readonly ended: Promise<string>;
  /** Whether another one takes its place when it dies. */
  isWanted: boolean;
  readonly #worker: Worker;
  readonly #watch: HangWatch;
  #listeningSince: number | undefined;

  constructor({ begin, port, stuckMs, logger }: WorkerProcessOptions, isWanted: boolean) {
    this.isWanted = isWanted;
    const worker = cluster.fork();
    this.#worker = worker;
    const ask = () => this.#tell({ type: 'ask' });
    this.#watch = new HangWatch({ who: 'A worker', pid: this.pid, limitMs: stuckMs, logger, ask, kill: () => this.#kill() });
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#watch.end();
        resolve(this.#watch.killedBecause === undefined ? how : `killed: ${this.#watch.killedBecause}`);
      };
      worker.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
      worker.on('error', (error) => end(error.message));
    });
    this.listening = new Promise((resolve, reject) => {
      // Others have messages of their own on this channel.
      worker.on('message', ({ type }: FromWorker | { readonly type: unknown }) => {
        if (type === 'here') this.#watch.answered();
        if (type !== 'listening') return;
        this.#listeningSince = performance.now();
        this.#watch.ready();
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

  /** Whether it was killed because it did nothing. */
  get hung(): boolean {
    return this.#watch.killedBecause !== undefined;
  }

  /** Lets it finish and end; kills it after `limitMs`. */
  async drain(idleMs: number, limitMs: number): Promise<void> {
    this.isWanted = false;
    this.#watch.end();
    this.#tell({ type: 'drain', idleMs });
    const limit = setTimeout(() => this.#kill(), limitMs);
    await this.ended;
    clearTimeout(limit);
  }

  #kill(): void {
    this.#worker.process.kill('SIGKILL');
  }

  #tell(order: WorkerOrder, port?: PortHandle): void {
    // One that is gone cannot hear it, and its end is told by `ended`.
    if (this.#worker.isConnected()) this.#worker.send(order, port as SendHandle | undefined, () => undefined);
  }
}
