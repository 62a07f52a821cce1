import { setTimeout as pause } from 'node:timers/promises';
import { mostEarlyDeaths, RestartDelay } from './restart-delay.ts';
import { WorkerProcess, type WorkerProcessOptions } from './worker-process.ts';

/** `port`: the pool closes it when it stops. */
export interface WorkerPoolOptions extends WorkerProcessOptions {
  readonly count: number;
  /** How long a worker may take to finish its requests. */
  readonly drainMs: number;
}

/** A worker that still runs that long after it should have finished is stuck. */
const stuckAfterMs = 5000;
/** In a rolling restart: how long a client's idle connection is kept for the request that may be on its way. */
const idleMs = 2000;

/**
 * The workers that share the port: as many as wanted, whatever happens to them. They accept by themselves: round robin loses the
 * connection that a dying worker was being given, and costs twice the CPU time for a connection of one request (docs/performance.md).
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #workers = new Set<WorkerProcess>();
  readonly #delay = new RestartDelay();
  readonly #gaveUp = Promise.withResolvers<never>();
  #stopping = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#gaveUp.promise.catch(() => undefined);
  }

  /** Rejects when no worker can be kept alive. */
  get gaveUp(): Promise<never> {
    return this.#gaveUp.promise;
  }

  /**
   * Starts the workers; resolves when all listen, rejects when one ends by itself before that. One that hangs is replaced, several
   * times.
   */
  async start(): Promise<void> {
    const started = Array.from({ length: this.#options.count }, () => this.#add(false));
    await Promise.all(started.map((worker) => this.#untilListening(worker)));
  }

  /**
   * Replaces every worker by a new one, one after the other: the new one listens before the old one finishes. Rejects when a new one
   * ends before it listens; the old ones go on then.
   */
  async restart(): Promise<void> {
    let isReload = true;
    for (const old of [...this.#workers]) {
      if (this.#stopping) return;
      if (!old.isWanted) continue;
      old.isWanted = false;
      try {
        await this.#add(false, isReload).listening;
        isReload = false;
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
    this.#options.port.close();
    // One that does not listen yet has no requests to finish.
    const limitOf = ({ listeningForMs }: WorkerProcess) => (listeningForMs === undefined ? 0 : this.#options.drainMs) + stuckAfterMs;
    await Promise.all([...this.#workers].map((worker) => worker.drain(0, limitOf(worker))));
  }

  /** A worker that is not wanted yet is so as soon as it listens. */
  #add(isWanted: boolean, isReload = false): WorkerProcess {
    const worker = new WorkerProcess({ ...this.#options, begin: { ...this.#options.begin, isReload } }, isWanted);
    this.#workers.add(worker);
    worker.listening.then(
      () => {
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

  /** Resolves when it listens, or else whoever takes its place. */
  async #untilListening(worker: WorkerProcess): Promise<void> {
    try {
      await worker.listening;
    } catch (error) {
      if (!worker.hung || this.#stopping) throw error;
      await pause(this.#delayAfter(worker, await worker.ended));
      if (this.#stopping) throw error;
      await this.#untilListening(this.#add(false));
    }
  }

  #replace(worker: WorkerProcess, how: string): void {
    try {
      setTimeout(() => !this.#stopping && this.#add(true), this.#delayAfter(worker, how));
    } catch (error) {
      this.#gaveUp.reject(error);
    }
  }

  /** Milliseconds until it is replaced; throws when that makes no sense any more. */
  #delayAfter({ pid, listeningForMs }: WorkerProcess, how: string): number {
    const inMs = this.#delay.after(listeningForMs);
    this.#options.logger.error('A worker died and is being replaced.', { pid, how, inMs });
    if (this.#delay.earlyDeaths >= mostEarlyDeaths && !this.#isAnyListening()) {
      throw new Error(`${mostEarlyDeaths} workers in a row ended at their start (${how}); their messages are above.`);
    }
    return inMs;
  }

  #isAnyListening(): boolean {
    return [...this.#workers].some((worker) => worker.listeningForMs !== undefined);
  }
}
