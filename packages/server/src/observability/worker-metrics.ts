import cluster, { type Worker } from 'node:cluster';
import { lastingFamilies, type MetricFamily, mergeFamilies, singleValue } from './metric-family.ts';
import { resourceFamilies } from './process-metrics.ts';
import { type FromWorker, isMetricsMessage, type ToWorker } from './worker-messages.ts';

/** A worker that does not answer for this long counts with what it said last. */
const patienceMs = 1_000;
/** How much of a worker's counts is lost at most when it is killed. */
const refreshMs = 5_000;

/** A round of questions to all workers. */
interface Round {
  readonly waitsFor: Set<number>;
  readonly finish: () => void;
}

/**
 * In the supervisor: adds up the figures of its workers and its own for every worker that asks (`shareMetrics`), from now on until
 * the process ends. What a worker counted stays counted when it is gone.
 */
export function collectWorkerMetrics(): void {
  const sums = new WorkerSums();
  cluster.on('message', (worker: Worker, message: unknown) => {
    if (isMetricsMessage<FromWorker>(message)) sums.hear(worker, message);
  });
  // Not `exit`, which may come before the last messages of the process are read.
  cluster.on('disconnect', (worker: Worker) => sums.depart(worker));
  cluster.on('exit', (_worker: Worker, code: number | null) => sums.noteExit(code));
  setInterval(() => void sums.ask(), refreshMs).unref();
}

class WorkerSums {
  readonly #last = new Map<number, readonly MetricFamily[]>();
  readonly #rounds = new Map<number, Round>();
  #departed: readonly MetricFamily[] = [];
  #lastRound = 0;
  #deaths = 0;
  #asking: Promise<void> | undefined;
  #askingNext: Promise<void> | undefined;

  hear(worker: Worker, message: FromWorker): void {
    if (message.type === 'metrics.ask') {
      void this.#answer(worker, message.id);
      return;
    }
    this.#last.set(worker.id, message.families);
    if (message.round !== undefined) this.#noLongerWaitsFor(worker.id, message.round);
  }

  depart(worker: Worker): void {
    const families = this.#last.get(worker.id);
    if (families !== undefined) this.#departed = mergeFamilies([this.#departed, lastingFamilies(families)]);
    this.#last.delete(worker.id);
    for (const round of this.#rounds.keys()) this.#noLongerWaitsFor(worker.id, round);
  }

  noteExit(code: number | null): void {
    if (code !== 0) this.#deaths += 1;
  }

  /**
   * Asks all workers; resolves when they have answered, or have had their time. A round that has begun may have heard figures
   * from before this call, so those who come during one share the next.
   */
  ask(): Promise<void> {
    if (this.#asking === undefined) {
      this.#asking = this.#askAll().finally(() => {
        this.#asking = undefined;
      });
      return this.#asking;
    }
    this.#askingNext ??= this.#asking.then(() => {
      this.#askingNext = undefined;
      return this.ask();
    });
    return this.#askingNext;
  }

  async #askAll(): Promise<void> {
    const round = ++this.#lastRound;
    const { promise, resolve } = Promise.withResolvers<void>();
    // Those that have spoken: one that starts has nothing to say yet.
    const waitsFor = new Set(this.#last.keys());
    this.#rounds.set(round, { waitsFor, finish: resolve });
    for (const id of this.#last.keys()) tell(cluster.workers?.[id], { type: 'metrics.wanted', round });
    if (waitsFor.size === 0) resolve();
    const limit = setTimeout(resolve, patienceMs);
    await promise;
    clearTimeout(limit);
    this.#rounds.delete(round);
  }

  #noLongerWaitsFor(worker: number, number: number): void {
    const round = this.#rounds.get(number);
    if (round?.waitsFor.delete(worker) === true && round.waitsFor.size === 0) round.finish();
  }

  async #answer(worker: Worker, id: number): Promise<void> {
    await this.ask();
    const deaths = { name: 'registry_worker_deaths_total', help: 'Workers that ended without being asked to.', type: 'counter' } as const;
    const own = [...resourceFamilies(), singleValue({ ...deaths, merge: 'sum' }, this.#deaths)];
    tell(worker, { type: 'metrics.answer', id, families: mergeFamilies([...this.#last.values(), this.#departed, own]) });
  }
}

/** Whether a worker has gone meanwhile is found out by its `disconnect`. */
function tell(worker: Worker | undefined, message: ToWorker): void {
  if (worker?.isConnected() === true) worker.send(message, () => undefined);
}
