import cluster from 'node:cluster';
import { RegistryError } from '../registry/registry-error.ts';
import type { MetricFamily } from './metric-family.ts';
import type { MetricSource } from './metrics.ts';
import { type FromWorker, isMetricsMessage, type ToWorker } from './worker-messages.ts';

/** The supervisor waits a second for workers that do not answer, and two when it is asked while it waits. */
const patienceMs = 3_000;

/** The figures of all processes, from whichever is asked. */
export interface SharedMetrics {
  /** Rejects with a 503 when the supervisor does not answer: a part of the figures would look like a restart. */
  collect(): Promise<readonly MetricFamily[]>;
  /** Leaves this process's last figures to the supervisor. */
  close(): Promise<void>;
}

/** In a worker, shares `local` by way of the supervisor (`collectWorkerMetrics`); elsewhere `local` is all there is. */
export function shareMetrics(local: MetricSource): SharedMetrics {
  return cluster.isWorker ? new WorkerShare(local) : { collect: async () => local(), close: async () => undefined };
}

class WorkerShare implements SharedMetrics {
  readonly #local: MetricSource;
  readonly #asked = new Map<number, (families: readonly MetricFamily[]) => void>();
  #lastId = 0;

  constructor(local: MetricSource) {
    this.#local = local;
    process.on('message', (message: unknown) => {
      if (!isMetricsMessage<ToWorker>(message)) return;
      if (message.type === 'metrics.wanted') void this.#report(message.round);
      else this.#asked.get(message.id)?.(message.families);
    });
    void this.#report(undefined);
  }

  async collect(): Promise<readonly MetricFamily[]> {
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<readonly MetricFamily[]>();
    const limit = setTimeout(() => {
      const message = 'The supervisor, which adds up the figures of all processes, does not answer: ask again.';
      reject(new RegistryError('UNAVAILABLE', { status: 503, message }));
    }, patienceMs);
    this.#asked.set(id, resolve);
    try {
      await send({ type: 'metrics.ask', id });
      return await promise;
    } finally {
      clearTimeout(limit);
      this.#asked.delete(id);
    }
  }

  close(): Promise<void> {
    return this.#report(undefined);
  }

  #report(round: number | undefined): Promise<void> {
    return send({ type: 'metrics.report', round, families: this.#local() });
  }
}

/** Resolves when the message is on its way, and also when there is nobody any more to send it to. */
function send(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}
