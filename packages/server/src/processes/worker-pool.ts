import cluster from 'node:cluster';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../registry/ports/logger.ts';
import type { Begin } from './process-messages.ts';
import { RestartDelay } from './restart-delay.ts';
import { WorkerProcess } from './worker-process.ts';

export interface WorkerPoolOptions {
  readonly count: number;
  /** What a new worker is told; `bound` is where the last of the earlier ones listened, when none does any more. */
  readonly begin: (bound: AddressInfo | undefined) => Begin;
  readonly logger: Logger;
  /** How long a worker may take to finish its requests. */
  readonly drainMs: number;
}

/** A worker that still runs that long after it should have finished is stuck. */
const stuckAfterMs = 5000;
/** In a rolling restart: how long a client's idle connection is kept for the request that may be on its way. */
const idleMs = 2000;
/** After so many deaths at the start, with nobody left that serves, trying again is for whoever watches the supervisor. */
const mostEarlyDeaths = 6;

/** The workers that share the port: as many as wanted, whatever happens to them. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #workers = new Set<WorkerProcess>();
  readonly #delay = new RestartDelay();
  readonly #gaveUp = Promise.withResolvers<never>();
  #bound: AddressInfo | undefined;
  #stopping = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    // The workers accept by themselves. Round robin loses the connection that a dying worker was being given, and costs twice the
    // CPU time for a connection of one request (docs/performance.md).
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    this.#gaveUp.promise.catch(() => undefined);
  }

  /** Rejects when no worker can be kept alive. */
  get gaveUp(): Promise<never> {
    return this.#gaveUp.promise;
  }

  /** Starts the workers; resolves when all listen, rejects when one ends before that. */
  async start(): Promise<AddressInfo> {
    const started = Array.from({ length: this.#options.count }, () => this.#add(false));
    const [address] = await Promise.all(started.map((worker) => worker.listening));
    if (address === undefined) throw new RangeError('A pool needs a worker.');
    return address;
  }

  /**
   * Replaces every worker by a new one, one after the other: the new one listens before the old one finishes. Rejects when a new one
   * ends before it listens; the old ones go on then.
   */
  async restart(): Promise<void> {
    for (const old of [...this.#workers]) {
      if (this.#stopping) return;
      if (!old.isWanted) continue;
      old.isWanted = false;
      try {
        await this.#add(false).listening;
      } catch (error) {
        if (this.#workers.has(old)) old.isWanted = true;
        else this.#add(true);
        throw error;
      }
      await old.drain(idleMs, this.#options.drainMs + stuckAfterMs);
    }
  }

  /** Lets every worker finish and end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#workers].map((worker) => worker.drain(0, this.#options.drainMs + stuckAfterMs)));
  }

  /** A worker that is not wanted yet is so as soon as it listens. */
  #add(isWanted: boolean): WorkerProcess {
    const worker = new WorkerProcess(this.#options.begin(this.#isAnyListening() ? undefined : this.#bound), isWanted);
    this.#workers.add(worker);
    worker.listening.then(
      (address) => {
        this.#bound = address;
        worker.isWanted = true;
      },
      () => undefined,
    );
    void worker.ended.then((how) => {
      this.#workers.delete(worker);
      if (worker.isWanted && !this.#stopping) this.#replace(worker, how);
    });
    return worker;
  }

  #replace({ pid, listeningForMs }: WorkerProcess, how: string): void {
    const inMs = this.#delay.after(listeningForMs);
    this.#options.logger.error('A worker died and is being replaced.', { pid, how, inMs });
    if (this.#delay.earlyDeaths >= mostEarlyDeaths && !this.#isAnyListening()) {
      this.#gaveUp.reject(new Error(`${mostEarlyDeaths} workers in a row ended at their start (${how}); their messages are above.`));
      return;
    }
    setTimeout(() => !this.#stopping && this.#add(true), inMs);
  }

  #isAnyListening(): boolean {
    return [...this.#workers].some((worker) => worker.listeningForMs !== undefined);
  }
}
